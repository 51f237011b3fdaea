#include "pool.h"

#include <algorithm>
#include <chrono>

#if defined(__x86_64__) || defined(_M_X64) || defined(__i386__)
#include <immintrin.h>
static inline void pause_thread() { _mm_pause(); }
#elif defined(__aarch64__) && !defined(_MSC_VER)
static inline void pause_thread() { asm volatile("yield"); }
#else
static inline void pause_thread() {}
#endif

namespace {
// A worker stays awake for the next token of a sentence, but no longer: idle threads must cost nothing.
constexpr auto STAY_AWAKE = std::chrono::microseconds(200);
constexpr int LOOKS_PER_CLOCK = 64;
using Clock = std::chrono::steady_clock;
}  // namespace

Pool::Pool(int threads) : size_(threads), slots_(size_t(threads)) {
    workers_.reserve(size_t(threads - 1));
    try {
        for (int thread = 1; thread < threads; thread++) workers_.emplace_back([this, thread] { serve(thread); });
    } catch (...) {
        // The destructor does not run for an object that was never finished.
        ending_ = true;
        {
            std::lock_guard<std::mutex> lock(mutex_);
            job_++;
        }
        wake_.notify_all();
        for (auto& worker : workers_) worker.join();
        throw;
    }
}

Pool::~Pool() {
    ending_ = true;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        job_++;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void Pool::start(Function function, void* what) {
    if (size_ == 1) {
        function(what, 0);
        return;
    }
    function_ = function;
    what_ = what;
    bool notify;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        job_.fetch_add(1, std::memory_order_release);
        notify = sleeping_ > 0;
    }
    if (notify) wake_.notify_all();
    function(what, 0);
    barrier(0);
}

void Pool::serve(int thread) {
    for (uint64_t seen = 0;; seen++) {
        const auto since = Clock::now();
        for (int look = 1; job_.load(std::memory_order_acquire) == seen; look++) {
            pause_thread();
            if (look % LOOKS_PER_CLOCK == 0 && Clock::now() - since > STAY_AWAKE) {
                std::unique_lock<std::mutex> lock(mutex_);
                sleeping_++;
                wake_.wait(lock, [&] { return job_.load(std::memory_order_acquire) != seen; });
                sleeping_--;
                break;
            }
        }
        if (ending_) return;
        function_(what_, thread);
        barrier(thread);
    }
}

// Counts wrap around.
bool Pool::all_arrived(uint32_t generation) const {
    for (const Slot& slot : slots_)
        if (int32_t(slot.generation.load(std::memory_order_acquire) - generation) < 0) return false;
    return true;
}

// Others are microseconds away, and to wake a thread that sleeps can take longer than a token. But where two threads
// share a core, the one that waits must let the other work, and so waits awake for less and less.
bool Pool::spin_until_arrived(uint32_t generation, int& patience) const {
    Clock::time_point since;
    for (int look = 1; !all_arrived(generation); look++) {
        pause_thread();
        if (look == LOOKS_PER_CLOCK) since = Clock::now();
        else if (look % LOOKS_PER_CLOCK == 0 && Clock::now() - since > std::chrono::microseconds(patience)) {
            patience = std::max(patience / 4, LEAST_PATIENCE);
            return false;
        }
    }
    patience = std::min(patience + 1, MOST_PATIENCE);
    return true;
}

void Pool::barrier(int thread) {
    if (size_ == 1) return;
    std::atomic<uint32_t>& mine = slots_[size_t(thread)].generation;
    const uint32_t generation = mine.load(std::memory_order_relaxed) + 1;
    mine.store(generation, std::memory_order_release);
    // The last to arrive sees that all have. Either it also sees who is blocked, or that one sees it before it waits.
    if (spin_until_arrived(generation, slots_[size_t(thread)].patience)) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (blocked_.load(std::memory_order_relaxed) == 0) return;
        {
            std::lock_guard<std::mutex> lock(blocked_mutex_);
        }
        released_.notify_all();
        return;
    }
    std::unique_lock<std::mutex> lock(blocked_mutex_);
    blocked_.fetch_add(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    released_.wait(lock, [&] { return all_arrived(generation); });
    blocked_.fetch_sub(1);
}
