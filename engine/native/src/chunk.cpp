#include "chunk.h"

#include <algorithm>

namespace {
// Products of the keys and queries of a piece with its keys, which every block of columns needs.
void relate(const bl_model& m, Chunk::Piece& p, const float* queries, const float* keys, size_t ld, int tokens) {
    const int d = m.config.head_dim;
    for (int j = 0; j < d; j++)
        for (int t = 0; t < tokens; t++) *p.keys.at(size_t(j) * PIECE + t) = keys[t * ld + j];
    m.k.gemm(keys, ld, 1, p.keys.data(), PIECE, tokens, d, tokens, p.past, PIECE, false);
    m.k.gemm(queries, ld, 1, p.keys.data(), PIECE, tokens, d, tokens, p.mixing, PIECE, false);
    for (int i = 0; i < tokens; i++)  // a token reads what came before it, and itself where the variant says so
        std::fill(p.mixing + i * PIECE + i + (m.tied() ? 0 : 1), p.mixing + (i + 1) * PIECE, 0.0f);
}

// One piece on `cols` columns of a head.
void learn_piece(const bl_model& m, Chunk::Piece& p, float* w, const float* queries, const float* keys,
                 const float* values, size_t ld, const float* rates, int tokens, int cols, float* out, float* errors) {
    const size_t d = size_t(m.config.head_dim), width = size_t(m.width);
    m.k.gemm(keys, ld, 1, w, d, tokens, int(d), cols, p.said, COLUMNS, false);
    m.k.gemm(queries, ld, 1, w, d, tokens, int(d), cols, out, width, false);
    for (int i = 0; i < tokens; i++) {
        float* said = p.said + i * COLUMNS;
        m.k.gemm(p.past + i * PIECE, PIECE, 1, p.correction, COLUMNS, 1, i, cols, said, COLUMNS, true);
        for (int c = 0; c < cols; c++) {
            const float error = said[c] - values[i * ld + c];
            errors[i * width + c] = error;
            p.correction[i * COLUMNS + c] = -rates[i] * error;
        }
    }
    m.k.gemm(p.mixing, PIECE, 1, p.correction, COLUMNS, tokens, tokens, cols, out, width, true);
    m.k.gemm(keys, 1, ld, p.correction, COLUMNS, int(d), tokens, cols, w, d, true);
}
}  // namespace

void learn_chunk(bl_model& m, Chunk& chunk, float* fast, int tokens, int thread) {
    const int d = m.config.head_dim, ld = 3 * m.width;
    const Range columns = share(m.width, thread, m.pool.size(), COLUMNS);
    Chunk::Piece& p = chunk.pieces[size_t(thread)];
    const float* views = chunk.all.views.data();
    for (int first = columns.begin; first < columns.end;) {
        const int head = first / d, end = std::min(columns.end, (head + 1) * d);
        for (int start = 0; start < tokens; start += PIECE) {
            const int count = std::min(PIECE, tokens - start);
            const float* view = views + size_t(start) * ld;
            const float *queries = view + m.query_at() + head * d, *keys = view + m.key_at() + head * d;
            relate(m, p, queries, keys, size_t(ld), count);
            for (int at = first; at < end; at += COLUMNS) {
                const int column = at - head * d;
                learn_piece(m, p, fast + size_t(head) * d * d + column, queries, keys,
                            view + m.value_at() + head * d + column, size_t(ld),
                            chunk.all.rates.at(size_t(head) * BL_MAX_CHUNK + start), count, std::min(COLUMNS, end - at),
                            chunk.all.out.at(size_t(start) * m.width + at),
                            chunk.all.errors.at(size_t(start) * m.width + at));
            }
        }
        first = end;
    }
}
