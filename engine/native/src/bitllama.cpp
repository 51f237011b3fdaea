#include "bitllama.h"

#include <algorithm>
#include <cmath>

namespace {
// A scaled rate of the linear variant is cut here: at 1 a token's value is stored whole, above it overshoots.
constexpr float MAX_LINEAR_RATE = 1.0f;
constexpr int HEAD_ROWS = 64;

// The most columns of a matrix that is held as ternary5in3.
int tabulated(const bl_config& c, const bl_layer* layers) {
    int most = 0;
    for (int i = 0; i < c.layers; i++) {
        const bl_layer& layer = layers[i];
        if (layer.key.ternary5in3 || layer.gate.ternary5in3) most = std::max(most, c.hidden);
        if (layer.up.ternary5in3) most = std::max(most, c.heads * c.head_dim);
        if (layer.mlp_down.ternary5in3) most = std::max(most, c.mlp);
    }
    return most;
}
}  // namespace

bl_model::bl_model(const bl_config& c, const bl_layer* layers_, bl_table embed_, const float* norm_f_, bl_table head_,
                   int threads, const Kernels* kernels)
    : config(c),
      layers(layers_, layers_ + c.layers),
      embed(embed_),
      head(head_),
      norm_f(norm_f_),
      k(*kernels),
      width(c.heads * c.head_dim),
      widest(std::max({c.hidden, c.mlp, c.heads * c.head_dim})),
      largest_whole(float((int64_t(1) << (c.activation_bits - 1)) - 1)),
      pool(threads),
      one(c, width, 1),
      gated(padded(c.mlp)),
      parts(size_t(threads)) {
    scratch.reserve(size_t(threads));
    for (int i = 0; i < threads; i++) scratch.emplace_back(c, width, widest, k.tile_rows, tabulated(c, layers_));
}

void bl_model::flush(const bl_state& state, int layer, int head_, int column, int cols) const {
    const size_t d = size_t(config.head_dim);
    const Ring ring(state);
    float* w = fast(state, layer) + head_ * d * d + column;
    for (int first = 0; first < ring.count;) {  // neighbours up to the end of the ring, then from its beginning
        const int place = ring.place(first), count = std::min(ring.count - first, BL_MAX_DEFERRED + 1 - place);
        k.gemm(deferred_key(state, layer, place, head_), 1, size_t(2) * width,
               deferred_step(state, layer, place, int(head_ * d) + column), size_t(2) * width, int(d), count, cols, w,
               d, true);
        first += count;
    }
}

void bl_model::quantise(const float* x, int n, const bl_ternary& w, Activations& into, int t) const {
    float* wide = into.wide.at(size_t(t) * padded(n));
    if (narrow()) {
        int8_t* whole = into.whole.at(size_t(t) * padded(n));
        *into.scales.at(t) = k.quantise(x, n, largest_whole, whole);
        arrange(whole, n, w, into);
    } else if (config.activation_bits < 32) {
        *into.wide_scales.at(t) = k.quantise_wide(x, n, largest_whole, wide);
    } else {
        std::copy(x, x + n, wide);
        *into.wide_scales.at(t) = 1.0f;
    }
}

void bl_model::arrange(const int8_t* whole, int n, const bl_ternary& w, Activations& into) const {
    if (!into.alone()) return;
    if (w.ternary5in3) k.tabulate(whole, n, into.tables.data());
    else if (k.arrange) k.arrange(whole, n, into.arranged.data());
}

float bl_model::common_scale() const {
    float most = 0.0f, damage = 0.0f;
    for (const Part& part : parts) {
        most = std::max(most, part.magnitude);
        damage += part.magnitude - part.magnitude;
    }
    return activation_scale(most, largest_whole) + damage;
}

