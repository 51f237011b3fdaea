// A pretrained transformer: blocks of grouped-query attention with rotary positions over a float16 cache, and a gated
// MLP. A token and a chunk of a prompt go the same way: all threads together, rows of a matrix or tokens divided among
// them, and barriers in between.
//
// What is small (norms, rounding) every thread computes for itself where there is one token, since that costs less than
// a barrier.
#include <cmath>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "dispatch.h"
#include "linear.h"
#include "memory.h"
#include "pool.h"

namespace {
constexpr int QUERY_BLOCK = 32;  // tokens whose scores are computed together
constexpr int KEY_BLOCK = 64;    // and keys that are widened together

// Memory for `tokens` tokens of all threads.
struct Activation {
    Activation(const bl_transformer_config& c, int tokens)
        : stream(size_t(tokens) * c.hidden),
          normed(size_t(tokens) * std::max({c.hidden, c.heads * c.head_dim, c.mlp})),
          qkv(size_t(tokens) * (c.heads + 2 * c.kv_heads) * c.head_dim),
          mixed(size_t(tokens) * c.heads * c.head_dim),
          gate(size_t(tokens) * c.mlp),
          up(size_t(tokens) * c.mlp),
          added(size_t(tokens) * c.hidden),
          input(tokens, std::max({c.hidden, c.heads * c.head_dim, c.mlp})) {}
    Buffer<float> stream, normed, qkv, mixed, gate, up, added;
    RoundedInput input;
};

// And for one thread.
struct Scratch {
    Scratch(const bl_transformer_config& c, int tile_rows)
        : widest(std::max({c.hidden, c.heads * c.head_dim, c.mlp})),
          normed(static_cast<size_t>(widest)),
          input(1, widest),
          unpacked(size_t(tile_rows) * padded(widest)),
          queries(size_t(QUERY_BLOCK) * c.head_dim),
          turned(size_t(c.head_dim) * KEY_BLOCK),
          wide(size_t(KEY_BLOCK) * c.head_dim) {}
    int widest;
    Buffer<float> normed;
    RoundedInput input;
    Buffer<uint8_t> unpacked;
    Buffer<float> scores, queries, turned, wide;
};

float activated(int32_t activation, float x) {
    if (activation == BL_RELU2) return x > 0 ? x * x : 0 * x;  // NaN stays NaN
    return 0.5f * x * (1.0f + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
}
}  // namespace

struct bl_transformer {
    bl_transformer(const bl_transformer_config& config_, const bl_transformer_layer* layers_, bl_matrix embed_,
                   const float* norm_f_, bl_matrix head_, const bl_memory* memory_, int threads, const Kernels* kernels)
        : config(config_),
          layers(layers_, layers_ + config_.layers),
          embed(embed_),
          head(head_),
          norm_f(norm_f_),
          k(*kernels),
          pool(threads),
          one(config_, 1) {
        scratch.reserve(size_t(threads));
        for (int i = 0; i < threads; i++) scratch.emplace_back(config, k.tile_rows);
        for (int i = 0; i < config.layers; i++) {
            size_t rule = 0;
            while (rule < rule_layers.size() &&
                   layers[size_t(rule_layers[rule])].frequencies != layers[size_t(i)].frequencies)
                rule++;
            if (rule == rule_layers.size()) rule_layers.push_back(i);
            rules.push_back(int(rule));
        }
        if (memory_) memory = std::make_unique<MemoryBeside>(*memory_, embed, threads);
    }

