// The memory beside a transformer: engine/layers/memory.py. It is written with whole messages and read by the tokens of
// replies, by all threads together.
#pragma once
#include <vector>

#include "api.h"
#include "buffers.h"
#include "linear.h"
#include "pool.h"

// Its slow weights, and what its threads share while they compute.
struct MemoryBeside {
    MemoryBeside(const bl_memory& memory, bl_matrix embed, int threads);

    const bl_memory m;
    const bl_matrix embed;
    const int seen_width, key_width, value_width;  // F, H k, H v
    const int blocks;                              // into which the rows of each head's fast weights are divided
    const std::vector<int32_t> sources, depths;
    const std::vector<bl_memory_depth> ports;
    const Buffer<float> ones;
    // Of the tokens that are fed.
    Buffer<float> seen, queries, found, spoken, lived, manner, manner_share;
    // Of those that are fed or of a message.
    Buffer<float> hidden;
    // Of a message.
    Buffer<float> embeddings, pooled, own, keys, values, rates, losses, of_topic;
    // Of the fast weights.
    Buffer<float> squares;
    std::vector<Buffer<float>> scratch;  // of each thread
};

// What one thread does while some tokens are fed.
class MemoryWorker {
public:
    MemoryWorker(MemoryBeside& memory, const Kernels& kernels, Pool& pool, const bl_memory_io& io,
                 const int32_t* tokens, int count, int thread);

    // The residual stream (T, D) is about to enter a block; what was found is added to it.
    void enter(int block, float* stream);
    // Write what is not written yet.
    void finish();

private:
    void take_in();
    void hear(int start, int end);
    void write();
    void prepare_message(int count);
    void make_topic(int count);
    void project_message(int count);
    void make_keys(int count);
    void learn(int count);
    void measure();
    void recall(int start, int end);
    void speak(const bl_memory_depth& port, float* stream);
    void adapt(const bl_memory_depth& port, const float* normed, int token);
    void finish_gate(const bl_memory_gate& gate, const float* topic, int token, float factor, float* out);

    template <class Work>
    void each_run(Work&& work) const;
    void product(const bl_matrix& w, const float* x, int tokens, float* out, bool add = false) const;
    Range share(int total, int grain) const { return split(total, thread_, pool_.size(), grain); }
    void barrier() { pool_.barrier(thread_); }

    MemoryBeside& b_;
    const bl_memory& m_;
    const Kernels& k_;
    Pool& pool_;
    const bl_memory_io& io_;
    const int32_t* tokens_;
    const int count_, thread_;
    int heard_;    // tokens of the message that is not written yet
    float lived_;  // as in bl_memory_state
    float* scratch_;
};
