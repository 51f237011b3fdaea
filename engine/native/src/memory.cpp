#include "memory.h"

#include <cmath>

namespace {
constexpr float EPS = 1e-5f;        // of the norms through which the residual stream is seen
constexpr float SHORTEST = 1e-12f;  // a vector that is brought to length 1 counts as at least as long
constexpr int FAST_ROWS = 4;        // of the fast weights that a thread learns with, in its nearest cache
constexpr int MANY = 6;             // tokens from which on it is worth turning a matrix for their products

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

void to_length_one(const Kernels& k, float* x, int n) {
    const float length = std::sqrt(k.dot(x, x, n)), factor = 1.0f / std::max(length, SHORTEST);
    for (int i = 0; i < n; i++) x[i] *= factor;
}

void add_to(float* x, const float* added, int n) {
    for (int i = 0; i < n; i++) x[i] += added[i];
}

Buffer<float> filled(int count, float value) {
    Buffer<float> out(static_cast<size_t>(count));
    std::fill(out.data(), out.data() + count, value);
    return out;
}
}  // namespace

MemoryBeside::MemoryBeside(const bl_memory& memory, bl_matrix embed_, int threads)
    : m(memory),
      embed(embed_),
      seen_width(m.sources * m.hidden),
      key_width(m.heads * m.key_dim),
      value_width(m.heads * m.value_dim),
      blocks((m.value_dim + FAST_ROWS - 1) / FAST_ROWS),
      sources(m.source_blocks, m.source_blocks + m.sources),
      depths(m.depth_blocks, m.depth_blocks + m.depths),
      ports(m.ports, m.ports + m.depths),
      ones(filled(m.hidden, 1.0f)),
      seen(size_t(BL_MAX_CHUNK) * seen_width),
      queries(size_t(BL_MAX_CHUNK) * key_width),
      found(size_t(BL_MAX_CHUNK) * value_width),
      spoken(found.size()),
      lived(size_t(BL_MAX_CHUNK)),
      manner(size_t(BL_MAX_CHUNK) * m.adapter_dim),
      manner_share(lived.size()),
      hidden(size_t(BL_MEMORY_PIECE) * m.gate_dim),
      embeddings(size_t(BL_MEMORY_PIECE) * m.hidden),
      pooled(size_t(BL_MEMORY_PIECE)),
      own(size_t(BL_MEMORY_PIECE) * key_width),
      keys(own.size()),
      values(size_t(BL_MEMORY_PIECE) * value_width),
      rates(size_t(BL_MEMORY_PIECE) * m.heads),
      losses(size_t(m.heads) * blocks),
      of_topic(size_t(key_width) + m.gate_dim),
      squares(losses.size()) {
    const int widest = std::max({seen_width, value_width, m.hidden + m.heads, m.adapter_dim});
    for (int i = 0; i < threads; i++) scratch.emplace_back(size_t(widest) * (1 + LINEAR_GRAIN));
}

MemoryWorker::MemoryWorker(MemoryBeside& memory, const Kernels& kernels, Pool& pool, const bl_memory_io& io,
                           const int32_t* tokens, int count, int thread)
    : b_(memory),
      m_(memory.m),
      k_(kernels),
      pool_(pool),
      io_(io),
      tokens_(tokens),
      count_(count),
      thread_(thread),
      heard_(*io.state.count),
      lived_(*io.state.lived),
      scratch_(memory.scratch[size_t(thread)].data()) {}

void MemoryWorker::enter(int block, float* stream) {
    for (size_t i = 0; i < b_.sources.size(); i++) {
        if (b_.sources[i] != block) continue;
        const Range mine = share(count_, 1);
        for (int t = mine.begin; t < mine.end; t++)
            k_.rms_norm(stream + size_t(t) * m_.hidden, b_.ones.data(), m_.hidden, EPS,
                        b_.seen.at(size_t(t) * b_.seen_width + i * m_.hidden));
        if (i + 1 == b_.sources.size()) {
            barrier();
            take_in();
        }
    }
    for (size_t i = 0; i < b_.depths.size(); i++)
        if (b_.depths[i] == block) speak(b_.ports[i], stream);
}

void MemoryWorker::finish() {
    if (!heard_) return;
    write();
    if (thread_ == 0) *io_.state.count = 0, *io_.state.lived = lived_;
}

// Neighbours of one role together: work(role, first, behind the last).
template <class Work>
void MemoryWorker::each_run(Work&& work) const {
    for (int start = 0, end; start < count_; start = end) {
        for (end = start + 1; end < count_ && io_.roles[end] == io_.roles[start];) end++;
        work(io_.roles[start], start, end);
    }
}