    const bl_transformer_config config;
    const std::vector<bl_transformer_layer> layers;
    const bl_matrix embed, head;
    const float* norm_f;
    const Kernels& k;
    Pool pool;
    std::vector<Scratch> scratch;
    std::unique_ptr<MemoryBeside> memory;  // null: none
    Activation one;                        // for a token
    std::unique_ptr<Activation> chunk;     // for many, made when first needed
    std::vector<int> rules;                // of the layers: which of the different rotary frequencies they have
    std::vector<int> rule_layers;          // and a layer for each of these
    Buffer<float> cosines, sines;          // of each rule, token and pair
};

namespace {
struct Job {
    const int32_t* tokens;
    int count, start;
    uint16_t* const* caches;
    float* logits;
    int rows;
    const bl_memory_io* memory;
};

// What one thread does for some tokens.
struct Worker {
    Worker(bl_transformer& model, Activation& memory, const Job& job_, int thread_)
        : m(model),
          c(model.config),
          k(model.k),
          a(memory),
          job(job_),
          thread(thread_),
          threads(model.pool.size()),
          scratch(model.scratch[size_t(thread_)]),
          q_width(c.heads * c.head_dim),
          kv_width(c.kv_heads * c.head_dim),
          qkv_width(q_width + 2 * kv_width),
          mine(split(job_.count, thread_, model.pool.size(), 1)) {
        if (m.memory) beside.emplace(*m.memory, k, m.pool, *job.memory, job.tokens, job.count, thread);
    }

    void run() {
        for (int t = mine.begin; t < mine.end; t++) look_up(job.tokens[t], a.stream.at(size_t(t) * c.hidden));
        barrier();
        for (int i = 0; i < c.layers; i++) {
            const bl_transformer_layer& layer = m.layers[size_t(i)];
            if (beside) beside->enter(i, a.stream.data());
            project(layer);
            rotate(layer, i);
            attend(layer, i);
            add_product(layer.o, a.mixed.data(), layer.attention_norm, layer.post_norm1);
            feed_forward(layer);
        }
        if (job.rows) give_logits();
    }

    void barrier() { m.pool.barrier(thread); }
    bool alone() const { return job.count == 1; }

    void look_up(int token, float* out) const {
        row_in_float(m.embed, token, out);
        if (c.embedding_scale != 1.0f)
            for (int i = 0; i < c.hidden; i++) out[i] *= c.embedding_scale;
    }

    // x (T, n), normed where there is a norm, on its way into matrices that take these forms.
    LinearInput prepare(const float* x, const float* norm, int n, int forms) {
        const bool shared = !alone();
        RoundedInput& rounded = shared ? a.input : scratch.input;
        float* normed = shared ? a.normed.data() : scratch.normed.data();
        const float* floats = norm ? normed : x;
        for (int t = shared ? mine.begin : 0; t < (shared ? mine.end : 1); t++) {
            const size_t at = size_t(t) * n;
            if (norm) k.rms_norm(x + at, norm, n, c.norm_eps, normed + at);
            rounded.take(k, forms, floats + at, n, t);
        }
        if (shared) barrier();
        return {floats, &rounded};
    }

    void multiply(const bl_matrix& w, Range rows, LinearInput x, float* out, size_t ld, bool add) {
        linear(k, w, rows, x, job.count, out, ld, add, scratch.unpacked.data());
    }

    Range rows_of(const bl_matrix& w) const { return split(w.rows, thread, threads, LINEAR_GRAIN); }

    void project(const bl_transformer_layer& layer) {
        const int forms = taken_by(layer.q) | taken_by(layer.k) | taken_by(layer.v);
        const LinearInput x = prepare(a.stream.data(), layer.norm1, c.hidden, forms);
        float* out = a.qkv.data();
        multiply(layer.q, rows_of(layer.q), x, out, size_t(qkv_width), false);
        multiply(layer.k, rows_of(layer.k), x, out + q_width, size_t(qkv_width), false);
        multiply(layer.v, rows_of(layer.v), x, out + q_width + kv_width, size_t(qkv_width), false);
        barrier();
    }

