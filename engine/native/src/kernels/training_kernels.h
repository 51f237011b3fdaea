// What training needs of each instruction set, with gradients: one head of one stream at a time, all its tokens.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Activations of one token on their way into a ternary matrix.
struct Quantised {
    float scale;
    int32_t sum;  // of the whole numbers: stored weights are code + 1, so this is subtracted from every product
};

// Rows that are worked on together; a row is a token's part of one head.
constexpr int TRAIN_ROWS = 64;
// And in the delta rule, where all pairs of them are related.
constexpr int DELTA_ROWS = 32;

// Tokens of one head, a row each, wherever they lie.
struct Rows {
    float* at;
    size_t stride;
    float* row(int t) const { return at + size_t(t) * stride; }
};
struct ConstRows {
    const float* at;
    size_t stride;
    const float* row(int t) const { return at + size_t(t) * stride; }
};

// One head of a qkv, before its convolution. The tail is the kernel - 1 rows before x; weight has `kernel` rows, the
// last one for the token itself.
struct QkvTask {
    int tokens, width, kernel;
    bool unit;  // whether rows are brought to length 1
    ConstRows x, tail, weight;
};

// One head of the delta rule of one stream. Rows are tokens: queries and keys of `keys` floats, values of `values`.
struct DeltaTask {
    int tokens, keys, values;
    bool read_after;
    ConstRows q, k, v;
    const float* rate;
    size_t rate_stride;
};

// What the forward pass leaves for the backward pass: errors W k - v of every token, and the fast weights, key by
// value, that each chunk of DELTA_ROWS tokens begins with.
struct DeltaTrace {
    float* errors;  // (tokens, values)
    float* starts;  // (chunks, keys, values)
};

struct DeltaGrads {
    ConstRows out;
    const float* state;  // of the state behind the last token, value by key; null: zero
    Rows q, k, v;
    float* rate;   // (tokens)
    float* start;  // of the state before the first token, value by key
};

struct TrainingKernels {
    // out = silu(convolved x), of length 1 where the task says so. Scratch: qkv_scratch floats.
    void (*qkv)(const QkvTask& task, Rows out, float* scratch);
    // Writes the gradients of x and tail, and adds that of the weight, which lies like the weight.
    void (*qkv_backward)(const QkvTask& task, ConstRows grad, Rows grad_x, Rows grad_tail, Rows grad_weight,
                         float* scratch);
    // From state to next_state, both value by key; a token's loss is half its squared error. Scratch: delta_scratch
    // floats.
    void (*delta)(const DeltaTask& task, const float* state, float* next_state, Rows out, const DeltaTrace& trace,
                  float* loss, float* scratch);
    void (*delta_back)(const DeltaTask& task, const DeltaTrace& trace, const DeltaGrads& grads, float* scratch);
    // As Kernels::quantise, and the rounded values x (n) themselves.
    Quantised (*round_row)(const float* x, int n, float largest, int8_t* out, float* rounded);
    // Writes the gradient of a row x of Kernels::rms_norm, and adds that of w.
    void (*rms_norm_back)(const float* x, const float* w, const float* grad, int n, float eps, float* grad_x,
                          float* grad_w);
    // Of Kernels::swiglu.
    void (*swiglu_back)(const float* gate, const float* up, const float* grad, int n, float* grad_gate, float* grad_up);
};

constexpr int padded_width(int width) { return (width + 15) / 16 * 16; }
// Floats that either function of a qkv needs.
constexpr size_t qkv_scratch(int width, int kernel) {
    return size_t(padded_width(width)) * 3 * size_t(TRAIN_ROWS + kernel - 1);
}
constexpr int delta_chunks(int tokens) { return (tokens + DELTA_ROWS - 1) / DELTA_ROWS; }
// The least width from there on that is an odd number of the cache's lines, so that rows which lie so far apart are
// kept all over it, and not in a few places.
constexpr int odd_lines(int width) {
    return padded_width(width) / 16 % 2 ? padded_width(width) : padded_width(width) + 16;
}
// Floats that either function of the delta rule needs.
constexpr size_t delta_scratch(int keys, int values) {
    const size_t k = size_t(padded_width(keys)), v = size_t(padded_width(values)), c = DELTA_ROWS;
    return 2 * k * size_t(odd_lines(values)) + 2 * v * size_t(odd_lines(keys)) + c * (6 * k + 6 * v) + 4 * c * c + c;
}
