// Parts of a model with their gradients, for torch, which holds the tensors: heads and streams at a time (q, k and v,
// the delta rule), and rows at a time (ternary products, norms and gates).
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>

#include "api.h"
#include "buffers.h"
#include "dispatch.h"
#include "pool.h"

namespace {
// Work 0 ... items - 1 on up to `threads` threads; work(item, thread). One call at a time has the threads.
void parallel_for(int threads, int items, const std::function<void(int item, int thread)>& work) {
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

// `body(kernels)` with what can go wrong as a number.
template <class Body>
int32_t guarded(const char* instructions, Body&& body) {
    const Kernels* k = select_kernels(instructions);
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

struct ThreadScratch {
    ThreadScratch(int threads, size_t floats) : floats_((floats + 15) / 16 * 16), all_(floats_ * size_t(threads)) {}
    float* of(int thread) { return all_.at(floats_ * size_t(thread)); }

private:
    size_t floats_;
    Buffer<float> all_;
};

Rows rows(const bl_heads& heads, int stream, int head) {
    return {heads.at + stream * heads.stream + head * heads.head, size_t(heads.token)};
}
ConstRows const_rows(const bl_heads& heads, int stream, int head) {
    const Rows found = rows(heads, stream, head);
    return {found.at, found.stride};
}

// The task of a head of a qkv of a stream: `column` heads of all three qkv lie side by side.
struct Qkv {
    const bl_qkv& v;
    size_t width = size_t(3) * v.heads * v.head_dim;

    size_t x(int stream, int column) const { return size_t(stream) * v.tokens * width + size_t(column) * v.head_dim; }
    size_t tail(int stream, int column) const {
        return size_t(stream) * (v.kernel - 1) * width + size_t(column) * v.head_dim;
    }
    size_t weight(int column) const { return size_t(column) * v.head_dim; }
    QkvTask task(int stream, int column) const {
        const bool unit = column / v.heads < 2;
        return {v.tokens,
                v.head_dim,
                v.kernel,
                unit,
                {v.x + x(stream, column), width},
                {v.tail + tail(stream, column), width},
                {v.weight + weight(column), width}};
    }
};

struct Delta {
    const bl_delta& d;
    size_t squares = size_t(d.keys) * d.values, chunks = size_t(delta_chunks(d.tokens));

    int items() const { return d.batch * d.heads; }
    int stream(int item) const { return item / d.heads; }
    int head(int item) const { return item % d.heads; }
    DeltaTask task(int item) const {
        const auto of = [&](const bl_heads& heads) { return const_rows(heads, stream(item), head(item)); };
        return {d.tokens, d.keys,  d.values,      d.read_after != 0, of(d.q),
                of(d.k),  of(d.v), of(d.rate).at, of(d.rate).stride};
    }
    DeltaTrace trace(int item) const {
        return {d.errors + size_t(item) * d.tokens * d.values, d.starts + size_t(item) * chunks * squares};
    }
};

constexpr int ROW_BLOCK = 192;  // rows that a thread takes at a time; a multiple of every tile of tokens

// `work(first, count, thread, block)` over blocks of rows.
template <class Work>
void parallel_rows(int threads, int rows, Work&& work) {
    parallel_for(threads, (rows + ROW_BLOCK - 1) / ROW_BLOCK, [&](int block, int thread) {
        const int first = block * ROW_BLOCK;
        work(first, std::min(ROW_BLOCK, rows - first), thread, block);
    });
}

// Signs of `rows` rows in the order of a packed file (engine/ops/ternary/packing.py).
void pack_signs(const float* w, int rows, int cols, uint8_t* out) {
    const int blocks = padded(cols) / BLOCK;
    for (int r = 0; r < rows; r++, w += cols)
        for (int b = 0; b < blocks; b++, out += BLOCK_BYTES) {
            uint8_t codes[BLOCK];
            const int here = std::min(BLOCK, cols - b * BLOCK);
            for (int i = 0; i < BLOCK; i++) codes[i] = 1;
            for (int i = 0; i < here; i++) codes[i] = uint8_t(1 + (w[b * BLOCK + i] > 0) - (w[b * BLOCK + i] < 0));
            for (int i = 0; i < BLOCK_BYTES; i++)
                out[i] = uint8_t(codes[i] | codes[i + 16] << 2 | codes[i + 32] << 4 | codes[i + 48] << 6);
        }
}
}  // namespace

int32_t bl_qkv_forward(const char* instructions, int32_t threads, const bl_qkv* qkv, const bl_heads* out) {
    return guarded(instructions, [&](const Kernels& k) {
        const Qkv v{*qkv};
        ThreadScratch scratch(threads, qkv_scratch(qkv->head_dim, qkv->kernel));
        parallel_for(threads, 3 * qkv->heads, [&](int column, int thread) {
            for (int stream = 0; stream < qkv->batch; stream++)
                k.training.qkv(v.task(stream, column), rows(out[column / qkv->heads], stream, column % qkv->heads),
                               scratch.of(thread));
        });
    });
}

int32_t bl_qkv_backward(const char* instructions, int32_t threads, const bl_qkv* qkv, const bl_heads* grad,
                        float* grad_x, float* grad_tail, float* grad_weight) {
    return guarded(instructions, [&](const Kernels& k) {
        const Qkv v{*qkv};
        ThreadScratch scratch(threads, qkv_scratch(qkv->head_dim, qkv->kernel));
        // A column's streams are one after the other, so that sums of the weight do not depend on the threads.
        parallel_for(threads, 3 * qkv->heads, [&](int column, int thread) {
            for (int i = 0; i < qkv->kernel; i++)
                for (int c = 0; c < qkv->head_dim; c++) grad_weight[v.weight(column) + size_t(i) * v.width + c] = 0;
            for (int stream = 0; stream < qkv->batch; stream++)
                k.training.qkv_backward(
                    v.task(stream, column), const_rows(grad[column / qkv->heads], stream, column % qkv->heads),
                    {grad_x + v.x(stream, column), v.width}, {grad_tail + v.tail(stream, column), v.width},
                    {grad_weight + v.weight(column), v.width}, scratch.of(thread));
        });
    });
}

int32_t bl_delta_chunks(int32_t tokens) { return delta_chunks(tokens); }

int32_t bl_delta_rule(const char* instructions, int32_t threads, const bl_delta* delta, const float* state,
                      float* next_state, bl_heads out, float* loss) {
    return guarded(instructions, [&](const Kernels& k) {
        const Delta d{*delta};
        ThreadScratch scratch(threads, delta_scratch(delta->keys, delta->values));
        parallel_for(threads, d.items(), [&](int i, int thread) {
            k.training.delta(d.task(i), state + i * d.squares, next_state + i * d.squares,
                             rows(out, d.stream(i), d.head(i)), d.trace(i), loss + size_t(i) * delta->tokens,
                             scratch.of(thread));
        });
    });
}

int32_t bl_delta_rule_back(const char* instructions, int32_t threads, const bl_delta* delta, bl_heads grad_out,
                           const float* grad_next_state, const bl_heads* grad_qkv, float* grad_rate,
                           float* grad_state) {
    return guarded(instructions, [&](const Kernels& k) {
        const Delta d{*delta};
        ThreadScratch scratch(threads, delta_scratch(delta->keys, delta->values));
        parallel_for(threads, d.items(), [&](int i, int thread) {
            const int stream = d.stream(i), head = d.head(i);
            k.training.delta_back(
                d.task(i), d.trace(i),
                {const_rows(grad_out, stream, head), grad_next_state ? grad_next_state + i * d.squares : nullptr,
                 rows(grad_qkv[0], stream, head), rows(grad_qkv[1], stream, head), rows(grad_qkv[2], stream, head),
                 grad_rate + size_t(i) * delta->tokens, grad_state + i * d.squares},
                scratch.of(thread));
        });
    });
}

int32_t bl_ternary_linears(const char* instructions, int32_t threads, const bl_linears* linears, int32_t tokens,
                           float largest, const float* x, float* rounded, float* y) {
    return guarded(instructions, [&](const Kernels& k) {
        const int cols = linears->cols;
        const size_t width = size_t(padded(cols)), row_bytes = width / BLOCK * BLOCK_BYTES;
        size_t ld = 0;
        for (int m = 0; m < linears->count; m++) ld += size_t(linears->rows[m]);
        Buffer<uint8_t> packed(ld * row_bytes), unpacked(size_t(threads) * k.tile_rows * width);
        Buffer<int8_t> whole(size_t(threads) * ROW_BLOCK * width);
        Buffer<Quantised> scales(size_t(threads) * ROW_BLOCK);
        pack_signs(linears->ternary, int(ld), cols, packed.data());
        parallel_rows(threads, tokens, [&](int first, int count, int thread, int) {
            int8_t* mine = whole.at(size_t(thread) * ROW_BLOCK * width);
            Quantised* q = scales.at(size_t(thread) * ROW_BLOCK);
            for (int t = 0; t < count; t++) {
                const size_t row = size_t(first + t) * cols;
                q[t] = k.training.round_row(x + row, cols, largest, mine + t * width, rounded + row);
            }
            size_t at = 0;
            for (int m = 0; m < linears->count; m++) {
                k.ternary(packed.at(at * row_bytes), linears->rows[m], cols, linears->scales[m], mine, q, count,
                          y + size_t(first) * ld + at, ld, false, unpacked.at(size_t(thread) * k.tile_rows * width));
                at += size_t(linears->rows[m]);
            }
        });
    });
}

int32_t bl_norm(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x, const float* w,
                float eps, float* out) {
    return guarded(instructions, [&](const Kernels& k) {
        parallel_rows(threads, rows, [&](int first, int count, int, int) {
            for (size_t i = size_t(first) * n; i < size_t(first + count) * n; i += size_t(n))
                k.rms_norm(x + i, w, n, eps, out + i);
        });
    });
}

int32_t bl_norm_back(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x, const float* w,
                     float eps, const float* grad, float* grad_x, float* grad_w) {
    return guarded(instructions, [&](const Kernels& k) {
        // Each block has its own sums, so that the threads do not decide in what order they are added.
        const int blocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
        Buffer<float> sums(size_t(blocks) * n);
        parallel_rows(threads, rows, [&](int first, int count, int, int block) {
            for (size_t i = size_t(first) * n; i < size_t(first + count) * n; i += size_t(n))
                k.training.rms_norm_back(x + i, w, grad + i, n, eps, grad_x + i, sums.at(size_t(block) * n));
        });
        for (int c = 0; c < n; c++) grad_w[c] = 0;
        for (int block = 0; block < blocks; block++)
            for (int c = 0; c < n; c++) grad_w[c] += *sums.at(size_t(block) * n + c);
    });
}

int32_t bl_swiglu(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x, float* out) {
    return guarded(instructions, [&](const Kernels& k) {
        parallel_rows(threads, rows, [&](int first, int count, int, int) {
            for (size_t r = size_t(first); r < size_t(first + count); r++)
                k.swiglu(x + r * 2 * n, x + (r * 2 + 1) * n, n, out + r * n);
        });
    });
}

int32_t bl_swiglu_back(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                       const float* grad, float* grad_x) {
    return guarded(instructions, [&](const Kernels& k) {
        parallel_rows(threads, rows, [&](int first, int count, int, int) {
            for (size_t r = size_t(first); r < size_t(first + count); r++) {
                const size_t gate = r * 2 * n, up = gate + n;
                k.training.swiglu_back(x + gate, x + up, grad + r * n, n, grad_x + gate, grad_x + up);
            }
        });
    });
}
