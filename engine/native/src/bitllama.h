// A BitLlama and what computing with it needs: weights by pointer, scratch memory, threads.
#pragma once
#include <memory>
#include <vector>

#include "api.h"
#include "buffers.h"
#include "kernels/kernels.h"
#include "pool.h"

// Activations of `tokens` tokens, quantised as the config says, on their way into a ternary matrix.
struct Activations {
    Activations() = default;
    // `tabulated` is the most columns of ternary5in3 that they go into.
    Activations(int tokens, int width, int tabulated = 0)
        : whole(size_t(tokens) * padded(width)),
          wide(size_t(tokens) * padded(width)),
          scales(tokens),
          wide_scales(tokens) {
        if (tokens > 1) return;
        arranged = Buffer<int8_t>(padded(width));
        tables = Buffer<uint8_t>(size_t(row_triples(tabulated)) * MOST_TABLE_BYTES);
    }
    bool alone() const { return arranged.size() > 0; }
    Buffer<int8_t> whole;
    Buffer<int8_t> arranged;  // of one token, for packed rows
    Buffer<uint8_t> tables;   // of one token, for ternary5in3
    Buffer<float> wide;       // where int8 does not hold them
    Buffer<Quantised> scales;
    Buffer<float> wide_scales;
};

// What one thread needs for itself.
struct Scratch {
    Scratch(const bl_config& c, int width, int widest, int tile_rows, int tabulated)
        : normed(c.hidden),
          heads(width),
          hidden(widest),
          query(c.head_dim),
          key(c.head_dim),
          activations(1, widest, tabulated),
          unpacked(size_t(tile_rows) * padded(widest)),
          unpacked_wide(padded(widest)) {}
    Buffer<float> normed, heads, hidden, query, key;
    Activations activations;
    Buffer<uint8_t> unpacked;
    Buffer<float> unpacked_wide;
};

// What a thread found of its part of a token's activations. Each has a line of the caches to itself.
struct alignas(64) Part {
    float magnitude;
    int32_t sum;
};

// What the threads share while they compute `tokens` tokens.
struct Shared {
    Shared() = default;
    Shared(const bl_config& c, int width, int tokens)
        : stream(size_t(tokens) * c.hidden),
          qkv(size_t(tokens) * 3 * width),
          out(size_t(tokens) * width),
          errors(size_t(tokens) * width),
          gate(size_t(tokens) * c.mlp),
          up(size_t(tokens) * c.mlp),
          rates(size_t(tokens) * c.heads) {}
    Buffer<float> stream;       // (T, D)
    Buffer<float> qkv;          // (T, 3 H d): query, key, value
    Buffer<float> out, errors;  // (T, H d)
    Buffer<float> gate, up;     // (T, M)
    Buffer<float> rates;        // (T, H)
};

static_assert(BL_MAX_DEFERRED == MAX_DEFERRED, "the state holds what a kernel takes");

// The ring of deferred updates.
struct Ring {
    explicit Ring(const bl_state& state) : oldest(state.ring[0]), count(state.ring[1]) {}
    int place(int i) const { return (oldest + i) % (BL_MAX_DEFERRED + 1); }
    bool full() const { return count == BL_MAX_DEFERRED; }
    int oldest, count;
};

struct bl_model {
    bl_model(const bl_config& config, const bl_layer* layers, bl_table embed, const float* norm_f, bl_table head,
             int threads, const Kernels* kernels);

    const bl_config config;
    const std::vector<bl_layer> layers;
    const bl_table embed, head;
    const float* norm_f;
    const Kernels& k;
    const int width;   // H d
    const int widest;  // input of the widest ternary matrix
    const float largest_whole;
    Pool pool;
    std::vector<Scratch> scratch;
    Shared one;                           // for a token
    Buffer<int8_t> gated;                 // and the activations of its SwiGLU, which the threads round together
    std::vector<Part> parts;              // a thread
    std::shared_ptr<struct Chunk> chunk;  // for many, made when first needed
    double* profile = nullptr;
    // Whether the next logits take the head's rows from the last on. A core's scratch cache holds what was read last,
    // so each token begins where the one before ended.
    bool backwards = false;