    // Queries in place; keys and values into the cache.
    void rotate(const bl_transformer_layer& layer, int i) {
        const int half = c.rotary / 2, units = job.count * (c.heads + c.kv_heads);
        const Range some = split(units, thread, threads, 1);
        for (int unit = some.begin; unit < some.end; unit++) {
            const int t = unit / (c.heads + c.kv_heads), head = unit % (c.heads + c.kv_heads);
            float* x = a.qkv.at(size_t(t) * qkv_width + size_t(head) * c.head_dim);
            const float* norm = head < c.heads ? layer.q_norm : layer.k_norm;
            if (norm) k.rms_norm(x, norm, c.head_dim, c.norm_eps, x);
            const size_t angles = (size_t(m.rules[size_t(i)]) * job.count + t) * half;
            const float *cos = m.cosines.at(angles), *sin = m.sines.at(angles);
            for (int j = 0; j < half; j++) {
                const float first = x[j], second = x[j + half];
                x[j] = first * cos[j] - second * sin[j];
                x[j + half] = second * cos[j] + first * sin[j];
            }
            if (head < c.heads) continue;
            uint16_t* row = job.caches[i] + size_t(job.start + t) * 2 * kv_width + (head - c.heads) * c.head_dim;
            k.grouped.narrow(x, c.head_dim, row);
            k.grouped.narrow(x + kv_width, c.head_dim, row + kv_width);
        }
        barrier();
    }

    HeadCache cache_of(int i, int head) const {
        const uint16_t* rows = job.caches[i] + head / (c.heads / c.kv_heads) * c.head_dim;
        return {rows, rows + kv_width, size_t(2) * kv_width, c.head_dim};
    }

    void attend(const bl_transformer_layer& layer, int i) {
        if (alone()) {
            const Range heads = split(c.heads, thread, threads, 1);
            const int end = job.start + 1, begin = layer.window ? std::max(0, end - layer.window) : 0;
            for (int head = heads.begin; head < heads.end; head++) {
                HeadCache cache = cache_of(i, head);
                cache.keys += begin * cache.stride;
                cache.values += begin * cache.stride;
                const size_t at = size_t(head) * c.head_dim;
                k.grouped.attend(a.qkv.at(at), cache, end - begin, c.score_scale, c.score_softcap,
                                 scratch.scores.data(), a.mixed.at(at));
            }
        } else {
            const int blocks = (job.count + QUERY_BLOCK - 1) / QUERY_BLOCK;
            // The later a block, the more it looks at: blocks go to the threads in turn.
            for (int unit = thread; unit < blocks * c.heads; unit += threads)
                attend_block(layer, cache_of(i, unit % c.heads), unit % c.heads, unit / c.heads * QUERY_BLOCK);
        }
        barrier();
    }

    // Some tokens of a head: scores of all of them with all keys that any of them sees, then the weighted values.
    void attend_block(const bl_transformer_layer& layer, const HeadCache& cache, int head, int first) {
        const int count = std::min(QUERY_BLOCK, job.count - first), d = c.head_dim;
        const int end = job.start + first + count;
        const int begin = layer.window ? std::max(0, job.start + first + 1 - layer.window) : 0, seen = end - begin;
        float *scores = scratch.scores.data(), *turned = scratch.turned.data(), *wide = scratch.wide.data();
        const float* queries = a.qkv.at(size_t(first) * qkv_width + size_t(head) * d);
        float* out = a.mixed.at(size_t(first) * q_width + size_t(head) * d);
        for (int at = 0; at < seen; at += KEY_BLOCK) {
            const int here = std::min(KEY_BLOCK, seen - at);
            for (int j = 0; j < here; j++) {
                k.grouped.widen(cache.keys + size_t(begin + at + j) * cache.stride, d, wide);
                for (int x = 0; x < d; x++) turned[x * KEY_BLOCK + j] = wide[x] * c.score_scale;
            }
            k.gemm(queries, size_t(qkv_width), 1, turned, KEY_BLOCK, count, d, here, scores + at, size_t(seen), false);
        }
        for (int t = 0; t < count; t++) {
            float* row = scores + size_t(t) * seen;
            const int own_end = job.start + first + t + 1 - begin;  // behind the last key that it sees
            const int own_begin = layer.window ? std::max(0, own_end - layer.window) : 0;
            if (c.score_softcap > 0)
                for (int j = own_begin; j < own_end; j++)
                    row[j] = c.score_softcap * std::tanh(row[j] / c.score_softcap);
            k.grouped.softmax(row + own_begin, own_end - own_begin);
            std::fill(row, row + own_begin, 0.0f);
            std::fill(row + own_end, row + seen, 0.0f);
        }
        for (int at = 0; at < seen; at += KEY_BLOCK) {
            const int here = std::min(KEY_BLOCK, seen - at);
            for (int j = 0; j < here; j++)
                k.grouped.widen(cache.values + size_t(begin + at + j) * cache.stride, d, wide + size_t(j) * d);
            k.gemm(scores + at, size_t(seen), 1, wide, size_t(d), count, here, d, out, size_t(q_width), at > 0);
        }
    }

