// One token through the whole model, all threads together, five meetings a layer, or six where threads share a head.
//
// What is small (norms, quantisation) every thread computes for itself, since that costs less than a meeting. The
// widest activations, those of the SwiGLU, are rounded together: what a thread takes from the others is then a quarter.
#include <algorithm>
#include <chrono>

#include "model.h"

namespace {
constexpr int COLUMNS = 16;  // fast-weight columns that are not divided: a cache line of floats

// The delta rule on this thread's share of the fast weights: columns of all heads side by side.
//
// W is read once a token but written once in BL_LATE: until then W k is (W k) + sum_j s_j (k_j . k) over the updates
// W += s_j k_j^T that wait.
void learn(bl_model& m, const bl_layer& layer, const bl_state& state, int i, const float* normed, float rate_scale,
           Range columns, Own& own) {
    const int d = m.config.head_dim;
    const float* views = m.one.views.data();
    const Ring ring(state);
    const int mine = ring.place(ring.count);  // free, whatever another thread still reads
    for (int at = columns.begin; at < columns.end;) {
        const int head = at / d, end = std::min(columns.end, (head + 1) * d);
        const float* query = own.query.data();
        m.k.unit(views + m.key_at() + head * d, d, own.key.data());
        if (m.tied()) query = own.key.data();
        else m.k.unit(views + m.query_at() + head * d, d, own.query.data());
        const float* value = m.tied() ? own.key.data() : views + m.value_at() + head * d;
        const int column = at - head * d;
        Late late;
        for (; late.count < ring.count; late.count++) {
            late.keys[late.count] = m.late_key(state, i, ring.place(late.count), head);
            late.steps[late.count] = m.late_step(state, i, ring.place(late.count), at);
        }
        if (column == 0) std::copy(own.key.data(), own.key.at(size_t(d)), m.late_key(state, i, mine, head));
        m.k.delta_step(m.fast(state, i) + size_t(head) * d * d + column, size_t(d), d, end - at, query, own.key.data(),
                       value + column, m.rate(layer, head, normed, rate_scale), !m.tied(), late, ring.full(),
                       m.one.out.at(at), m.one.errors.at(at), m.late_step(state, i, mine, at));
        at = end;
    }
}

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

enum Phase { EMBEDDING, VIEWS, LEARNING, OUTPUT, MLP_IN, MLP_OUT, HEAD, WAITING };
static_assert(WAITING + 1 == BL_PHASES, "one place a phase");

// Rows of the views: what is looked at, and its convolution.
void view(bl_model& m, const bl_layer& layer, const bl_state& state, int i, Range rows, Own& own, const void* next) {
    float* views = m.one.views.data();
    m.project(layer, rows, own.activations, 1, views, own, next);
    if (m.tied()) return;
    if (layer.conv)
        m.k.convolve(views + rows.begin, 0, 1, rows.size(), m.tail(state, i) + rows.begin, state.ring[2],
                     layer.conv + rows.begin, size_t(3) * m.width, m.config.conv_kernel);
    m.k.silu(views + rows.begin, rows.size());
}

void decode(bl_model& m, const bl_state& state, int token, float rate_scale, float* logits, float* losses, int thread) {
    const bl_config& c = m.config;
    const int threads = m.pool.size(), width = m.width;
    Own& own = m.own[size_t(thread)];
    const bool whole_heads = c.heads % threads == 0;  // a thread's heads are its own from view to output
    const Range columns = share(width, thread, threads, whole_heads ? width / threads : COLUMNS);
    const Range stream_rows = share(c.hidden, thread, threads, COLUMNS),
                mlp_rows = share(c.mlp, thread, threads, COLUMNS);
    float *h = m.one.stream.data(), *gate = m.one.gate.data(), *up = m.one.up.data();
    Watch watch(m.profile, thread);
    const auto meet = [&](Phase phase) {
        watch.note(phase);
        m.pool.barrier(thread);
        watch.note(WAITING);
    };

    m.look_up(token, stream_rows, h + stream_rows.begin);
    meet(EMBEDDING);
    for (int i = 0; i < c.layers; i++) {
        const bl_layer& layer = m.layers[size_t(i)];
        const float* fast = m.fast(state, i) + size_t(columns.begin / c.head_dim) * c.head_dim * c.head_dim;
        const void* following =
            i + 1 < c.layers
                ? m.row(m.tied() ? m.layers[size_t(i) + 1].key : m.layers[size_t(i) + 1].query, columns.begin, c.hidden)
                : m.head_begin(thread);
        m.k.rms_norm(h, layer.norm1, c.hidden, c.norm_eps, own.normed.data());
        m.quantise(own.normed.data(), c.hidden, own.activations, 0);
        if (whole_heads) {
            const bl_ternary* after[] = {&layer.key, &layer.value};
            const int parts = m.tied() ? 1 : 3;
            for (int part = 0; part < parts; part++)
                view(m, layer, state, i, {part * width + columns.begin, part * width + columns.end}, own,
                     part + 1 < parts ? static_cast<const void*>(m.row(*after[part], columns.begin, c.hidden)) : fast);
            watch.note(VIEWS);
        } else {
            view(m, layer, state, i, share(m.tied() ? width : 3 * width, thread, threads, COLUMNS), own, fast);
            meet(VIEWS);
        }
        learn(m, layer, state, i, own.normed.data(), rate_scale, columns, own);
        meet(LEARNING);
        if (thread == 0) losses[i] = m.loss(m.one.errors.data(), 1);
        m.norm_heads(layer, m.one.out.data(), own.heads.data());
        m.quantise(own.heads.data(), width, own.activations, 0);
        m.multiply(layer.up, stream_rows, width, own.activations, 1, h, 0, true, own,
                   m.row(layer.gate, mlp_rows.begin, c.hidden));
        meet(OUTPUT);
        m.k.rms_norm(h, layer.norm2, c.hidden, c.norm_eps, own.normed.data());
        m.quantise(own.normed.data(), c.hidden, own.activations, 0);
        m.multiply(layer.gate, mlp_rows, c.hidden, own.activations, 1, gate, 0, false, own,
                   m.row(layer.mlp_up, mlp_rows.begin, c.hidden));
        m.multiply(layer.mlp_up, mlp_rows, c.hidden, own.activations, 1, up, 0, false, own,
                   m.row(layer.mlp_down, stream_rows.begin, c.mlp));
        m.k.swiglu(gate + mlp_rows.begin, up + mlp_rows.begin, mlp_rows.size(), gate + mlp_rows.begin);
        if (m.narrow()) {
            m.parts[size_t(thread)].magnitude = m.k.magnitude(gate + mlp_rows.begin, mlp_rows.size());
            meet(MLP_IN);
            const float scale = m.common_scale();
            m.parts[size_t(thread)].sum = m.k.round_by(gate + mlp_rows.begin, mlp_rows.size(), scale, m.largest_whole,
                                                       m.gated.at(size_t(mlp_rows.begin)));
            meet(MLP_IN);
            m.collect(scale, own.activations);
        } else {
            meet(MLP_IN);
            m.quantise(gate, c.mlp, own.activations, 0);
        }
        m.multiply(layer.mlp_down, stream_rows, c.mlp, own.activations, 1, h, 0, true, own, following);
        meet(MLP_OUT);
    }
    if (!logits) return;
    m.prepare_head(h, own.normed.data(), own.activations, 0);
    m.logits(own.normed.data(), own.activations, 1, thread, logits, own);
    watch.note(HEAD);
}
}  // namespace

void bl_step(bl_model* model, const bl_turn* turn, int32_t token) {
    const bl_state& state = turn->state;
    model->backwards = !model->backwards;
    model->pool.run(
        [&](int thread) { decode(*model, state, token, turn->rate_scale, turn->logits, turn->losses, thread); });
    const Ring ring(state);
    if (ring.full()) state.ring[0] = ring.place(ring.count);
    state.ring[1] = ring.full() ? 1 : ring.count + 1;
    model->tail_moved(state, 1);
}

void bl_settle(const bl_model* model, bl_state state) {
    const bl_config& c = model->config;
    for (int i = 0; i < c.layers; i++)
        for (int head = 0; head < c.heads; head++) model->settle(state, i, head, 0, c.head_dim);
    state.ring[1] = 0;
}
