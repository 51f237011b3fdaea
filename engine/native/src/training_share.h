// Work of training, shared out among threads; and what all its functions need.
#pragma once
#include <functional>
#include <new>
#include <stdexcept>
#include <system_error>

#include "model.h"

// Work 0 ... items - 1 on up to `threads` threads; work(item, thread). One call at a time has the threads.
void share_out(int threads, int items, const std::function<void(int item, int thread)>& work);

// `body(kernels)` with what can go wrong as a number.
template <class Body>
int32_t guarded(const char* instructions, Body&& body) {
    const Kernels* k = named(instructions);
    if (!k) return -1;
    try {
        body(*k);
        return 0;
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    } catch (const std::system_error&) {  // no more threads
    }
    return -1;
}
