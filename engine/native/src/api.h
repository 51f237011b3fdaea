// The C interface of the native runtime. engine/native/__init__.py mirrors it with ctypes.
//
// The library computes a whole model on the processor, a BitLlama or a pretrained transformer: a token, or a chunk of
// them, in one call. It owns neither weights nor state: both are arrays of the caller.
//
// Shapes: V vocabulary, D hidden width, N layers, H heads, d head width, M width of the SwiGLU, K convolution kernel.
#pragma once
#include <cstdint>

#if defined(_WIN32)
#define BL_API extern "C" __declspec(dllexport)
#else
#define BL_API extern "C" __attribute__((visibility("default")))
#endif

// Raised whenever a struct or a function changes; the Python side refuses another number.
constexpr int32_t BL_ABI = 15;

// Most tokens of one bl_prefill.
constexpr int32_t BL_MAX_CHUNK = 128;

// Rank-one updates of the fast weights that are kept beside them and then written together.
constexpr int32_t BL_MAX_DEFERRED = 8;

struct bl_config {
    int32_t vocab, hidden, layers, heads, head_dim, mlp;
    int32_t conv_kernel;      // 1: no convolution
    int32_t activation_bits;  // 4, 8, 16; 32: not quantised
    int32_t linear;           // 0: the tied variant, 1: the linear one
    float inner_lr, norm_eps, out_norm_eps;
};

// A ternary matrix, packed as engine/ops/ternary/ternary2.py says, a row being 16 * ceil(cols / 64) bytes, or, where
// `ternary5in3` is not 0, as engine/ops/ternary/ternary5in3.py does. Matrices of one input are held alike.
struct bl_ternary {
    const uint8_t* codes;
    float scale;
    int32_t ternary5in3;
};

// A row for each token of the vocabulary, (V, D): floats, or whole numbers with a scale for each row: bytes, each a
// number + 128, or, in a head only, five bits each, packed as engine/ops/quantized_embedding/int5.py says. The others
// are null.
struct bl_table {
    const float* floats;
    const uint8_t *bytes, *int5;
    const float* scales;
};

// One block. Pointers that the variant does not have are null.
struct bl_layer {
    bl_ternary query, key, value, up;      // (H d, D) three times, (D, H d)
    bl_ternary gate, mlp_up, mlp_down;     // (M, D), (M, D), (D, M)
    const float *norm1, *norm2;            // (D)
    const float* conv;                     // (K, 3 H d): transposed, so that channels are neighbours
    const float *rate_weight, *rate_bias;  // (H, D), (H)
    const float* out_norm;                 // (d)
};

// fast: (N, H, d, d) float32, each head's matrix key by value, which is the transpose of a soul's.
// conv: (N, K - 1, 3 H d) float32, a ring of the tokens before; the oldest lies at place ring[2].
// deferred: (N, BL_MAX_DEFERRED + 1, 2, H d) float32, a ring of updates that fast does not hold yet: a token's keys,
// and the step that is added for each. There are ring[1] of them, the oldest at place ring[0].
struct bl_state {
    float *fast, *conv, *deferred;
    int32_t* ring;  // (3)
};

// What a token reads and writes: logits (V) after it, or null where they are not asked for, and each layer's inner loss
// (N).
struct bl_step_io {
    bl_state state;
    float rate_scale;
    float *logits, *losses;
};

struct bl_model;

BL_API int32_t bl_abi();
// The instruction sets of this build that this processor can run, best first, separated by commas.
BL_API const char* bl_instruction_sets();
// Null where memory is short or `instructions` names a set that cannot run here; null `instructions` takes the best.
BL_API bl_model* bl_create(const bl_config* config, const bl_layer* layers, bl_table embed, const float* norm_f,
                           bl_table head, int32_t threads, const char* instructions);
BL_API void bl_destroy(bl_model* model);
// Feed one token.
BL_API void bl_step(bl_model* model, const bl_step_io* io, int32_t token);
// Write the deferred updates to fast.
BL_API void bl_flush(const bl_model* model, bl_state state);
// Feed 1 to BL_MAX_CHUNK tokens by the chunk-parallel form. logits holds the last `rows` tokens' (rows, V); 0 rows need
// none. Losses are means over the chunk. 0, or -1 where memory for the chunk is short; then nothing has happened.
BL_API int32_t bl_prefill(bl_model* model, bl_state state, const int32_t* tokens, int32_t count, float rate_scale,
                          float* logits, int32_t rows, float* losses);

