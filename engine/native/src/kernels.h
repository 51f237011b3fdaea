// What each instruction set provides: one table of functions, chosen once when a model is made.
#pragma once
#include <cstddef>
#include <cstdint>

#include "training_kernels.h"

constexpr int BLOCK = 64;        // weights in a packed block
constexpr int BLOCK_BYTES = 16;  // and its bytes
// How far ahead of a stream of weights memory is asked for: rows are short, and the processor's own prefetching stops
// at every page.
constexpr size_t AHEAD = 4096;
constexpr int CACHE_LINE = 64;
constexpr int BYTE_ZERO = 128;  // the stored byte of a weight of zero
// Five bits a weight: of a row first the lower four bits, 32 bytes a block, then the fifth ones, 8 bytes a block.
constexpr int FIVE_ZERO = 16, FIVE_LOW_BYTES = 32, FIVE_HIGH_BYTES = 8, FIVE_BYTES = FIVE_LOW_BYTES + FIVE_HIGH_BYTES;
// Words of which the largest weight is known, and the sum. SUMMED is a multiple of STRETCH, and both of all W.
constexpr int STRETCH = 64, SUMMED = 1024;
constexpr int GROUP = 4;  // rows of a ternary matrix that most sets compute together

static inline int at_most(int a, int b) { return a < b ? a : b; }

// Weight i of a row of five bits, as it is stored.
static inline int five(const uint8_t* row, int blocks, int i) {
    const int block = i / BLOCK, place = i % BLOCK;
    const int low = row[block * FIVE_LOW_BYTES + place % FIVE_LOW_BYTES] >> (4 * (place / FIVE_LOW_BYTES)) & 15;
    return low | (row[blocks * FIVE_LOW_BYTES + i / 8] >> (i % 8) & 1) << 4;
}

// Triples: three weights in five bits, 64 rows side by side, as engine/ops/ternary/triples.py says. A line has 16 bits
// of each row, which are three codes; the bits that are left over in the five lines of a span are one more.
constexpr int TRIPLE_ROWS = 64, LINE_BYTES = 2 * TRIPLE_ROWS;
constexpr int LINE_TRIPLES = 3, LINE_COLUMNS = 9;
constexpr int SPAN_LINES = 5, SPAN_TRIPLES = 16, SPAN_COLUMNS = 48;
constexpr int CODE_BITS = 5, CODE_SIGN = 16, CODE_LARGEST = 13;
// What each code of a triple gives with its activations takes so much at most, in the form that a set likes.
constexpr int MOST_TABLE_BYTES = 64;

// Spans of a row whose codes are all needed, and the lines behind them, in which no bit left over is.
static inline int row_spans(int cols) { return (cols + 2) / SPAN_COLUMNS; }
static inline int rest_lines(int cols) {
    const int rest = cols - row_spans(cols) * SPAN_COLUMNS;
    return rest > 0 ? (rest + LINE_COLUMNS - 1) / LINE_COLUMNS : 0;
}
static inline int row_triples(int cols) { return row_spans(cols) * SPAN_TRIPLES + rest_lines(cols) * LINE_TRIPLES; }
static inline size_t group_bytes(int cols) {
    return size_t(row_spans(cols) * SPAN_LINES + rest_lines(cols)) * LINE_BYTES;
}

// The code of triple `i` of a row of a group.
static inline int triple(const uint8_t* group, int row, int i) {
    const int span = i / SPAN_TRIPLES, place = i % SPAN_TRIPLES;
    const uint8_t* lines = group + (size_t(span) * SPAN_LINES) * LINE_BYTES + 2 * row;
    const auto word = [&](int line) { return lines[line * LINE_BYTES] | lines[line * LINE_BYTES + 1] << 8; };
    if (place < SPAN_TRIPLES - 1) return word(place / LINE_TRIPLES) >> (CODE_BITS * (place % LINE_TRIPLES)) & 31;
    int code = 0;
    for (int line = 0; line < SPAN_LINES; line++) code = code << 1 | word(line) >> 15;
    return code;
}

// The weights of a code: the digits of a balanced ternary number, lowest first, of which it has sign and magnitude.
struct TripleDigits {
    int8_t of[2 * CODE_SIGN][3];
};
constexpr TripleDigits triple_digits() {
    TripleDigits digits = {};
    for (int code = 0; code < 2 * CODE_SIGN; code++) {
        int left = code % CODE_SIGN;
        for (int i = 0; i < 3 && code % CODE_SIGN <= CODE_LARGEST; i++) {
            const int digit = (left + 1) % 3 - 1;
            digits.of[code][i] = int8_t(code < CODE_SIGN ? digit : -digit);
            left = (left - digit) / 3;
        }
    }
    return digits;
}
constexpr TripleDigits DIGITS = triple_digits();

constexpr float SMALLEST_MAGNITUDE = 1e-30f;

// The scale of activations whose largest is `magnitude`; NaN where that is NaN, so that rounding does not hide damage.
static inline float activation_scale(float magnitude, float largest) {
    return (magnitude > SMALLEST_MAGNITUDE ? magnitude : SMALLEST_MAGNITUDE) / largest + (magnitude - magnitude);
}

constexpr int MAX_LATE = 8;

// Updates w += keys[j] steps[j]^T of some columns of a head's fast weights that w does not hold yet.
struct Late {
    int count = 0;
    const float *keys[MAX_LATE], *steps[MAX_LATE];
};

struct Kernels {
    const char* name;
    int tile_rows;  // rows of a ternary matrix that are unpacked together

