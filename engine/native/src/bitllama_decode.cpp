// One token through the whole model, all threads together, five barriers a layer, or six where threads share a head.
//
// What is small (norms, quantisation) every thread computes for itself, since that costs less than a barrier. The
// widest activations, those of the SwiGLU, are rounded together: what a thread takes from the others is then a quarter.
#include <algorithm>
#include <chrono>

#include "bitllama.h"

namespace {
constexpr int MLP_SLICE = 256;  // rows of the SwiGLU whose activation runs while memory brings the next ones
constexpr int COLUMNS = 16;     // fast-weight columns that are not divided: a cache line of floats

// Adds what the first thread does to a profile, where one is asked for.
class Watch {
public:
    Watch(double* seconds, int thread) : seconds_(thread == 0 ? seconds : nullptr) {
        if (seconds_) last_ = Clock::now();
    }
    // What was done since the last call is `phase`.
    void note(int phase) {
        if (!seconds_) return;
        const Clock::time_point now = Clock::now();
        seconds_[phase] += std::chrono::duration<double>(now - last_).count();
        last_ = now;
    }

private:
    using Clock = std::chrono::steady_clock;
    double* seconds_;
    Clock::time_point last_;
};

enum Phase { EMBEDDING, QKV, LEARNING, OUTPUT, MLP_IN, MLP_OUT, HEAD, WAITING };
static_assert(WAITING + 1 == BL_PHASES, "one place a phase");

// What one thread does for a token.
struct Worker {
    Worker(bl_model& model, const bl_step_io& io, int thread_)
        : m(model),
          c(model.config),
          state(io.state),
          rate_scale(io.rate_scale),
          thread(thread_),
          threads(model.pool.size()),
          scratch(model.scratch[size_t(thread_)]),
          whole_heads(c.heads % threads == 0),
          columns(split(m.width, thread, threads, whole_heads ? m.width / threads : COLUMNS)),
          stream_rows(split(c.hidden, thread, threads, COLUMNS)),
          mlp_rows(split(c.mlp, thread, threads, COLUMNS)),
          watch(model.profile, thread_) {}

    void run(int token, float* logits, float* losses) {
        m.look_up(token, stream_rows, h() + stream_rows.begin);
        barrier(EMBEDDING);
        for (int i = 0; i < c.layers; i++) {
            const bl_layer& layer = m.layers[size_t(i)];
            qkv(layer, i);
            learn(layer, i);
            barrier(LEARNING);
            if (thread == 0) losses[i] = m.loss(m.one.errors.data(), 1);
            output(layer);
            feed_forward(layer, i + 1 < c.layers ? first_qkv(m.layers[size_t(i) + 1]) : m.head_begin(thread));
        }
        if (!logits) return;
        m.prepare_head(h(), scratch.normed.data(), scratch.activations, 0);
        m.logits(scratch.normed.data(), scratch.activations, 1, thread, logits, scratch);
        watch.note(HEAD);
    }

    float* h() const { return m.one.stream.data(); }

    void barrier(Phase phase) {
        watch.note(phase);
        m.pool.barrier(thread);
        watch.note(WAITING);
    }

    const void* first_qkv(const bl_layer& layer) const {
        return m.row(m.tied() ? layer.key : layer.query, columns.begin, c.hidden);
    }

    // The residual stream, normed and quantised.
    void take_stream(const float* norm, const bl_ternary& w) {
        m.k.rms_norm(h(), norm, c.hidden, c.norm_eps, scratch.normed.data());
        m.quantise(scratch.normed.data(), c.hidden, w, scratch.activations, 0);
    }

    void qkv(const bl_layer& layer, int i) {
        take_stream(layer.norm1, layer.key);
        const float* fast = m.fast(state, i) + size_t(columns.begin / c.head_dim) * c.head_dim * c.head_dim;
        if (!whole_heads) {
            qkv_rows(layer, i, split(m.tied() ? m.width : 3 * m.width, thread, threads, COLUMNS), fast);
            barrier(QKV);
            return;
        }
        const bl_ternary* linears[] = {&layer.query, &layer.key, &layer.value};
        const int parts = m.tied() ? 1 : 3;
        for (int part = 0; part < parts; part++) {
            const void* next = fast;
            if (part + 1 < parts) next = m.row(*linears[part + 1], columns.begin, c.hidden);
            qkv_rows(layer, i, {part * m.width + columns.begin, part * m.width + columns.end}, next);
        }
        watch.note(QKV);
    }

    // Some rows of q, k and v: the projection, its convolution and silu.
    void qkv_rows(const bl_layer& layer, int i, Range rows, const void* next) {
        float* qkv = m.one.qkv.data();
        m.project(layer, rows, scratch.activations, 1, qkv, scratch, next);
        if (m.tied()) return;
        if (layer.conv)
            m.k.convolve(qkv + rows.begin, 0, 1, rows.size(), m.tail(state, i) + rows.begin, state.ring[2],
                         layer.conv + rows.begin, size_t(3) * m.width, c.conv_kernel);
        m.k.silu(qkv + rows.begin, rows.size());
    }