// Pretrained transformers. Shapes: V vocabulary, D hidden width, N layers, H query heads, K key heads, d head width, F
// width of the gated MLP, S tokens in the caches.

// How a matrix is held: float32 rows; groups of 8 or 4 bits as kernels/grouped.h says; ternary2 with one scale, whose
// input is rounded to int8; float16 rows. An embedding is of floats or groups.
constexpr int32_t BL_FLOATS = 0, BL_GROUP8 = 1, BL_GROUP4 = 2, BL_TERNARY2 = 3, BL_SUPER8 = 4, BL_SUPER4 = 5,
                  BL_HALVES = 6;

// y = W x + bias, W (rows, cols); bias (rows) or null. Groups need cols that are a multiple of 32, super
// forms of 256.
struct bl_matrix {
    int32_t kind, rows, cols;
    float scale;
    const void* data;
    const float* bias;
};

// The activation of the gate.
constexpr int32_t BL_SILU = 0, BL_GELU_TANH = 1, BL_RELU2 = 2;

struct bl_transformer_config {
    int32_t vocab, hidden, layers, heads, kv_heads, head_dim, mlp, rotary, activation;
    float norm_eps, embedding_scale, score_scale, score_softcap, logit_softcap;  // a softcap of 0 is none
};

// One block. Norms that the family does not have are null.
struct bl_transformer_layer {
    bl_matrix q, k, v, o, gate, up, down;    // (H d, D), (K d, D) twice, (D, H d), (F, D) twice, (D, F)
    const float *norm1, *norm2;              // (D)
    const float *post_norm1, *post_norm2;    // (D), of what is added to the residual stream
    const float *q_norm, *k_norm;            // (d), of each head
    const float *attention_norm, *mlp_norm;  // (H d), (F), before o and down
    const float* frequencies;                // (rotary / 2), radians a token
    float amplitude;                         // of cosine and sine
    int32_t window;                          // tokens that are looked back on, the token's own included; 0: all
};

// The memory beside a transformer: engine/layers/memory.py has its mathematics. Shapes: D hidden width, F = sources D,
// H heads, k and v the widths of a key and a value, G hidden width of the gates, A of the adapters. Its matrices are of
// floats or float16.
constexpr int32_t BL_MEMORY_PIECE = 256;  // most tokens that are written together
constexpr int32_t BL_CONV_TAPS = 4;       // tokens that a key is made of
// Roles of tokens: what a reply to a person reads, what a person says and is written, and what is neither.
constexpr uint8_t BL_REPLY = 0, BL_HEARD = 1, BL_SILENT = 2;

// sigmoid(last silu(seen x + topic m)). What does not depend on x and m is the bias of `seen`.
struct bl_memory_gate {
    bl_matrix seen, topic, last;  // (G, F) twice, (H, G)
};

// How what was found enters the residual stream in front of a block, and the adapter of a model that was told
// something: tanh(|fast|) most sigmoid(adapter_gate h) (adapter_last silu(adapter_first h) + adapter_bias), h normed.
struct bl_memory_depth {
    bl_matrix out, gate;                                  // (D, H v), (H, D)
    bl_matrix adapter_first, adapter_last, adapter_gate;  // (A, D), (D, A), (1, D)
    const float *strengths, *adapter_bias;                // (H), (D)
    float most;                                           // length that the adapter is measured by
};

struct bl_memory {
    int32_t heads, key_dim, value_dim, gate_dim, adapter_dim, hidden, sources, depths;
    const int32_t *source_blocks, *depth_blocks;   // (sources), (depths), ascending
    bl_matrix key, query, topic_key, topic_query;  // (H k, F); the bias of `query` is that of both
    bl_matrix value;                               // (H v, D)
    const float* pool;                             // (F): a token's weight in the topic, before the softmax
    const float* conv;                             // (BL_CONV_TAPS, H k), the token's own last
    bl_memory_gate write_gate, read_gate;
    const bl_memory_depth* ports;  // (depths)
};

