// A chunk of tokens through the whole model: each packed weight is unpacked once for all of them, and the fast weights
// are updated by the chunk-parallel form.
#include <algorithm>

#include "chunk.h"

namespace {
constexpr int ROWS = 16;

void normed_quantised(bl_model& m, Chunk& chunk, const float* weight, const bl_ternary& w, int t, Own& own) {
    const int hidden = m.config.hidden;
    m.k.rms_norm(chunk.all.stream.at(size_t(t) * hidden), weight, hidden, m.config.norm_eps, own.normed.data());
    m.quantise(own.normed.data(), hidden, w, chunk.activations, t);
}

void block(bl_model& m, Chunk& chunk, const bl_state& state, int i, int tokens, float rate_scale, float* losses,
           int thread) {
    const bl_config& c = m.config;
    const bl_layer& layer = m.layers[size_t(i)];
    const int threads = m.pool.size(), width = m.width, ld = 3 * width;
    const Range mine = share(tokens, thread, threads, 1), stream_rows = share(c.hidden, thread, threads, ROWS);
    const Range views_rows = share(m.tied() ? width : ld, thread, threads, ROWS);
    const Range mlp_rows = share(c.mlp, thread, threads, ROWS);
    Own& own = m.own[size_t(thread)];
    Shared& all = chunk.all;
    float* views = all.views.data();

    for (int t = mine.begin; t < mine.end; t++) {
        normed_quantised(m, chunk, layer.norm1, layer.key, t, own);
        for (int head = 0; head < c.heads; head++)
            *all.rates.at(size_t(head) * BL_MAX_CHUNK + t) = m.rate(layer, head, own.normed.data(), rate_scale);
    }
    m.pool.barrier(thread);
    m.project(layer, views_rows, chunk.activations, tokens, views, own);
    if (layer.conv)
        m.k.convolve(views + views_rows.begin, size_t(ld), tokens, views_rows.size(),
                     m.tail(state, i) + views_rows.begin, state.ring[2], layer.conv + views_rows.begin, size_t(ld),
                     c.conv_kernel);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) {
        float* view = views + size_t(t) * ld;
        if (!m.tied()) m.k.silu(view, ld);
        for (int head = 0; head < (m.tied() ? 1 : 2) * c.heads; head++)  // queries and keys lie side by side
            m.k.unit(view + head * c.head_dim, c.head_dim, view + head * c.head_dim);
    }
    m.pool.barrier(thread);
    learn_chunk(m, chunk, m.fast(state, i), tokens, thread);
    m.pool.barrier(thread);
    if (thread == 0) losses[i] = m.loss(all.errors.data(), tokens);
    for (int t = mine.begin; t < mine.end; t++) {
        m.norm_heads(layer, all.out.at(size_t(t) * width), own.heads.data());
        m.quantise(own.heads.data(), width, layer.up, chunk.activations, t);
    }
    m.pool.barrier(thread);
    m.multiply(layer.up, stream_rows, width, chunk.activations, tokens, all.stream.data(), size_t(c.hidden), true, own);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) normed_quantised(m, chunk, layer.norm2, layer.gate, t, own);
    m.pool.barrier(thread);
    m.multiply(layer.gate, mlp_rows, c.hidden, chunk.activations, tokens, all.gate.data(), size_t(c.mlp), false, own);
    m.multiply(layer.mlp_up, mlp_rows, c.hidden, chunk.activations, tokens, all.up.data(), size_t(c.mlp), false, own);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) {
        m.k.swiglu(all.gate.at(size_t(t) * c.mlp), all.up.at(size_t(t) * c.mlp), c.mlp, own.hidden.data());
        m.quantise(own.hidden.data(), c.mlp, layer.mlp_down, chunk.activations, t);
    }
    m.pool.barrier(thread);
    m.multiply(layer.mlp_down, stream_rows, c.mlp, chunk.activations, tokens, all.stream.data(), size_t(c.hidden), true,
               own);
    m.pool.barrier(thread);
}
}  // namespace

int32_t bl_prefill(bl_model* model, bl_state state, const int32_t* tokens, int32_t count, float rate_scale,
                   float* logits, int32_t rows, float* losses) {
    bl_model& m = *model;
    const int hidden = m.config.hidden;
    try {
        if (!m.chunk) m.chunk = std::make_shared<Chunk>(m);
    } catch (const std::bad_alloc&) {
        return -1;
    }
    bl_settle(model, state);
    m.pool.run([&](int thread) {
        const int threads = m.pool.size();
        const Range mine = share(count, thread, threads, 1);
        float* stream = m.chunk->all.stream.data();
        for (int t = mine.begin; t < mine.end; t++) m.look_up(tokens[t], {0, hidden}, stream + size_t(t) * hidden);
        for (int i = 0; i < m.config.layers; i++) block(m, *m.chunk, state, i, count, rate_scale, losses, thread);
        if (!rows) return;
        float* last = stream + size_t(count - rows) * hidden;
        const Range asked = share(rows, thread, threads, 1);
        for (int t = asked.begin; t < asked.end; t++)
            m.prepare_head(last + size_t(t) * hidden, last + size_t(t) * hidden, m.chunk->activations, t);
        m.pool.barrier(thread);
        m.logits(last, m.chunk->activations, rows, thread, logits, m.own[size_t(thread)]);
    });
    m.tail_moved(state, count);
    return 0;
}