    // The delta rule on this thread's share of the fast weights: columns of all heads side by side.
    //
    // W is read once a token but written once in BL_MAX_DEFERRED: until then W k is (W k) + sum_j s_j (k_j . k) over
    // the deferred updates W += s_j k_j^T.
    void learn(const bl_layer& layer, int i) {
        const int d = c.head_dim;
        const float* qkv = m.one.qkv.data();
        const Ring ring(state);
        const int mine = ring.place(ring.count);  // free, whatever another thread still reads
        for (int at = columns.begin; at < columns.end;) {
            const int head = at / d, end = std::min(columns.end, (head + 1) * d), column = at - head * d;
            const float* query = scratch.query.data();
            m.k.unit(qkv + m.key_at() + head * d, d, scratch.key.data());
            if (m.tied()) query = scratch.key.data();
            else m.k.unit(qkv + m.query_at() + head * d, d, scratch.query.data());
            const float* value = m.tied() ? scratch.key.data() : qkv + m.value_at() + head * d;
            DeferredUpdates deferred;
            for (; deferred.count < ring.count; deferred.count++) {
                deferred.keys[deferred.count] = m.deferred_key(state, i, ring.place(deferred.count), head);
                deferred.steps[deferred.count] = m.deferred_step(state, i, ring.place(deferred.count), at);
            }
            if (column == 0)
                std::copy(scratch.key.data(), scratch.key.at(size_t(d)), m.deferred_key(state, i, mine, head));
            m.k.delta_step(m.fast(state, i) + size_t(head) * d * d + column, size_t(d), d, end - at, query,
                           scratch.key.data(), value + column, m.rate(layer, head, scratch.normed.data(), rate_scale),
                           !m.tied(), deferred, ring.full(), m.one.out.at(at), m.one.errors.at(at),
                           m.deferred_step(state, i, mine, at));
            at = end;
        }
    }

    void output(const bl_layer& layer) {
        m.norm_heads(layer, m.one.out.data(), scratch.heads.data());
        m.quantise(scratch.heads.data(), m.width, layer.up, scratch.activations, 0);
        m.multiply(layer.up, stream_rows, m.width, scratch.activations, 1, h(), 0, true, scratch,
                   m.row(layer.gate, mlp_rows.begin, c.hidden));
        barrier(OUTPUT);
    }

    void feed_forward(const bl_layer& layer, const void* following) {
        float *gate = m.one.gate.data(), *up = m.one.up.data(), *mine = gate + mlp_rows.begin;
        take_stream(layer.norm2, layer.gate);
        for (int at = mlp_rows.begin; at < mlp_rows.end; at += MLP_SLICE) {
            const Range slice{at, std::min(at + MLP_SLICE, mlp_rows.end)};
            m.multiply(layer.gate, slice, c.hidden, scratch.activations, 1, gate, 0, false, scratch,
                       m.row(layer.mlp_up, slice.begin, c.hidden));
            m.multiply(layer.mlp_up, slice, c.hidden, scratch.activations, 1, up, 0, false, scratch,
                       slice.end < mlp_rows.end ? m.row(layer.gate, slice.end, c.hidden)
                                                : m.row(layer.mlp_down, stream_rows.begin, c.mlp));
            m.k.swiglu(gate + slice.begin, up + slice.begin, slice.size(), gate + slice.begin);
        }
        if (m.narrow()) {
            Part& part = m.parts[size_t(thread)];
            part.magnitude = m.k.magnitude(mine, mlp_rows.size());
            barrier(MLP_IN);
            const float scale = m.common_scale();
            part.sum = m.k.round_by(mine, mlp_rows.size(), scale, m.largest_whole, m.gated.at(size_t(mlp_rows.begin)));
            barrier(MLP_IN);
            m.collect(scale, layer.mlp_down, scratch.activations);
        } else {
            barrier(MLP_IN);
            m.quantise(gate, c.mlp, layer.mlp_down, scratch.activations, 0);
        }
        m.multiply(layer.mlp_down, stream_rows, c.mlp, scratch.activations, 1, h(), 0, true, scratch, following);
        barrier(MLP_OUT);
    }

    bl_model& m;
    const bl_config& c;
    const bl_state& state;
    const float rate_scale;
    const int thread, threads;
    Scratch& scratch;
    const bool whole_heads;  // a thread's heads are its scratch from view to output
    const Range columns, stream_rows, mlp_rows;
    Watch watch;
};
}  // namespace

void bl_step(bl_model* model, const bl_step_io* io, int32_t token) {
    const bl_state& state = io->state;
    model->backwards = !model->backwards;
    model->pool.run([&](int thread) { Worker(*model, *io, thread).run(token, io->logits, io->losses); });
    const Ring ring(state);
    if (ring.full()) state.ring[0] = ring.place(ring.count);
    state.ring[1] = ring.full() ? 1 : ring.count + 1;
    model->tail_moved(state, 1);
}

void bl_flush(const bl_model* model, bl_state state) {
    const bl_config& c = model->config;
    for (int i = 0; i < c.layers; i++)
        for (int head = 0; head < c.heads; head++) model->flush(state, i, head, 0, c.head_dim);
    state.ring[1] = 0;
}