// fast (H, v, k) persists. Transient are the first `count` tokens of a message that is not written yet, as they were
// seen and which they are, heard (BL_MEMORY_PIECE, F) and tokens (BL_MEMORY_PIECE); and, of the message that was
// written last, topic (F + H k + G): its topic, and what that adds to queries and to the read gate's hidden units.
// lived (1) is tanh of the Frobenius norm of `fast`; below 0: `fast` has changed, and it is computed when it is needed.
struct bl_memory_state {
    float *fast, *lived, *heard, *topic;
    int32_t *tokens, *count;
};

// What a memory reads and writes while tokens of these roles (T) are fed. `loss` becomes the mean loss of the message
// that is written.
struct bl_memory_io {
    bl_memory_state state;
    const uint8_t* roles;
    float* loss;
    float rate_scale;
};

struct bl_transformer;
// `memory` is null where there is none. Null where memory is short or `instructions` names a set that cannot run here;
// null `instructions` takes the best.
BL_API bl_transformer* bl_transformer_create(const bl_transformer_config* config, const bl_transformer_layer* layers,
                                             bl_matrix embed, const float* norm_f, bl_matrix head,
                                             const bl_memory* memory, int32_t threads, const char* instructions);
BL_API void bl_transformer_destroy(bl_transformer* model);
// Feed 1 to BL_MAX_CHUNK tokens, the first of which is at position `start`. caches (N) are the layers' keys and values,
// float16 (S, 2, K d) with S >= start + count, of which rows from `start` on are written. logits holds the last `rows`
// tokens' (rows, V). `memory` is null where the transformer has none. 0, or -1 where memory is short; then nothing has
// happened.
BL_API int32_t bl_transformer_feed(bl_transformer* model, const int32_t* tokens, int32_t count, int32_t start,
                                   uint16_t* const* caches, float* logits, int32_t rows, const bl_memory_io* memory);
// Write the message that is not written yet: it is complete.
BL_API void bl_memory_write(bl_transformer* model, const bl_memory_io* memory);
// y (tokens, rows) = x (tokens, cols) times a matrix. 0, or -1 where memory is short or the set cannot run here.
BL_API int32_t bl_matrix_product(const char* instructions, const bl_matrix* matrix, const float* x, int32_t tokens,
                                 float* y);

// What bl_sample answers in place of a token: a logit is NaN or none is finite; memory is short, or `instructions`
// names a set that cannot run here.
constexpr int32_t BL_NOT_FINITE = -1, BL_CANNOT = -2;
// The token that the random number `chance`, in (0, 1], selects: the first up to which exp(logit / temperature) sums to
// that share of them all, in the order of their ids. Only the top_k likeliest count (0: all), and of these only the
// fewest that together reach the share top_p; the lower of equals is the likelier.
BL_API int32_t bl_sample(const char* instructions, const float* logits, int32_t count, float inverse_temperature,
                         int32_t top_k, double top_p, double chance);

// Why packed weights cannot be used.
constexpr int32_t BL_SOUND = 0, BL_CODE_THREE = 1, BL_PADDING = 2;
// One of these for a packed matrix (rows, cols): the code 3 anywhere comes before weights in the padding of a row.
BL_API int32_t bl_ternary2_damage(const uint8_t* codes, int64_t rows, int32_t cols);
// The same of ternary5in3 (rows, cols): a code that no weights have anywhere comes before weights in the padding of a
// group.
constexpr int32_t BL_NO_CODE = 1;
BL_API int32_t bl_ternary5in3_damage(const uint8_t* codes, int64_t rows, int32_t cols);
// The same of a head of five bits, whose first damaged row says which; a stored 0 there comes before its padding.
constexpr int32_t BL_VALUE_ZERO = 1;
BL_API int32_t bl_int5_damage(const uint8_t* int5, int64_t rows, int32_t cols);

// Training: parts of a model with their gradients, for torch, which holds the tensors. All are float32. Functions
// return 0, or -1 where memory is short or `instructions` names a set that cannot run here; null takes the best.