    bool tied() const { return !config.linear; }
    bool narrow() const { return config.activation_bits <= 8; }
    float* fast(const bl_state& state, int layer) const { return state.fast + size_t(layer) * width * config.head_dim; }
    // A deferred update of a layer: the key of a head, and the step of a column of all heads, at a place of the ring.
    float* deferred_key(const bl_state& state, int layer, int place, int head) const {
        return state.deferred + ((size_t(layer) * (BL_MAX_DEFERRED + 1) + place) * 2) * width +
               size_t(head) * config.head_dim;
    }
    float* deferred_step(const bl_state& state, int layer, int place, int column) const {
        return state.deferred + ((size_t(layer) * (BL_MAX_DEFERRED + 1) + place) * 2 + 1) * width + column;
    }
    float* tail(const bl_state& state, int layer) const {
        return state.conv + size_t(layer) * (config.conv_kernel - 1) * 3 * width;
    }
    // The convolution's ring has taken `tokens` more.
    void tail_moved(const bl_state& state, int tokens) const {
        if (config.conv_kernel > 1) state.ring[2] = (state.ring[2] + tokens) % (config.conv_kernel - 1);
    }
    // Where the qkv lie within 3 H d; the tied variant has one for all three.
    int query_at() const { return 0; }
    int key_at() const { return tied() ? 0 : width; }
    int value_at() const { return tied() ? 0 : 2 * width; }

    // Writes the deferred updates to `cols` columns of a head's fast weights.
    void flush(const bl_state& state, int layer, int head, int column, int cols) const;
    // x (n) of token `t` into `into`, for matrices that are held like `w`.
    void quantise(const float* x, int n, const bl_ternary& w, Activations& into, int t) const;
    // The scale of activations whose parts have their magnitudes, and the activations that were rounded by it.
    float common_scale() const;
    void collect(float scale, const bl_ternary& w, Activations& into) const;
    // Puts one token's rounded activations (n) into the form that such matrices are multiplied with.
    void arrange(const int8_t* whole, int n, const bl_ternary& w, Activations& into) const;
    // Where a row of a map with `cols` columns lies, of ternary5in3 its group.
    const uint8_t* row(const bl_ternary& w, int at, int cols) const {
        if (w.ternary5in3) return w.codes + at / TRIPLE_ROWS * group_bytes(cols);
        return w.codes + size_t(at) * (padded(cols) / BLOCK * BLOCK_BYTES);
    }
    // Rows `rows` of out = w x for `tokens` tokens of activations; out (T, ld) is that of row 0. `next` is what this
    // thread reads then, where that is known.
    void multiply(const bl_ternary& w, Range rows, int cols, Activations& x, int tokens, float* out, size_t ld,
                  bool add, Scratch& scratch, const void* next = nullptr) const;
    void multiply_ternary5in3(const bl_ternary& w, Range rows, int cols, Activations& x, int tokens, float* out,
                              size_t ld, bool add, Scratch& scratch, const void* next) const;
    // The qkv' scratch rows `rows`, of query, key and value together.
    void project(const bl_layer& layer, Range rows, Activations& x, int tokens, float* qkv, Scratch& scratch,
                 const void* next = nullptr) const;
    // The rate of a head for the normed input x (D).
    float rate(const bl_layer& layer, int head, const float* x, float rate_scale) const;
    // Norm each head of (H d) where the layer has a norm.
    void norm_heads(const bl_layer& layer, const float* x, float* out) const;
    // The embedding of a word, from its dimension `part.begin` on.
    void look_up(int token, Range part, float* out) const;
    // The normed residual stream (D) of token `t` on its way into the head.
    void prepare_head(const float* h, float* normed, Activations& x, int t) const;
    // Where a row of the head lies, and its bytes.
    const uint8_t* head_row(int row) const;
    size_t head_row_bytes() const;
    // `rows` logits from `row` on of token `t`.
    void head_rows(int row, int rows, const float* normed, const Activations& x, int t, float* out,
                   Scratch& scratch) const;
    // What a thread reads of the head first.
    const void* head_begin(int thread) const;
    // Within run: this thread's share of the logits (T, V) of `tokens` prepared tokens, normed (T, D).
    void logits(const float* normed, const Activations& x, int tokens, int thread, float* out, Scratch& scratch) const;
    // One token's, or the mean of many tokens', inner loss from the errors (T, H d).
    float loss(const float* errors, int tokens) const;
};
