// The parts of training that torch leaves to this library, rows at a time: ternary products, norms and gates.
#include <algorithm>

#include "api.h"
#include "training_share.h"

namespace {
constexpr int ROW_BLOCK = 192;  // rows that a thread takes at a time; a multiple of every tile of tokens

// `work(first, count, thread, block)` over blocks of rows.
template <class Work>
void share_rows(int threads, int rows, Work&& work) {
    share_out(threads, (rows + ROW_BLOCK - 1) / ROW_BLOCK, [&](int block, int thread) {
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

int32_t bl_ternary_maps(const char* instructions, int32_t threads, const bl_maps* maps, int32_t tokens, float largest,
                        const float* x, float* rounded, float* y) {
    return guarded(instructions, [&](const Kernels& k) {
        const int cols = maps->cols;
        const size_t width = size_t(padded(cols)), row_bytes = width / BLOCK * BLOCK_BYTES;
        size_t ld = 0;
        for (int m = 0; m < maps->count; m++) ld += size_t(maps->rows[m]);
        Buffer<uint8_t> packed(ld * row_bytes), unpacked(size_t(threads) * k.tile_rows * width);
        Buffer<int8_t> whole(size_t(threads) * ROW_BLOCK * width);
        Buffer<Quantised> scales(size_t(threads) * ROW_BLOCK);
        pack_signs(maps->ternary, int(ld), cols, packed.data());
        share_rows(threads, tokens, [&](int first, int count, int thread, int) {
            int8_t* mine = whole.at(size_t(thread) * ROW_BLOCK * width);
            Quantised* q = scales.at(size_t(thread) * ROW_BLOCK);
            for (int t = 0; t < count; t++) {
                const size_t row = size_t(first + t) * cols;
                q[t] = k.training.round_row(x + row, cols, largest, mine + t * width, rounded + row);
            }
            size_t at = 0;
            for (int m = 0; m < maps->count; m++) {
                k.ternary(packed.at(at * row_bytes), maps->rows[m], cols, maps->scales[m], mine, q, count,
                          y + size_t(first) * ld + at, ld, false, unpacked.at(size_t(thread) * k.tile_rows * width));
                at += size_t(maps->rows[m]);
            }
        });
    });
}

int32_t bl_norm(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x, const float* w,
                float eps, float* out) {
    return guarded(instructions, [&](const Kernels& k) {
        share_rows(threads, rows, [&](int first, int count, int, int) {
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
        share_rows(threads, rows, [&](int first, int count, int, int block) {
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
        share_rows(threads, rows, [&](int first, int count, int, int) {
            for (size_t r = size_t(first); r < size_t(first + count); r++)
                k.swiglu(x + r * 2 * n, x + (r * 2 + 1) * n, n, out + r * n);
        });
    });
}

int32_t bl_swiglu_back(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                       const float* grad, float* grad_x) {
    return guarded(instructions, [&](const Kernels& k) {
        share_rows(threads, rows, [&](int first, int count, int, int) {
            for (size_t r = size_t(first); r < size_t(first + count); r++) {
                const size_t gate = r * 2 * n, up = gate + n;
                k.training.swiglu_back(x + gate, x + up, grad + r * n, n, grad_x + gate, grad_x + up);
            }
        });
    });
}