// This thread's share of the rows of out (T, rows) (+)= W x.
void MemoryWorker::product(const bl_matrix& w, const float* x, int tokens, float* out, bool add) const {
    const Range mine = share(w.rows, LINEAR_GRAIN);
    const size_t ld = size_t(w.rows), width = size_t(w.cols);
    if (tokens < MANY) return linear(k_, w, mine, {x, nullptr}, tokens, out, ld, add, nullptr);
    float *wide = scratch_, *turned = scratch_ + width;
    for (int r = mine.begin; r < mine.end; r += LINEAR_GRAIN) {
        const int here = std::min(LINEAR_GRAIN, mine.end - r);
        for (int i = 0; i < here; i++) {
            const uint8_t* row = linear_row(w, r + i);
            const float* floats = reinterpret_cast<const float*>(row);
            if (w.kind == BL_HALVES)
                k_.grouped.widen(reinterpret_cast<const uint16_t*>(row), w.cols, wide), floats = wide;
            for (size_t c = 0; c < width; c++) turned[c * LINEAR_GRAIN + i] = floats[c];
        }
        k_.gemm(x, width, 1, turned, LINEAR_GRAIN, tokens, w.cols, here, out + r, ld, add);
    }
    for (int t = 0; w.bias && t < tokens; t++) add_to(out + t * ld + mine.begin, w.bias + mine.begin, mine.size());
}

// Hear, write and find, from left to right.
void MemoryWorker::take_in() {
    each_run([&](uint8_t role, int start, int end) {
        if (role == BL_HEARD) return hear(start, end);
        write();
        if (role == BL_REPLY) recall(start, end);
    });
    if (thread_ == 0) *io_.state.count = heard_, *io_.state.lived = lived_;
}

void MemoryWorker::hear(int start, int end) {
    const size_t width = size_t(b_.seen_width);
    while (start < end) {
        const int taken = std::min(end - start, BL_MEMORY_PIECE - heard_);
        const Range mine = share(taken, 1);
        for (int i = mine.begin; i < mine.end; i++) {
            const float* row = b_.seen.at(size_t(start + i) * width);
            std::copy(row, row + width, io_.state.heard + size_t(heard_ + i) * width);
            io_.state.tokens[heard_ + i] = tokens_[start + i];
        }
        barrier();
        heard_ += taken;
        start += taken;
        if (heard_ == BL_MEMORY_PIECE) write();
    }
}

// What is heard is a complete message.
void MemoryWorker::write() {
    const int count = heard_;
    if (!count) return;
    heard_ = 0;
    lived_ = -1.0f;
    prepare_message(count);
    barrier();
    make_topic(count);
    barrier();
    project_message(count);
    barrier();
    make_keys(count);
    barrier();
    learn(count);
    barrier();
    if (thread_) return;
    float loss = 0;  // in an order that the threads do not decide
    for (size_t i = 0; i < b_.losses.size(); i++) loss += *b_.losses.at(i);
    *io_.loss = loss / float(2 * count * m_.heads);
}

// The embeddings, and what the topic's weights are the softmax of.
void MemoryWorker::prepare_message(int count) {
    const Range mine = share(count, 1);
    for (int t = mine.begin; t < mine.end; t++) {
        *b_.pooled.at(size_t(t)) = k_.dot(m_.pool, io_.state.heard + size_t(t) * b_.seen_width, b_.seen_width);
        float* embedding = b_.embeddings.at(size_t(t) * m_.hidden);
        row_in_float(b_.embed, io_.state.tokens[t], embedding);
        to_length_one(k_, embedding, m_.hidden);
    }
}

// The weighted mean of the message's tokens.
void MemoryWorker::make_topic(int count) {
    const float *pooled = b_.pooled.data(), most = *std::max_element(pooled, pooled + count);
    float weights[BL_MEMORY_PIECE], total = 0;
    for (int t = 0; t < count; t++) total += weights[t] = std::exp(pooled[t] - most);
    const Range columns = share(b_.seen_width, 16);
    float* topic = io_.state.topic;
    std::fill(topic + columns.begin, topic + columns.end, 0.0f);
    for (int t = 0; t < count; t++) {
        const float *row = io_.state.heard + size_t(t) * b_.seen_width, weight = weights[t] / total;
        for (int c = columns.begin; c < columns.end; c++) topic[c] += weight * row[c];
    }
}

