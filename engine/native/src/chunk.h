// The delta rule on a chunk of tokens.
//
// Within a piece the corrections u_i = rate_i (v_i - W k_i) depend on each other only through a lower triangular system
// (the WY form of Yang et al. 2024, arXiv 2406.06484, section 3); the rest are matrix products. See
// engine/ops/delta_rule/chunk.py, whose result this is.
#pragma once
#include "model.h"

constexpr int PIECE = 32;    // tokens that are solved together
constexpr int COLUMNS = 32;  // fast-weight columns that one thread takes at a time

struct Chunk {
    explicit Chunk(const bl_model& m) : all(m.config, m.width, BL_MAX_CHUNK), activations(BL_MAX_CHUNK, m.widest) {
        all.rates = Buffer<float>(size_t(m.config.heads) * BL_MAX_CHUNK);
        for (int i = 0; i < m.pool.size(); i++) pieces.emplace_back(m.config.head_dim);
    }

    struct Piece {
        explicit Piece(int d) : keys(size_t(d) * PIECE) {}
        Buffer<float> keys;                                // transposed (d, PIECE)
        float past[PIECE * PIECE], mixing[PIECE * PIECE];  // k_i . k_j, q_i . k_j
        float said[PIECE * COLUMNS], correction[PIECE * COLUMNS];
    };

    Shared all;  // its rates are (H, BL_MAX_CHUNK) here
    Activations activations;
    std::vector<Piece> pieces;  // one a thread
};

// This thread's columns of all heads' fast weights, in place; reads unit queries and keys, values and rates, and writes
// out and errors, all of `tokens` tokens.
void learn_chunk(bl_model& m, Chunk& chunk, float* fast, int tokens, int thread);