// (B, H, T, d) in memory, wherever its streams, heads and tokens lie; a token's d floats are neighbours.
struct bl_heads {
    float* at;
    int64_t stream, head, token;  // from one to the next, in floats
};

// Query, key and value qkv: silu of a causal depthwise convolution; queries and keys are brought to length 1.
struct bl_qkv {
    int32_t batch, tokens, heads, head_dim, kernel;
    const float *x, *tail, *weight;  // (B, T, 3 H d), (B, K - 1, 3 H d), (K, 3 H d)
};
BL_API int32_t bl_qkv_forward(const char* instructions, int32_t threads, const bl_qkv* qkv,
                              const bl_heads* out);  // out[3]
// grad[3] is of the outputs; the others lie like what they are of, and all of them are written.
BL_API int32_t bl_qkv_backward(const char* instructions, int32_t threads, const bl_qkv* qkv, const bl_heads* grad,
                               float* grad_x, float* grad_tail, float* grad_weight);

// The delta rule: W <- W - rate (W k - v) k^T at every token, read with q after that, or before.
struct bl_delta {
    int32_t batch, heads, tokens, keys, values, read_after;
    bl_heads q, k, v, rate;  // (B, H, T, keys) twice, (B, H, T, values), (B, H, T, 1)
    // What the backward pass needs: (B, H, T, values), and (B, H, bl_delta_chunks(T), keys, values).
    float *errors, *starts;
};
BL_API int32_t bl_delta_chunks(int32_t tokens);
// state, next_state (B, H, values, keys), out (B, H, T, values), loss (B, H, T)
BL_API int32_t bl_delta_rule(const char* instructions, int32_t threads, const bl_delta* delta, const float* state,
                             float* next_state, bl_heads out, float* loss);
// grad_out and grad_next_state, null for zero, are given; grad_qkv[3], grad_rate (B, H, T) and grad_state are written.
BL_API int32_t bl_delta_rule_back(const char* instructions, int32_t threads, const bl_delta* delta, bl_heads grad_out,
                                  const float* grad_next_state, const bl_heads* grad_qkv, float* grad_rate,
                                  float* grad_state);

// Ternary matrices of one input, one below the other in y = W x.
struct bl_linears {
    int32_t count, cols;
    const int32_t* rows;   // (count)
    const float* ternary;  // (sum of rows, cols): -s, 0 and s, whose signs alone are looked at
    const float* scales;   // (count): s
};
// x (tokens, cols) becomes whole numbers of at most `largest` by the largest of each token; `rounded`, of the same
// shape, is what they stand for, and y (tokens, sum of rows) the products. largest is at most 127.
BL_API int32_t bl_ternary_linears(const char* instructions, int32_t threads, const bl_linears* linears, int32_t tokens,
                                  float largest, const float* x, float* rounded, float* y);
// Rows of x (rows, n) over their root mean square, times w (n); and the gradients of x and w.
BL_API int32_t bl_norm(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                       const float* w, float eps, float* out);
BL_API int32_t bl_norm_back(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                            const float* w, float eps, const float* grad, float* grad_x, float* grad_w);
// silu(g) u of x (rows, 2 n) = [g | u], and its gradient.
BL_API int32_t bl_swiglu(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                         float* out);
BL_API int32_t bl_swiglu_back(const char* instructions, int32_t threads, int32_t rows, int32_t n, const float* x,
                              const float* grad, float* grad_x);

// For tests and measurements.
// (rows, cols) packed ternary matrix, or ternary5in3, times (tokens, cols) int8: exact sums (tokens, rows).
BL_API int32_t bl_ternary_sums(const char* instructions, bl_ternary matrix, int32_t rows, int32_t cols, const int8_t* x,
                               int32_t tokens, int32_t* out);
// What the first thread does in a bl_step: embedding, qkv, learning, output, both halves of the SwiGLU, head,
// waiting.
constexpr int32_t BL_PHASES = 8;
// From now on bl_step adds each phase's seconds to seconds (BL_PHASES); null: no longer.
BL_API void bl_profile(bl_model* model, double* seconds);
// Seconds to read `bytes` of memory once with `threads` threads; the best of `rounds`. Negative where memory is short.
BL_API double bl_read_seconds(uint64_t bytes, int32_t threads, int32_t rounds);