// All products of the message's tokens, and those of its topic: of keys, of the write gate, and of what will read.
void MemoryWorker::project_message(int count) {
    const float *seen = io_.state.heard, *topic = io_.state.topic;
    product(m_.key, seen, count, b_.own.data());
    product(m_.value, b_.embeddings.data(), count, b_.values.data());
    product(m_.write_gate.seen, seen, count, b_.hidden.data());
    product(m_.topic_key, topic, 1, b_.of_topic.data());
    product(m_.write_gate.topic, topic, 1, b_.of_topic.at(size_t(b_.key_width)));
    product(m_.topic_query, topic, 1, io_.state.topic + b_.seen_width);
    product(m_.read_gate.topic, topic, 1, io_.state.topic + b_.seen_width + b_.key_width);
}

void MemoryWorker::make_keys(int count) {
    const int width = b_.key_width;
    const Range mine = share(count, 1);
    for (int t = mine.begin; t < mine.end; t++) {
        float* key = b_.keys.at(size_t(t) * width);
        std::fill(key, key + width, 0.0f);
        for (int tap = 0; tap < BL_CONV_TAPS; tap++) {
            const int from = t - (BL_CONV_TAPS - 1) + tap;
            if (from < 0) continue;
            const float *own = b_.own.at(size_t(from) * width), *weight = m_.conv + size_t(tap) * width;
            for (int c = 0; c < width; c++) key[c] += own[c] * weight[c];
        }
        add_to(key, b_.of_topic.data(), width);
        for (int h = 0; h < m_.heads; h++) to_length_one(k_, key + h * m_.key_dim, m_.key_dim);
        finish_gate(m_.write_gate, b_.of_topic.at(size_t(width)), t, io_.rate_scale, b_.rates.at(size_t(t) * m_.heads));
    }
}

// The gate (H) of a token whose hidden units lack the topic; times a factor.
void MemoryWorker::finish_gate(const bl_memory_gate& gate, const float* topic, int token, float factor, float* out) {
    float* hidden = b_.hidden.at(size_t(token) * m_.gate_dim);
    add_to(hidden, topic, m_.gate_dim);
    k_.silu(hidden, m_.gate_dim);
    linear(k_, gate.last, {0, m_.heads}, {hidden, nullptr}, 1, out, size_t(m_.heads), false, nullptr);
    for (int h = 0; h < m_.heads; h++) out[h] = sigmoid(out[h]) * factor;
}

// The delta rule, token by token: rows of the fast weights know nothing of each other.
void MemoryWorker::learn(int count) {
    for (int unit = thread_; unit < m_.heads * b_.blocks; unit += pool_.size()) {
        const int head = unit / b_.blocks, first = unit % b_.blocks * FAST_ROWS;
        const int rows = std::min(FAST_ROWS, m_.value_dim - first), width = m_.key_dim;
        float* fast = io_.state.fast + (size_t(head) * m_.value_dim + first) * width;
        float loss = 0, error[FAST_ROWS];
        for (int t = 0; t < count; t++) {
            const float* key = b_.keys.at(size_t(t) * b_.key_width + size_t(head) * width);
            const float* value = b_.values.at(size_t(t) * b_.value_width + size_t(head) * m_.value_dim + first);
            const float rate = *b_.rates.at(size_t(t) * m_.heads + head);
            k_.matvec(fast, rows, width, key, error);
            for (int r = 0; r < rows; r++) {
                error[r] -= value[r];
                loss += error[r] * error[r];
                error[r] *= -rate;
            }
            k_.gemm(error, 1, 1, key, size_t(width), rows, 1, width, fast, size_t(width), true);
        }
        *b_.losses.at(size_t(unit)) = loss;
    }
}

// How much the fast weights hold, in an order of sums that the threads do not decide.
void MemoryWorker::measure() {
    for (int unit = thread_; unit < m_.heads * b_.blocks; unit += pool_.size()) {
        const int head = unit / b_.blocks, first = unit % b_.blocks * FAST_ROWS;
        const int rows = std::min(FAST_ROWS, m_.value_dim - first);
        const float* fast = io_.state.fast + (size_t(head) * m_.value_dim + first) * m_.key_dim;
        *b_.squares.at(size_t(unit)) = k_.dot(fast, fast, rows * m_.key_dim);
    }
    barrier();
    double total = 0;
    for (size_t i = 0; i < b_.squares.size(); i++) total += double(*b_.squares.at(i));
    lived_ = float(std::tanh(std::sqrt(total)));
}

