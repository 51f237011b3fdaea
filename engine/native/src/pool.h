// A few threads that compute one function together. They sleep between calls; within a call they wait at barriers.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class Pool {
public:
    // `threads` counts the caller, who works too.
    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int size() const { return size_; }

    // work(0) ... work(size - 1), one a thread; returns when all are done.
    template <class Work>
    void run(Work&& work) {
        start([](void* what, int thread) { (*static_cast<std::remove_reference_t<Work>*>(what))(thread); }, &work);
    }

    // Within run: `thread` goes on when every one has come here. What was written before is then visible to all.
    void barrier(int thread);

private:
    using Function = void (*)(void*, int);
    void start(Function function, void* what);
    void serve(int thread);

    const int size_;
    std::vector<std::thread> workers_;
    Function function_ = nullptr;
    void* what_ = nullptr;
    std::atomic<uint64_t> job_{0};  // counts calls; the last value tells the workers to end
    std::atomic<bool> ending_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    int sleeping_ = 0;
    bool all_arrived(uint32_t generation) const;
    bool spin_until_arrived(uint32_t generation, int& patience) const;

    // How many barriers each thread has reached. A line of the caches each: the others only read it.
    struct alignas(64) Slot {
        std::atomic<uint32_t> generation{0};
        int patience = MOST_PATIENCE;  // microseconds that the thread itself stays awake for the others
    };
    static constexpr int LEAST_PATIENCE = 5, MOST_PATIENCE = 160;
    std::vector<Slot> slots_;
    std::mutex blocked_mutex_;
    std::condition_variable released_;
    alignas(64) std::atomic<int> blocked_{0};
};
