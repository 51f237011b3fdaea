#include "training_share.h"

#include <atomic>
#include <mutex>

void share_out(int threads, int items, const std::function<void(int item, int thread)>& work) {
    if (threads <= 1 || items <= 1) {
        for (int i = 0; i < items; i++) work(i, 0);
        return;
    }
    static std::mutex busy;
    static Pool* pool = nullptr;  // never ended: at the end of a process its threads sleep
    std::lock_guard<std::mutex> lock(busy);
    if (!pool || pool->size() != threads) {
        delete pool;
        pool = nullptr;
        pool = new Pool(threads);
    }
    std::atomic<int> next{0};
    pool->run([&](int thread) {
        for (int i; (i = next.fetch_add(1)) < items;) work(i, thread);
    });
}
