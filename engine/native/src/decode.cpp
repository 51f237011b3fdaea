// One token through the whole model, all threads together, five meetings a layer.
//
// What is small (norms, quantisation) every thread computes for itself, since that costs less than a meeting.
#include <algorithm>

#include "model.h"

namespace {
constexpr int COLUMNS = 16;  // fast-weight columns that are not divided: a cache line of floats

// The delta rule on this thread's share of the fast weights: columns of all heads side by side.
void learn(bl_model& m, const bl_layer& layer, float* fast, const float* views, const float* normed, float rate_scale,
           Range columns, Own& own) {
    const int d = m.config.head_dim;
    for (int at = columns.begin; at < columns.end;) {
        const int head = at / d, end = std::min(columns.end, (head + 1) * d);
        const float* query = own.query.data();
        m.k.unit(views + m.key_at() + head * d, d, own.key.data());
        if (m.tied()) query = own.key.data();
        else m.k.unit(views + m.query_at() + head * d, d, own.query.data());
        const float* value = m.tied() ? own.key.data() : views + m.value_at() + head * d;
        const float kq = m.tied() ? 0.0f : m.k.dot(own.key.data(), query, d);
        const int column = at - head * d;
        m.k.delta_step(fast + size_t(head) * d * d + column, size_t(d), d, end - at, query, own.key.data(),
                       value + column, m.rate(layer, head, normed, rate_scale), !m.tied(), kq, m.one.out.at(at),
                       m.one.errors.at(at));
        at = end;
    }
}

void decode(bl_model& m, const bl_state& state, int token, float rate_scale, float* logits, float* losses, int thread) {
    const bl_config& c = m.config;
    const int threads = m.pool.size(), width = m.width, views_width = m.tied() ? width : 3 * width;
    Own& own = m.own[size_t(thread)];
    const Range views_rows = share(views_width, thread, threads, COLUMNS),
                columns = share(width, thread, threads, COLUMNS);
    const Range stream_rows = share(c.hidden, thread, threads, COLUMNS),
                mlp_rows = share(c.mlp, thread, threads, COLUMNS);
    float *h = m.one.stream.data(), *views = m.one.views.data(), *gate = m.one.gate.data(), *up = m.one.up.data();

    const float* from = m.embed + size_t(token) * c.hidden;
    std::copy(from + stream_rows.begin, from + stream_rows.end, h + stream_rows.begin);
    m.pool.barrier();
    for (int i = 0; i < c.layers; i++) {
        const bl_layer& layer = m.layers[size_t(i)];
        m.k.rms_norm(h, layer.norm1, c.hidden, c.norm_eps, own.normed.data());
        m.quantise(own.normed.data(), c.hidden, own.activations, 0);
        m.project(layer, views_rows, own.activations, 1, views, own);
        if (!m.tied()) {
            if (layer.conv)
                m.k.convolve(views + views_rows.begin, 0, 1, views_rows.size(), m.tail(state, i) + views_rows.begin,
                             layer.conv + views_rows.begin, size_t(3) * width, c.conv_kernel);
            m.k.silu(views + views_rows.begin, views_rows.size());
        }
        m.pool.barrier();
        learn(m, layer, m.fast(state, i), views, own.normed.data(), rate_scale, columns, own);
        m.pool.barrier();
        if (thread == 0) losses[i] = m.loss(m.one.errors.data(), 1);
        m.norm_heads(layer, m.one.out.data(), own.heads.data());
        m.quantise(own.heads.data(), width, own.activations, 0);
        m.multiply(layer.up, stream_rows, width, own.activations, 1, h, 0, true, own);
        m.pool.barrier();
        m.k.rms_norm(h, layer.norm2, c.hidden, c.norm_eps, own.normed.data());
        m.quantise(own.normed.data(), c.hidden, own.activations, 0);
        m.multiply(layer.gate, mlp_rows, c.hidden, own.activations, 1, gate, 0, false, own);
        m.multiply(layer.mlp_up, mlp_rows, c.hidden, own.activations, 1, up, 0, false, own);
        m.k.swiglu(gate + mlp_rows.begin, up + mlp_rows.begin, mlp_rows.size(), gate + mlp_rows.begin);
        m.pool.barrier();
        m.quantise(gate, c.mlp, own.activations, 0);
        m.multiply(layer.mlp_down, stream_rows, c.mlp, own.activations, 1, h, 0, true, own);
        m.pool.barrier();
    }
    m.logits(h, 1, thread, logits);
}
}  // namespace

void bl_step(bl_model* model, bl_state state, int32_t token, float rate_scale, float* logits, float* losses) {
    model->pool.run([&](int thread) { decode(*model, state, token, rate_scale, logits, losses, thread); });
}