// What some tokens of a reply find.
void MemoryWorker::recall(int start, int end) {
    if (lived_ < 0) measure();
    const float *seen = b_.seen.at(size_t(start) * b_.seen_width), *topic = io_.state.topic + b_.seen_width;
    const int count = end - start;
    float *queries = b_.queries.data(), *gates = b_.rates.data();
    product(m_.query, seen, count, queries);
    product(m_.read_gate.seen, seen, count, b_.hidden.data());
    barrier();
    const Range mine = share(count, 1);
    for (int t = mine.begin; t < mine.end; t++) {
        *b_.lived.at(size_t(start + t)) = lived_;
        float* query = queries + size_t(t) * b_.key_width;
        add_to(query, topic, b_.key_width);
        for (int h = 0; h < m_.heads; h++) to_length_one(k_, query + h * m_.key_dim, m_.key_dim);
        finish_gate(m_.read_gate, topic + b_.key_width, t, 1.0f, gates + size_t(t) * m_.heads);
    }
    barrier();
    for (int unit = thread_; unit < m_.heads * b_.blocks; unit += pool_.size()) {
        const int head = unit / b_.blocks, first = unit % b_.blocks * FAST_ROWS;
        const int rows = std::min(FAST_ROWS, m_.value_dim - first), width = m_.key_dim;
        const float* fast = io_.state.fast + (size_t(head) * m_.value_dim + first) * width;
        for (int t = 0; t < count; t++) {
            float* out = b_.found.at(size_t(start + t) * b_.value_width + size_t(head) * m_.value_dim + first);
            k_.matvec(fast, rows, width, queries + size_t(t) * b_.key_width + size_t(head) * width, out);
            for (int r = 0; r < rows; r++) out[r] *= gates[size_t(t) * m_.heads + head];
        }
    }
    barrier();
}

// Add what was found, and the adapter, to the residual stream of the tokens that found it.
void MemoryWorker::speak(const bl_memory_depth& port, float* stream) {
    bool found = false;
    float *normed = scratch_, *strengths = scratch_ + m_.hidden;
    each_run([&](uint8_t role, int start, int end) {
        if (role != BL_REPLY) return;
        found = true;
        const Range mine = share(end - start, 1);
        for (int t = start + mine.begin; t < start + mine.end; t++) {
            k_.rms_norm(stream + size_t(t) * m_.hidden, b_.ones.data(), m_.hidden, EPS, normed);
            linear(k_, port.gate, {0, m_.heads}, {normed, nullptr}, 1, strengths, size_t(m_.heads), false, nullptr);
            for (int h = 0; h < m_.heads; h++) {
                const size_t at = size_t(t) * b_.value_width + size_t(h) * m_.value_dim;
                const float strength = sigmoid(strengths[h]) * port.strengths[h], *found_here = b_.found.at(at);
                float* spoken = b_.spoken.at(at);
                for (int i = 0; i < m_.value_dim; i++) spoken[i] = found_here[i] * strength;
            }
            if (*b_.lived.at(size_t(t)) != 0) adapt(port, normed, t);
        }
    });
    if (!found) return;
    barrier();
    each_run([&](uint8_t role, int start, int end) {
        if (role != BL_REPLY) return;
        float* streams = stream + size_t(start) * m_.hidden;
        product(port.out, b_.spoken.at(size_t(start) * b_.value_width), end - start, streams, true);
        if (*b_.lived.at(size_t(start)) == 0) return;  // one number for all of these tokens
        product(port.adapter_last, b_.manner.at(size_t(start) * m_.adapter_dim), end - start, streams, true);
        const Range mine = share(m_.hidden, LINEAR_GRAIN);
        for (int t = start; t < end; t++) {
            const float portion = *b_.manner_share.at(size_t(t));
            float* row = stream + size_t(t) * m_.hidden;
            for (int c = mine.begin; c < mine.end; c++) row[c] += portion * port.adapter_bias[c];
        }
    });
    barrier();
}

// The hidden units of a token's adapter, times the share of the adapter that is added.
void MemoryWorker::adapt(const bl_memory_depth& port, const float* normed, int token) {
    float gate, *manner = b_.manner.at(size_t(token) * m_.adapter_dim);
    linear(k_, port.adapter_gate, {0, 1}, {normed, nullptr}, 1, &gate, 1, false, nullptr);
    linear(k_, port.adapter_first, {0, m_.adapter_dim}, {normed, nullptr}, 1, manner, size_t(m_.adapter_dim), false,
           nullptr);
    k_.silu(manner, m_.adapter_dim);
    const float portion = *b_.lived.at(size_t(token)) * port.most * sigmoid(gate);
    for (int i = 0; i < m_.adapter_dim; i++) manner[i] *= portion;
    *b_.manner_share.at(size_t(token)) = portion;
}
