#include "pool.h"

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
// A barrier within a token is microseconds away; where another program has the core, the turn is given away.
constexpr int SPINS_BEFORE_YIELD = 2000;
// A worker stays awake for the next token of a sentence, but no longer: idle threads must cost nothing.
constexpr auto STAY_AWAKE = std::chrono::microseconds(50);
constexpr int LOOKS_PER_CLOCK = 64;

template <class Done>
void spin(Done done) {
    for (int i = 0; !done(); i++) {
        if (i < SPINS_BEFORE_YIELD) pause_thread();
        else std::this_thread::yield();
    }
}
}  // namespace

Pool::Pool(int threads) : size_(threads) {
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
    barrier();
}

void Pool::serve(int thread) {
    for (uint64_t seen = 0;; seen++) {
        const auto since = std::chrono::steady_clock::now();
        for (int look = 1; job_.load(std::memory_order_acquire) == seen; look++) {
            pause_thread();
            if (look % LOOKS_PER_CLOCK == 0 && std::chrono::steady_clock::now() - since > STAY_AWAKE) {
                std::unique_lock<std::mutex> lock(mutex_);
                sleeping_++;
                wake_.wait(lock, [&] { return job_.load(std::memory_order_acquire) != seen; });
                sleeping_--;
                break;
            }
        }
        if (ending_) return;
        function_(what_, thread);
        barrier();
    }
}

void Pool::barrier() {
    if (size_ == 1) return;
    const uint32_t phase = phase_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == size_ - 1) {
        arrived_.store(0, std::memory_order_relaxed);
        phase_.store(phase + 1, std::memory_order_release);
    } else {
        spin([&] { return phase_.load(std::memory_order_acquire) != phase; });
    }
}