void bl_model::collect(float scale, const bl_ternary& w, Activations& into) const {
    int32_t sum = 0;
    for (const Part& part : parts) sum += part.sum;
    *into.scales.data() = {scale, sum};
    if (w.ternary5in3 || k.arrange) arrange(gated.data(), config.mlp, w, into);
    else std::copy(gated.data(), gated.at(gated.size()), into.whole.data());
}

void bl_model::multiply(const bl_ternary& w, Range rows, int cols, Activations& x, int tokens, float* out, size_t ld,
                        bool add, Scratch& scratch, const void* next) const {
    if (rows.size() <= 0) return;
    if (w.ternary5in3) {
        multiply_ternary5in3(w, rows, cols, x, tokens, out, ld, add, scratch, next);
        return;
    }
    const uint8_t* codes = row(w, rows.begin, cols);
    if (narrow() && k.arrange && x.alone())
        k.ternary_arranged(codes, rows.size(), cols, w.scale, x.arranged.data(), *x.scales.data(),
                           next ? static_cast<const uint8_t*>(next) : codes, out + rows.begin, add);
    else if (narrow())
        k.ternary(codes, rows.size(), cols, w.scale, x.whole.data(), x.scales.data(), tokens, out + rows.begin, ld, add,
                  scratch.unpacked.data());
    else
        k.ternary_wide(codes, rows.size(), cols, w.scale, x.wide.data(), size_t(padded(cols)), x.wide_scales.data(),
                       tokens, out + rows.begin, ld, add, scratch.unpacked_wide.data());
}

void bl_model::multiply_ternary5in3(const bl_ternary& w, Range rows, int cols, Activations& x, int tokens, float* out,
                                    size_t ld, bool add, Scratch& scratch, const void* next) const {
    const int first = rows.begin, count = rows.size();
    if (!narrow())
        k.ternary5in3_wide(w.codes, first, count, cols, w.scale, x.wide.data(), size_t(padded(cols)),
                           x.wide_scales.data(), tokens, out + first, ld, add, scratch.unpacked_wide.data());
    else if (x.alone())
        k.ternary5in3(w.codes, first, count, cols, x.scales.data()->scale * w.scale, x.tables.data(),
                      next ? static_cast<const uint8_t*>(next) : w.codes, out + first, add);
    else
        k.ternary5in3_many(w.codes, first, count, cols, w.scale, x.whole.data(), x.scales.data(), tokens, out + first,
                           ld, add, scratch.unpacked.data());
}

void bl_model::project(const bl_layer& layer, Range rows, Activations& x, int tokens, float* qkv, Scratch& scratch,
                       const void* next) const {
    if (tied()) {
        multiply(layer.key, rows, config.hidden, x, tokens, qkv, size_t(3) * width, false, scratch, next);
        return;
    }
    const bl_ternary* linears[] = {&layer.query, &layer.key, &layer.value};
    for (int i = 0; i < 3; i++) {
        const Range part{std::max(rows.begin - i * width, 0), std::min(rows.end - i * width, width)};
        const bool more = rows.end > (i + 1) * width;
        multiply(*linears[i], part, config.hidden, x, tokens, qkv + size_t(i) * width, size_t(3) * width, false,
                 scratch, more ? linears[i + 1]->codes : next);
    }
}

float bl_model::rate(const bl_layer& layer, int head_, const float* x, float rate_scale) const {
    if (tied()) return config.inner_lr * rate_scale;
    const float z = k.dot(layer.rate_weight + size_t(head_) * config.hidden, x, config.hidden) + layer.rate_bias[head_];
    const float open = 1.0f / (1.0f + std::exp(-z));
    return rate_scale == 1.0f ? open : std::min(open * rate_scale, MAX_LINEAR_RATE);
}

void bl_model::norm_heads(const bl_layer& layer, const float* x, float* out) const {
    if (!layer.out_norm) {
        std::copy(x, x + width, out);
        return;
    }
    for (int h = 0; h < config.heads; h++) {
        const size_t at = size_t(h) * config.head_dim;
        k.rms_norm(x + at, layer.out_norm, config.head_dim, config.out_norm_eps, out + at);
    }
}