    // out[i] = x[i] / sqrt(mean(x^2) + eps) * w[i]
    void (*rms_norm)(const float* x, const float* w, int n, float eps, float* out);
    // Whole numbers in [-largest, largest] by the largest |x|; out is int8 and padded with zeros to whole blocks.
    Quantised (*quantise)(const float* x, int n, float largest, int8_t* out);
    // Its two halves, for a token whose activations lie with several threads: the largest |x|, or NaN where one is not
    // finite; and the whole numbers by the scale of them all, with their sum. `out` is filled up to a whole vector.
    float (*magnitude)(const float* x, int n);
    int32_t (*round_by)(const float* x, int n, float scale, float largest, int8_t* out);
    // The same rule, kept as floats in out: for widths that int8 does not hold. Returns the scale.
    float (*quantise_wide)(const float* x, int n, float largest, float* out);
    // out[t * ld + r] (+)= (codes[r] . x[t]) * scale * x_scale[t]; x is (tokens, padded cols).
    // `unpacked` is scratch of tile_rows rows of padded cols.
    void (*ternary)(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, const Quantised* q,
                    int tokens, float* out, size_t ld, bool add, uint8_t* unpacked);
    // The same for one token, whose activations `arrange` has put into the order that this takes, once for all maps
    // that they go into. `next` is what will be read after these rows: memory is asked for ahead, into it where they
    // end. Both functions are null where a set takes activations as they are.
    void (*arrange)(const int8_t* x, int cols, int8_t* out);
    void (*ternary_arranged)(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, Quantised q,
                             const uint8_t* next, float* out, bool add);
    // The same on float activations x (tokens, ldx) with scales x_scale[t].
    void (*ternary_wide)(const uint8_t* codes, int rows, int cols, float scale, const float* x, size_t ldx,
                         const float* x_scale, int tokens, float* out, size_t ld, bool add, float* unpacked);
    // The same of triples, for rows `first`, ... of a matrix. What `tabulate` makes of a token's activations has
    // at most MOST_TABLE_BYTES for each of row_triples(cols), and serves all maps that they go into.
    void (*tabulate)(const int8_t* x, int cols, uint8_t* tables);
    void (*triples)(const uint8_t* codes, int first, int rows, int cols, float factor, const uint8_t* tables,
                    const uint8_t* next, float* out, bool add);
    void (*triples_many)(const uint8_t* codes, int first, int rows, int cols, float scale, const int8_t* x,
                         const Quantised* q, int tokens, float* out, size_t ld, bool add, uint8_t* unpacked);
    void (*triples_wide)(const uint8_t* codes, int first, int rows, int cols, float scale, const float* x, size_t ldx,
                         const float* x_scale, int tokens, float* out, size_t ld, bool add, float* unpacked);
    // out[r] = (w[r] - 128) . x * scales[r] * q.scale for a matrix of bytes (rows, n); x is padded to whole blocks.
    // Memory is asked for `ahead` bytes from where it is read.
    void (*byte_rows)(const uint8_t* w, const float* scales, int rows, int n, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out);
    // out[r] = (w[r] - 16) . x * scales[r] * q.scale for rows of five bits, of `blocks` blocks; x is padded with zeros.
    void (*five_rows)(const uint8_t* w, const float* scales, int rows, int blocks, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out);
    // The same two on float activations; `unpacked` is scratch of n.
    void (*byte_rows_wide)(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked);
    void (*five_rows_wide)(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked);
    // out[r] = w[r] . x for a float matrix (rows, n)
    void (*matvec)(const float* w, int rows, int n, const float* x, float* out);
    float (*dot)(const float* a, const float* b, int n);
    // out = silu(gate) * up; silu in place
    void (*swiglu)(const float* gate, const float* up, int n, float* out);
    void (*silu)(float* x, int n);
    // The largest of n floats; a NaN behind the first is passed over.
    float (*peak)(const float* x, int n);
    // w = exp((x - peak) * factor), or 0 where that is below e^-87; the sum of each SUMMED and the largest of each
    // STRETCH of w. A NaN in x stays one in w and its sum.
    void (*weigh)(const float* x, int n, float peak, float factor, float* w, double* sums, float* tops);
    // out = x / (|x| + 1e-6)
    void (*unit)(const float* x, int n, float* out);
    // Depthwise causal convolution of `channels` over `tokens`, in place; x (tokens, ld), weight (kernel, stride). The
    // tail (kernel - 1, stride) is a ring of the inputs before, whose place `oldest` the first token takes, and so on.
    void (*convolve)(float* x, size_t ld, int tokens, int channels, float* tail, int oldest, const float* weight,
                     size_t stride, int kernel);
    // One token of the delta rule on `cols` columns of a head's fast weights, w (d, ld) and what is late: out is what q
    // reads, before or after the update; the update is w += k step^T, and left to the caller. `settle` writes what is
    // late to w, and wants MAX_LATE of it.
    void (*delta_step)(float* w, size_t ld, int d, int cols, const float* q, const float* k, const float* v, float rate,
                       bool read_after, const Late& late, bool settle, float* out, float* error, float* step);
    // out (m, ldo) (+)= a b; a(i, j) = a[i * a_row + j * a_col], b (n, ldb), `cols` columns.
    void (*gemm)(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int m, int n, int cols,
                 float* out, size_t ldo, bool add);
    TrainingKernels training;
};

// The set of that name, or the best for null; null where it cannot run here.
const Kernels* named(const char* instructions);

// Null where this build or this processor does not have the set.
const Kernels* scalar_kernels();
const Kernels* avx2_kernels();
const Kernels* avx_vnni_kernels();
const Kernels* avx512_vnni_kernels();
const Kernels* avx512_gfni_kernels();
const Kernels* neon_kernels();
