// Aligned memory, and how work is divided among threads.
#pragma once
#include <cstdint>
#include <new>
#include <vector>

#include "kernels/kernels.h"

// Memory that begins where a vector of the widest registers, and a line of the caches, does.
template <class T>
struct AlignedAllocator {
    using value_type = T;
    static constexpr std::align_val_t BOUNDARY{64};
    AlignedAllocator() = default;
    template <class U>
    AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), BOUNDARY)); }
    void deallocate(T* p, size_t) { ::operator delete(p, BOUNDARY); }
    bool operator==(const AlignedAllocator&) const { return true; }
    bool operator!=(const AlignedAllocator&) const { return false; }
};

template <class T>
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(size_t count) : values_(count) {}
    T* data() { return values_.data(); }
    T* at(size_t i) { return values_.data() + i; }
    const T* data() const { return values_.data(); }
    const T* at(size_t i) const { return values_.data() + i; }
    size_t size() const { return values_.size(); }

private:
    std::vector<T, AlignedAllocator<T>> values_;
};

struct Range {
    int begin, end;
    int size() const { return end - begin; }
};

// The share of `thread` in 0 ... total, cut at multiples of `grain`.
inline Range split(int total, int thread, int threads, int grain) {
    const int64_t grains = (int64_t(total) + grain - 1) / grain;
    const int64_t begin = grains * thread / threads * grain, end = grains * (thread + 1) / threads * grain;
    return {int(begin < total ? begin : total), int(end < total ? end : total)};
}

inline int padded(int n) { return (n + BLOCK - 1) / BLOCK * BLOCK; }