void bl_model::look_up(int token, Range part, float* out) const {
    const size_t from = size_t(token) * config.hidden + part.begin;
    if (embed.floats) {
        std::copy(embed.floats + from, embed.floats + from + part.size(), out);
        return;
    }
    for (int i = 0; i < part.size(); i++) out[i] = float(int(embed.bytes[from + i]) - INT8_ZERO) * embed.scales[token];
}

void bl_model::prepare_head(const float* h, float* normed, Activations& x, int t) const {
    k.rms_norm(h, norm_f, config.hidden, config.norm_eps, normed);
    if (!head.floats && narrow())
        *x.scales.at(t) = k.quantise(normed, config.hidden, 127.0f, x.whole.at(size_t(t) * padded(config.hidden)));
}

size_t bl_model::head_row_bytes() const {
    if (head.floats) return size_t(config.hidden) * sizeof(float);
    return head.int5 ? size_t(padded(config.hidden)) / BLOCK * INT5_BYTES : size_t(config.hidden);
}

const uint8_t* bl_model::head_row(int row) const {
    const void* first = head.floats ? static_cast<const void*>(head.floats) : head.int5 ? head.int5 : head.bytes;
    return static_cast<const uint8_t*>(first) + size_t(row) * head_row_bytes();
}

void bl_model::head_rows(int row, int rows, const float* normed, const Activations& x, int t, float* out,
                         Scratch& scratch) const {
    const int hidden = config.hidden;
    const uint8_t* w = head_row(row);
    const float* scales = head.scales + row;
    if (head.floats) {
        k.matvec(head.floats + size_t(row) * hidden, rows, hidden, normed, out);
    } else if (narrow()) {
        const ptrdiff_t ahead = backwards ? -ptrdiff_t(HEAD_ROWS * head_row_bytes()) : ptrdiff_t(AHEAD);
        const int8_t* whole = x.whole.at(size_t(t) * padded(hidden));
        if (head.int5) k.int5_rows(w, scales, rows, padded(hidden) / BLOCK, whole, *x.scales.at(t), ahead, out);
        else k.int8_rows(w, scales, rows, hidden, whole, *x.scales.at(t), ahead, out);
    } else {
        const auto wide = head.int5 ? k.int5_rows_wide : k.int8_rows_wide;
        wide(w, scales, rows, hidden, normed, out, scratch.unpacked_wide.data());
    }
}

const void* bl_model::head_begin(int thread) const {
    const Range words = split(config.vocab, thread, pool.size(), HEAD_ROWS);
    return head_row(backwards ? std::max(words.begin, (words.end - 1) / HEAD_ROWS * HEAD_ROWS) : words.begin);
}

void bl_model::logits(const float* normed, const Activations& x, int tokens, int thread, float* out,
                      Scratch& scratch) const {
    const size_t hidden = size_t(config.hidden), vocab = size_t(config.vocab);
    const Range words = split(config.vocab, thread, pool.size(), HEAD_ROWS);
    const int blocks = (words.size() + HEAD_ROWS - 1) / HEAD_ROWS;
    for (int block = 0; block < blocks; block++) {  // each is read once for all tokens
        const int row = words.begin + HEAD_ROWS * (backwards ? blocks - 1 - block : block);
        const int rows = std::min(HEAD_ROWS, words.end - row);
        for (int t = 0; t < tokens; t++) {
            const float* in = normed + t * hidden;
            head_rows(row, rows, in, x, t, out + t * vocab + size_t(row), scratch);
        }
    }
}

float bl_model::loss(const float* errors, int tokens) const {
    double total = 0;
    for (int t = 0; t < tokens; t++)
        total += double(k.dot(errors + size_t(t) * width, errors + size_t(t) * width, width));
    return float(total / 2 / config.heads / tokens);
}
