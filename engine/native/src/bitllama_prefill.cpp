// A chunk of tokens through the whole model: each packed weight is unpacked once for all of them, and the fast weights
// are updated by the chunk-parallel form of the delta rule.
//
// Within a subchunk the corrections u_i = rate_i (v_i - W k_i) depend on each other only through a lower triangular
// system (the WY form of Yang et al. 2024, arXiv 2406.06484, section 3); the rest are matrix products. See
// engine/ops/delta_rule/chunk.py, whose result this is.
#include <algorithm>

#include "bitllama.h"

constexpr int SUBCHUNK = 32;  // tokens that are solved together
constexpr int COLUMNS = 32;   // fast-weight columns that one thread takes at a time

struct Chunk {
    explicit Chunk(const bl_model& m) : all(m.config, m.width, BL_MAX_CHUNK), activations(BL_MAX_CHUNK, m.widest) {
        all.rates = Buffer<float>(size_t(m.config.heads) * BL_MAX_CHUNK);
        for (int i = 0; i < m.pool.size(); i++) subchunks.emplace_back(m.config.head_dim);
    }

    struct Subchunk {
        explicit Subchunk(int d) : keys(size_t(d) * SUBCHUNK) {}
        Buffer<float> keys;                                            // transposed (d, SUBCHUNK)
        float past[SUBCHUNK * SUBCHUNK], mixing[SUBCHUNK * SUBCHUNK];  // k_i . k_j, q_i . k_j
        float said[SUBCHUNK * COLUMNS], correction[SUBCHUNK * COLUMNS];
    };

    Shared all;  // its rates are (H, BL_MAX_CHUNK) here
    Activations activations;
    std::vector<Subchunk> subchunks;  // one a thread
};

