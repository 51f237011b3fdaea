// What the sets without masks have in common: parts of vectors, and products by groups of rows, over ternary_group,
// unpack_group and unpacked_group of each set, and those of rows of bytes over int8_group. Included inside a namespace.

// The first n < W values, then zeros.
static inline F load_part(const float* p, int n) {
    float buffer[W] = {};
    for (int i = 0; i < n; i++) buffer[i] = p[i];
    return load(buffer);
}

static inline void store_part(float* p, F x, int n) {
    float buffer[W];
    store(buffer, x);
    for (int i = 0; i < n; i++) p[i] = buffer[i];
}

// out[j][i] = in[i][j] of W by W floats.
static inline void transpose_tile(const float* in, size_t ld_in, float* out, size_t ld_out) {
    for (int i = 0; i < W; i++)
        for (int j = 0; j < W; j++) out[j * ld_out + i] = in[i * ld_in + j];
}

constexpr int TILE_ROWS = GROUP;
constexpr decltype(Kernels::arrange) ARRANGE = nullptr;
constexpr decltype(Kernels::ternary_arranged) TERNARY_ARRANGED = nullptr;

// What sums of stored weights, each its code + 1, mean.
static inline void give_group(const int32_t* sums, int group, Quantised q, float scale, float* out, bool add_to) {
    const float factor = q.scale * scale;
    float y[GROUP];
    for (int j = 0; j < GROUP; j++) y[j] = float(sums[j] - q.sum) * factor;
    for (int j = 0; j < group; j++) out[j] = add_to ? out[j] + y[j] : y[j];
}

// A group of unpacked rows, `width` apart, times every token.
static inline void group_times(const uint8_t* unpacked, int width, int group, float scale, const int8_t* x,
                               const Quantised* q, int tokens, float* out, size_t ld, bool add_to) {
    int32_t sums[2 * GROUP] = {};
    for (int t = 0; t < tokens; t += 2) {
        const int pair = at_most(2, tokens - t);
        unpacked_group(unpacked, size_t(width), group, width, x + size_t(t) * width, pair, sums);
        for (int i = 0; i < pair; i++) give_group(sums + i * GROUP, group, q[t + i], scale, out + (t + i) * ld, add_to);
    }
}

static void ternary(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, const Quantised* q,
                    int tokens, float* out, size_t ld, bool add_to, uint8_t* unpacked) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    const size_t row_bytes = size_t(blocks) * BLOCK_BYTES;
    int32_t sums[GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        const uint8_t* tile = codes + r * row_bytes;
        if (tokens == 1) {
            ternary_group(tile, row_bytes, group, blocks, x, sums);
            give_group(sums, group, *q, scale, out + r, add_to);
            continue;
        }
        unpack_group(tile, row_bytes, group, blocks, unpacked);
        group_times(unpacked, blocks * BLOCK, group, scale, x, q, tokens, out + r, ld, add_to);
    }
}

#include "ternary5in3_impl.h"

// The stored weights of a row of a group, each its code + 1.
static inline void unpack_triple_row(const uint8_t* group, int row, int cols, uint8_t* out) {
    const uint8_t* end = out + cols;
    const auto put = [&](int code) {
        const int8_t* digits = DIGITS.of[code];
        for (int j = 0; j < 3 && out < end; j++) *out++ = uint8_t(digits[j] + 1);
    };
    const uint8_t* at = group + 2 * row;
    const int spans = row_spans(cols), lines = spans * SPAN_LINES + rest_lines(cols);
    for (int line = 0, left = 0; line < lines; line++, at += LINE_BYTES) {
        const int word = at[0] | at[1] << 8;
        for (int i = 0; i < LINE_TRIPLES; i++) put(word >> (i * CODE_BITS) & (2 * CODE_SIGN - 1));
        left = left << 1 | word >> 15;
        if ((line + 1) % SPAN_LINES || line >= spans * SPAN_LINES) continue;
        put(left);
        left = 0;
    }
}

static void ternary5in3_many(const uint8_t* codes, int first, int rows, int cols, float scale, const int8_t* x,
                             const Quantised* q, int tokens, float* out, size_t ld, bool add_to, uint8_t* unpacked) {
    const int width = (cols + BLOCK - 1) / BLOCK * BLOCK;
    each_group(codes, first, rows, cols, [&](const uint8_t* group, int from, int to, int at) {
        for (int r = from; r < to; r += GROUP) {
            const int here = at_most(GROUP, to - r);
            for (int i = 0; i < here; i++) unpack_triple_row(group, r + i, cols, unpacked + i * size_t(width));
            group_times(unpacked, width, here, scale, x, q, tokens, out + at + r - from, ld, add_to);
        }
    });
}

static void int8_rows(const uint8_t* w, const float* scales, int rows, int n, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t ld = size_t(n);
    int32_t sums[GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        int8_group(w + r * ld, ld, group, n, x, q.sum, ahead, sums);
        for (int j = 0; j < group; j++) out[r + j] = float(sums[j]) * (scales[r + j] * q.scale);
    }
}

static void int5_rows(const uint8_t* w, const float* scales, int rows, int blocks, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t row_bytes = size_t(blocks) * INT5_BYTES;
    int32_t sums[GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        int5_group(w + r * row_bytes, row_bytes, group, blocks, x, ahead, sums);
        for (int j = 0; j < group; j++) out[r + j] = float(sums[j] - INT5_ZERO * q.sum) * (scales[r + j] * q.scale);
    }
}
