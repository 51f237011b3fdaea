// What each instruction set provides: one table of functions, chosen once when a model is made.
#pragma once
#include <cstddef>
#include <cstdint>

#include "grouped.h"
#include "ternary5in3.h"
#include "training_kernels.h"

constexpr int BLOCK = 64;        // weights in a packed block
constexpr int BLOCK_BYTES = 16;  // and its bytes
// How far ahead of a stream of weights memory is asked for: rows are short, and the processor's own prefetching stops
// at every page.
constexpr size_t AHEAD = 4096;
constexpr int CACHE_LINE = 64;
constexpr int INT8_ZERO = 128;  // the stored byte of a weight of zero
// Five bits a weight: of a row first the lower four bits, 32 bytes a block, then the fifth ones, 8 bytes a block.
constexpr int INT5_ZERO = 16, INT5_LOW_BYTES = 32, INT5_HIGH_BYTES = 8, INT5_BYTES = INT5_LOW_BYTES + INT5_HIGH_BYTES;
// Words of which the largest weight is known, and the sum. SUMMED is a multiple of STRETCH, and both of all W.
constexpr int STRETCH = 64, SUMMED = 1024;
constexpr int GROUP = 4;  // rows of a ternary matrix that most sets compute together

// Weight i of a row of five bits, as it is stored.
static inline int int5_at(const uint8_t* row, int blocks, int i) {
    const int block = i / BLOCK, place = i % BLOCK;
    const int low = row[block * INT5_LOW_BYTES + place % INT5_LOW_BYTES] >> (4 * (place / INT5_LOW_BYTES)) & 15;
    return low | (row[blocks * INT5_LOW_BYTES + i / 8] >> (i % 8) & 1) << 4;
}

constexpr float SMALLEST_MAGNITUDE = 1e-30f;

// The scale of activations whose largest is `magnitude`; NaN where that is NaN, so that rounding does not hide damage.
static inline float activation_scale(float magnitude, float largest) {
    return (magnitude > SMALLEST_MAGNITUDE ? magnitude : SMALLEST_MAGNITUDE) / largest + (magnitude - magnitude);
}

constexpr int MAX_DEFERRED = 8;

// Updates w += keys[j] steps[j]^T of some columns of a head's fast weights that w does not hold yet.
struct DeferredUpdates {
    int count = 0;
    const float *keys[MAX_DEFERRED], *steps[MAX_DEFERRED];
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
    // The same for one token, whose activations `arrange` has put into the order that this takes, once for all matrices
    // that they go into. `next` is what will be read after these rows: memory is asked for ahead, into it where they
    // end. Both functions are null where a set takes activations as they are.
    void (*arrange)(const int8_t* x, int cols, int8_t* out);
    void (*ternary_arranged)(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, Quantised q,
                             const uint8_t* next, float* out, bool add);
    // The same on float activations x (tokens, ldx) with scales x_scale[t].
    void (*ternary_wide)(const uint8_t* codes, int rows, int cols, float scale, const float* x, size_t ldx,
                         const float* x_scale, int tokens, float* out, size_t ld, bool add, float* unpacked);
    // The same of ternary5in3, for rows `first`, ... of a matrix. What `tabulate` makes of a token's activations has
    // at most MOST_TABLE_BYTES for each of row_triples(cols), and serves all matrices that they go into.
    void (*tabulate)(const int8_t* x, int cols, uint8_t* tables);
    void (*ternary5in3)(const uint8_t* codes, int first, int rows, int cols, float factor, const uint8_t* tables,
                        const uint8_t* next, float* out, bool add);
    void (*ternary5in3_many)(const uint8_t* codes, int first, int rows, int cols, float scale, const int8_t* x,
                             const Quantised* q, int tokens, float* out, size_t ld, bool add, uint8_t* unpacked);
    void (*ternary5in3_wide)(const uint8_t* codes, int first, int rows, int cols, float scale, const float* x,
                             size_t ldx, const float* x_scale, int tokens, float* out, size_t ld, bool add,
                             float* unpacked);
    // out[r] = (w[r] - 128) . x * scales[r] * q.scale for a matrix of bytes (rows, n); x is padded to whole blocks.
    // Memory is asked for `ahead` bytes from where it is read.
    void (*int8_rows)(const uint8_t* w, const float* scales, int rows, int n, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out);
    // out[r] = (w[r] - 16) . x * scales[r] * q.scale for rows of five bits, of `blocks` blocks; x is padded with zeros.
    void (*int5_rows)(const uint8_t* w, const float* scales, int rows, int blocks, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out);
    // The same two on float activations; `unpacked` is scratch of n.
    void (*int8_rows_wide)(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked);
    void (*int5_rows_wide)(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked);
    // out[r] = w[r] . x for a matrix (rows, n) of floats, or of float16 numbers
    void (*matvec)(const float* w, int rows, int n, const float* x, float* out);
    void (*matvec_halves)(const uint16_t* w, int rows, int n, const float* x, float* out);
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
    // One token of the delta rule on `cols` columns of a head's fast weights, w (d, ld) and what is deferred: out is
    // what q reads, before or after the update; the update is w += k step^T, and left to the caller. `flush` writes
    // what is deferred to w, and wants MAX_DEFERRED of it.
    void (*delta_step)(float* w, size_t ld, int d, int cols, const float* q, const float* k, const float* v, float rate,
                       bool read_after, const DeferredUpdates& deferred, bool flush, float* out, float* error,
                       float* step);
    // out (m, ldo) (+)= a b; a(i, j) = a[i * a_row + j * a_col], b (n, ldb), `cols` columns.
    void (*gemm)(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int m, int n, int cols,
                 float* out, size_t ldo, bool add);
    TrainingKernels training;
    GroupedKernels grouped;
};

// Null where this build or this processor does not have the set.
const Kernels* scalar_kernels();
const Kernels* avx2_kernels();
const Kernels* avx_vnni_kernels();
const Kernels* avx512_vnni_kernels();
const Kernels* avx512_gfni_kernels();
const Kernels* neon_kernels();