    // h += norm(W x), where there is such a norm; x (T, cols) is normed before where `norm` says so.
    void add_product(const bl_matrix& w, const float* x, const float* norm, const float* post_norm) {
        const LinearInput in = prepare(x, norm, w.cols, taken_by(w));
        float* out = post_norm ? a.added.data() : a.stream.data();
        multiply(w, rows_of(w), in, out, size_t(c.hidden), !post_norm);
        barrier();
        if (!post_norm) return;
        for (int t = mine.begin; t < mine.end; t++) {
            float *added = a.added.at(size_t(t) * c.hidden), *h = a.stream.at(size_t(t) * c.hidden);
            k.rms_norm(added, post_norm, c.hidden, c.norm_eps, added);
            for (int i = 0; i < c.hidden; i++) h[i] += added[i];
        }
        barrier();
    }

    void feed_forward(const bl_transformer_layer& layer) {
        const int forms = taken_by(layer.gate) | taken_by(layer.up);
        const LinearInput x = prepare(a.stream.data(), layer.norm2, c.hidden, forms);
        const Range rows = rows_of(layer.gate);
        multiply(layer.gate, rows, x, a.gate.data(), size_t(c.mlp), false);
        multiply(layer.up, rows, x, a.up.data(), size_t(c.mlp), false);
        for (int t = 0; t < job.count && rows.size() > 0; t++) {
            float* gate = a.gate.at(size_t(t) * c.mlp + rows.begin);
            const float* up = a.up.at(size_t(t) * c.mlp + rows.begin);
            if (c.activation == BL_SILU) {
                k.swiglu(gate, up, rows.size(), gate);
            } else {
                for (int i = 0; i < rows.size(); i++) gate[i] = activated(c.activation, gate[i]) * up[i];
            }
        }
        barrier();
        add_product(layer.down, a.gate.data(), layer.mlp_norm, layer.post_norm2);
    }

    void give_logits() {
        const float* last = a.stream.at(size_t(job.count - job.rows) * c.hidden);
        const bool shared = job.rows > 1;
        RoundedInput& rounded = shared ? a.input : scratch.input;
        float* normed = shared ? a.normed.data() : scratch.normed.data();
        const Range some = shared ? split(job.rows, thread, threads, 1) : Range{0, 1};
        for (int t = some.begin; t < some.end; t++) {
            const size_t at = size_t(t) * c.hidden;
            k.rms_norm(last + at, m.norm_f, c.hidden, c.norm_eps, normed + at);
            rounded.take(k, taken_by(m.head), normed + at, c.hidden, t);
        }
        if (shared) barrier();
        const Range rows = rows_of(m.head);
        linear(k, m.head, rows, {normed, &rounded}, job.rows, job.logits, size_t(c.vocab), false,
               scratch.unpacked.data());
        if (c.logit_softcap > 0)
            for (int t = 0; t < job.rows; t++)
                for (int r = rows.begin; r < rows.end; r++) {
                    float& logit = job.logits[size_t(t) * c.vocab + r];
                    logit = c.logit_softcap * std::tanh(logit / c.logit_softcap);
                }
    }

