// The parts of training that torch leaves to this library, heads and streams at a time: views and the delta rule.
#include "api.h"
#include "training_share.h"

namespace {
struct Scratch {
    Scratch(int threads, size_t floats) : floats_((floats + 15) / 16 * 16), all_(floats_ * size_t(threads)) {}
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

// The task of a head of a view of a stream: `column` heads of all three views lie side by side.
struct Views {
    const bl_views& v;
    size_t width = size_t(3) * v.heads * v.head_dim;

    size_t x(int stream, int column) const { return size_t(stream) * v.tokens * width + size_t(column) * v.head_dim; }
    size_t tail(int stream, int column) const {
        return size_t(stream) * (v.kernel - 1) * width + size_t(column) * v.head_dim;
    }
    size_t weight(int column) const { return size_t(column) * v.head_dim; }
    ViewTask task(int stream, int column) const {
        const bool unit = column / v.heads < 2;
        return {v.tokens, v.head_dim, v.kernel, unit,
                {v.x + x(stream, column), width}, {v.tail + tail(stream, column), width},
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
        return {d.tokens, d.keys, d.values, d.read_after != 0, of(d.q), of(d.k), of(d.v), of(d.rate).at, of(d.rate).stride};
    }
    DeltaTrace trace(int item) const {
        return {d.errors + size_t(item) * d.tokens * d.values, d.starts + size_t(item) * chunks * squares};
    }
};
}  // namespace

int32_t bl_view(const char* instructions, int32_t threads, const bl_views* views, const bl_heads* out) {
    return guarded(instructions, [&](const Kernels& k) {
        const Views v{*views};
        Scratch scratch(threads, view_scratch(views->head_dim, views->kernel));
        share_out(threads, 3 * views->heads, [&](int column, int thread) {
            for (int stream = 0; stream < views->batch; stream++)
                k.training.view(v.task(stream, column), rows(out[column / views->heads], stream, column % views->heads),
                                scratch.of(thread));
        });
    });
}

int32_t bl_view_back(const char* instructions, int32_t threads, const bl_views* views, const bl_heads* grad,
                     float* grad_x, float* grad_tail, float* grad_weight) {
    return guarded(instructions, [&](const Kernels& k) {
        const Views v{*views};
        Scratch scratch(threads, view_scratch(views->head_dim, views->kernel));
        // A column's streams are one after the other, so that sums of the weight do not depend on the threads.
        share_out(threads, 3 * views->heads, [&](int column, int thread) {
            for (int i = 0; i < views->kernel; i++)
                for (int c = 0; c < views->head_dim; c++) grad_weight[v.weight(column) + size_t(i) * v.width + c] = 0;
            for (int stream = 0; stream < views->batch; stream++)
                k.training.view_back(
                    v.task(stream, column), const_rows(grad[column / views->heads], stream, column % views->heads),
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
        Scratch scratch(threads, delta_scratch(delta->keys, delta->values));
        share_out(threads, d.items(), [&](int i, int thread) {
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
        Scratch scratch(threads, delta_scratch(delta->keys, delta->values));
        share_out(threads, d.items(), [&](int i, int thread) {
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
