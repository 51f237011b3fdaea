// What training needs of each instruction set, with gradients: one head of one stream at a time, all its tokens.
#pragma once
#include <stddef.h>

// Rows that are worked on together; a row is a token's part of one head.
constexpr int TRAIN_ROWS = 64;

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

// One head of a view, before its convolution. The tail is the kernel - 1 rows before x; weight has `kernel` rows, the
// last one for the token itself.
struct ViewTask {
    int tokens, width, kernel;
    bool unit;  // whether rows are brought to length 1
    ConstRows x, tail, weight;
};

struct TrainingKernels {
    // out = silu(convolved x), of length 1 where the task says so. Scratch: view_scratch floats.
    void (*view)(const ViewTask& task, Rows out, float* scratch);
    // Writes the gradients of x and tail, and adds that of the weight, which lies like the weight.
    void (*view_back)(const ViewTask& task, ConstRows grad, Rows grad_x, Rows grad_tail, Rows grad_weight, float* scratch);
};

constexpr int padded_width(int width) { return (width + 15) / 16 * 16; }
// Floats that either function of a view needs.
constexpr size_t view_scratch(int width, int kernel) {
    return size_t(padded_width(width)) * 3 * size_t(TRAIN_ROWS + kernel - 1);
}