namespace {
// Products of the keys and queries of a slice with its keys, which every block of columns needs.
void relate(const bl_model& m, Chunk::Subchunk& p, const float* queries, const float* keys, size_t ld, int tokens) {
    const int d = m.config.head_dim;
    for (int j = 0; j < d; j++)
        for (int t = 0; t < tokens; t++) *p.keys.at(size_t(j) * SUBCHUNK + t) = keys[t * ld + j];
    m.k.gemm(keys, ld, 1, p.keys.data(), SUBCHUNK, tokens, d, tokens, p.past, SUBCHUNK, false);
    m.k.gemm(queries, ld, 1, p.keys.data(), SUBCHUNK, tokens, d, tokens, p.mixing, SUBCHUNK, false);
    for (int i = 0; i < tokens; i++)  // a token reads what came before it, and itself where the variant says so
        std::fill(p.mixing + i * SUBCHUNK + i + (m.tied() ? 0 : 1), p.mixing + (i + 1) * SUBCHUNK, 0.0f);
}

// One slice on `cols` columns of a head.
void learn_subchunk(const bl_model& m, Chunk::Subchunk& p, float* w, const float* queries, const float* keys,
                    const float* values, size_t ld, const float* rates, int tokens, int cols, float* out,
                    float* errors) {
    const size_t d = size_t(m.config.head_dim), width = size_t(m.width);
    m.k.gemm(keys, ld, 1, w, d, tokens, int(d), cols, p.said, COLUMNS, false);
    m.k.gemm(queries, ld, 1, w, d, tokens, int(d), cols, out, width, false);
    for (int i = 0; i < tokens; i++) {
        float* said = p.said + i * COLUMNS;
        m.k.gemm(p.past + i * SUBCHUNK, SUBCHUNK, 1, p.correction, COLUMNS, 1, i, cols, said, COLUMNS, true);
        for (int c = 0; c < cols; c++) {
            const float error = said[c] - values[i * ld + c];
            errors[i * width + c] = error;
            p.correction[i * COLUMNS + c] = -rates[i] * error;
        }
    }
    m.k.gemm(p.mixing, SUBCHUNK, 1, p.correction, COLUMNS, tokens, tokens, cols, out, width, true);
    m.k.gemm(keys, 1, ld, p.correction, COLUMNS, int(d), tokens, cols, w, d, true);
}
// This thread's columns of all heads' fast weights, in place; reads unit queries and keys, values and rates, and writes
// out and errors, all of `tokens` tokens.
void learn_chunk(bl_model& m, Chunk& chunk, float* fast, int tokens, int thread) {
    const int d = m.config.head_dim, ld = 3 * m.width;
    const Range columns = split(m.width, thread, m.pool.size(), COLUMNS);
    Chunk::Subchunk& p = chunk.subchunks[size_t(thread)];
    const float* qkv = chunk.all.qkv.data();
    for (int first = columns.begin; first < columns.end;) {
        const int head = first / d, end = std::min(columns.end, (head + 1) * d);
        for (int start = 0; start < tokens; start += SUBCHUNK) {
            const int count = std::min(SUBCHUNK, tokens - start);
            const float* row = qkv + size_t(start) * ld;
            const float *queries = row + m.query_at() + head * d, *keys = row + m.key_at() + head * d;
            relate(m, p, queries, keys, size_t(ld), count);
            for (int at = first; at < end; at += COLUMNS) {
                const int column = at - head * d;
                learn_subchunk(m, p, fast + size_t(head) * d * d + column, queries, keys,
                               row + m.value_at() + head * d + column, size_t(ld),
                               chunk.all.rates.at(size_t(head) * BL_MAX_CHUNK + start), count,
                               std::min(COLUMNS, end - at), chunk.all.out.at(size_t(start) * m.width + at),
                               chunk.all.errors.at(size_t(start) * m.width + at));
            }
        }
        first = end;
    }
}

constexpr int ROWS = 16;

void normed_quantised(bl_model& m, Chunk& chunk, const float* weight, const bl_ternary& w, int t, Scratch& scratch) {
    const int hidden = m.config.hidden;
    m.k.rms_norm(chunk.all.stream.at(size_t(t) * hidden), weight, hidden, m.config.norm_eps, scratch.normed.data());
    m.quantise(scratch.normed.data(), hidden, w, chunk.activations, t);
}

void block(bl_model& m, Chunk& chunk, const bl_state& state, int i, int tokens, float rate_scale, float* losses,
           int thread) {
    const bl_config& c = m.config;
    const bl_layer& layer = m.layers[size_t(i)];
    const int threads = m.pool.size(), width = m.width, ld = 3 * width;
    const Range mine = split(tokens, thread, threads, 1), stream_rows = split(c.hidden, thread, threads, ROWS);
    const Range qkv_rows = split(m.tied() ? width : ld, thread, threads, ROWS);
    const Range mlp_rows = split(c.mlp, thread, threads, ROWS);
    Scratch& scratch = m.scratch[size_t(thread)];
    Shared& all = chunk.all;
    float* qkv = all.qkv.data();

    for (int t = mine.begin; t < mine.end; t++) {
        normed_quantised(m, chunk, layer.norm1, layer.key, t, scratch);
        for (int head = 0; head < c.heads; head++)
            *all.rates.at(size_t(head) * BL_MAX_CHUNK + t) = m.rate(layer, head, scratch.normed.data(), rate_scale);
    }
    m.pool.barrier(thread);
    m.project(layer, qkv_rows, chunk.activations, tokens, qkv, scratch);
    if (layer.conv)
        m.k.convolve(qkv + qkv_rows.begin, size_t(ld), tokens, qkv_rows.size(), m.tail(state, i) + qkv_rows.begin,
                     state.ring[2], layer.conv + qkv_rows.begin, size_t(ld), c.conv_kernel);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) {
        float* row = qkv + size_t(t) * ld;
        if (!m.tied()) m.k.silu(row, ld);
        for (int head = 0; head < (m.tied() ? 1 : 2) * c.heads; head++)  // queries and keys lie side by side
            m.k.unit(row + head * c.head_dim, c.head_dim, row + head * c.head_dim);
    }
    m.pool.barrier(thread);
    learn_chunk(m, chunk, m.fast(state, i), tokens, thread);
    m.pool.barrier(thread);
    if (thread == 0) losses[i] = m.loss(all.errors.data(), tokens);
    for (int t = mine.begin; t < mine.end; t++) {
        m.norm_heads(layer, all.out.at(size_t(t) * width), scratch.heads.data());
        m.quantise(scratch.heads.data(), width, layer.up, chunk.activations, t);
    }
    m.pool.barrier(thread);
    m.multiply(layer.up, stream_rows, width, chunk.activations, tokens, all.stream.data(), size_t(c.hidden), true,
               scratch);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) normed_quantised(m, chunk, layer.norm2, layer.gate, t, scratch);
    m.pool.barrier(thread);
    m.multiply(layer.gate, mlp_rows, c.hidden, chunk.activations, tokens, all.gate.data(), size_t(c.mlp), false,
               scratch);
    m.multiply(layer.mlp_up, mlp_rows, c.hidden, chunk.activations, tokens, all.up.data(), size_t(c.mlp), false,
               scratch);
    m.pool.barrier(thread);
    for (int t = mine.begin; t < mine.end; t++) {
        m.k.swiglu(all.gate.at(size_t(t) * c.mlp), all.up.at(size_t(t) * c.mlp), c.mlp, scratch.hidden.data());
        m.quantise(scratch.hidden.data(), c.mlp, layer.mlp_down, chunk.activations, t);
    }
    m.pool.barrier(thread);
    m.multiply(layer.mlp_down, stream_rows, c.mlp, chunk.activations, tokens, all.stream.data(), size_t(c.hidden), true,
               scratch);
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
    bl_flush(model, state);
    m.pool.run([&](int thread) {
        const int threads = m.pool.size();
        const Range mine = split(count, thread, threads, 1);
        float* stream = m.chunk->all.stream.data();
        for (int t = mine.begin; t < mine.end; t++) m.look_up(tokens[t], {0, hidden}, stream + size_t(t) * hidden);
        for (int i = 0; i < m.config.layers; i++) block(m, *m.chunk, state, i, count, rate_scale, losses, thread);
        if (!rows) return;
        float* last = stream + size_t(count - rows) * hidden;
        const Range asked = split(rows, thread, threads, 1);
        for (int t = asked.begin; t < asked.end; t++)
            m.prepare_head(last + size_t(t) * hidden, last + size_t(t) * hidden, m.chunk->activations, t);
        m.pool.barrier(thread);
        m.logits(last, m.chunk->activations, rows, thread, logits, m.scratch[size_t(thread)]);
    });
    m.tail_moved(state, count);
    return 0;
}