    bl_transformer& m;
    const bl_transformer_config& c;
    const Kernels& k;
    Activation& a;
    const Job& job;
    const int thread, threads;
    Scratch& scratch;
    const int q_width, kv_width, qkv_width;
    const Range mine;  // tokens
    std::optional<MemoryWorker> beside;
};

void turn(bl_transformer& m, int count, int start) {
    const int half = m.config.rotary / 2;
    float *cos = m.cosines.data(), *sin = m.sines.data();
    for (int i : m.rule_layers) {
        const bl_transformer_layer& layer = m.layers[size_t(i)];
        for (int t = 0; t < count; t++)
            for (int j = 0; j < half; j++) {
                const float angle = float(start + t) * layer.frequencies[j];
                *cos++ = std::cos(angle) * layer.amplitude;
                *sin++ = std::sin(angle) * layer.amplitude;
            }
    }
}
}  // namespace

bl_transformer* bl_transformer_create(const bl_transformer_config* config, const bl_transformer_layer* layers,
                                      bl_matrix embed, const float* norm_f, bl_matrix head, const bl_memory* memory,
                                      int32_t threads, const char* instructions) {
    const Kernels* kernels = select_kernels(instructions);
    if (!kernels) return nullptr;
    try {
        return new bl_transformer(*config, layers, embed, norm_f, head, memory, threads, kernels);
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    } catch (const std::system_error&) {  // no more threads
    }
    return nullptr;
}

void bl_transformer_destroy(bl_transformer* model) { delete model; }

int32_t bl_transformer_feed(bl_transformer* model, const int32_t* tokens, int32_t count, int32_t start,
                            uint16_t* const* caches, float* logits, int32_t rows, const bl_memory_io* memory) {
    bl_transformer& m = *model;
    try {
        if (count > 1 && !m.chunk) m.chunk = std::make_unique<Activation>(m.config, BL_MAX_CHUNK);
        const size_t angles = m.rule_layers.size() * size_t(count) * (m.config.rotary / 2);
        if (m.cosines.size() < angles) m.cosines = Buffer<float>(angles), m.sines = Buffer<float>(angles);
        const size_t scores = size_t(start + count) * std::min<int>(count, QUERY_BLOCK);
        for (Scratch& scratch : m.scratch)
            if (scratch.scores.size() < scores) scratch.scores = Buffer<float>(scores + scores / 4);
    } catch (const std::bad_alloc&) {
        return -1;
    }
    turn(m, count, start);
    Activation& activation = count > 1 ? *m.chunk : m.one;
    const Job job{tokens, count, start, caches, logits, rows, memory};
    m.pool.run([&](int thread) { Worker(m, activation, job, thread).run(); });
    return 0;
}

void bl_memory_write(bl_transformer* model, const bl_memory_io* memory) {
    bl_transformer& m = *model;
    m.pool.run([&](int thread) { MemoryWorker(*m.memory, m.k, m.pool, *memory, nullptr, 0, thread).finish(); });
}

int32_t bl_matrix_product(const char* instructions, const bl_matrix* matrix, const float* x, int32_t tokens, float* y) {
    const Kernels* k = select_kernels(instructions);
    if (!k) return -1;
    try {
        RoundedInput rounded(tokens, matrix->cols);
        Buffer<uint8_t> unpacked(size_t(k->tile_rows) * padded(matrix->cols));
        for (int t = 0; t < tokens; t++)
            rounded.take(*k, taken_by(*matrix), x + size_t(t) * matrix->cols, matrix->cols, t);
        linear(*k, *matrix, {0, matrix->rows}, {x, &rounded}, tokens, y, size_t(matrix->rows), false, unpacked.data());
        return 0;
    } catch (const std::bad_alloc&) {
        return -1;
    }
}
