// Products with matrices of any kind that a transformer holds: activations are rounded as the matrix wants them.
#pragma once
#include <algorithm>

#include "api.h"
#include "buffers.h"

// The forms of activations that matrices of some kinds take, as bits.
constexpr int TAKES_GROUPS = 1, TAKES_TOKENS = 2;
inline int taken_by(const bl_matrix& w) {
    return w.kind == BL_TERNARY2 ? TAKES_TOKENS : w.kind == BL_FLOATS || w.kind == BL_HALVES ? 0 : TAKES_GROUPS;
}

// Memory for the rounded activations of up to `tokens` tokens.
struct RoundedInput {
    RoundedInput(int tokens, int width)
        : groups(size_t(tokens) * padded(width)),
          whole(groups.size()),
          scales(size_t(tokens) * (padded(width) / GROUP_COLUMNS)),
          sums(scales.size()),
          tokenwise(static_cast<size_t>(tokens)) {}

    // Round x (cols) of token t to these forms.
    void take(const Kernels& k, int forms, const float* x, int cols, int t) {
        const size_t count = size_t(cols / GROUP_COLUMNS), token = size_t(t);
        if (forms & TAKES_GROUPS)
            k.grouped.quantise_groups(x, cols, groups.at(token * cols), scales.at(token * count),
                                      sums.at(token * count));
        if (forms & TAKES_TOKENS) *tokenwise.at(token) = k.quantise(x, cols, 127.0f, whole.at(token * padded(cols)));
    }
    GroupedActivations grouped(int cols) const {
        return {groups.data(), scales.data(), sums.data(), cols / GROUP_COLUMNS};
    }

    Buffer<int8_t> groups, whole;
    Buffer<float> scales, sums;
    Buffer<Quantised> tokenwise;
};

// What a matrix is multiplied with: activations (T, cols), and the same rounded.
struct LinearInput {
    const float* floats;
    const RoundedInput* rounded;
};

// Rows of a matrix lie together in memory from multiples of this on.
constexpr int LINEAR_GRAIN = 16;

// The form of a matrix that is held in groups.
inline GroupForm group_form(const bl_matrix& w) {
    switch (w.kind) {
        case BL_GROUP4: return GROUP4;
        case BL_SUPER8: return SUPER8;
        case BL_SUPER4: return SUPER4;
        default: return GROUP8;
    }
}

// Where a row lies; of groups, the eight among which it is.
inline const uint8_t* linear_row(const bl_matrix& w, int row) {
    const uint8_t* data = static_cast<const uint8_t*>(w.data);
    const size_t r = size_t(row);
    if (w.kind == BL_FLOATS) return data + r * size_t(w.cols) * sizeof(float);
    if (w.kind == BL_HALVES) return data + r * size_t(w.cols) * sizeof(uint16_t);
    if (w.kind == BL_TERNARY2) return data + r * size_t(padded(w.cols) / BLOCK * BLOCK_BYTES);
    return data + r / TILE_LANES * group_form(w).rows(w.cols / GROUP_COLUMNS);
}

// A row in float, of floats or groups.
inline void row_in_float(const bl_matrix& w, int row, float* out) {
    const uint8_t* data = linear_row(w, row);
    if (w.kind == BL_FLOATS) {
        std::copy(reinterpret_cast<const float*>(data), reinterpret_cast<const float*>(data) + w.cols, out);
        return;
    }
    for (int g = 0; g < w.cols / GROUP_COLUMNS; g++) {
        const GroupOfRow group = group_of_row(group_form(w), data, g, row % TILE_LANES);
        for (int i = 0; i < GROUP_COLUMNS; i++)
            out[g * GROUP_COLUMNS + i] = float(group.whole[i]) * group.scales[i / (GROUP_COLUMNS / 2)] + group.minimum;
    }
}

// Rows `rows`, which begin at a multiple of LINEAR_GRAIN, of out (+)= W x of `tokens` tokens; out (T, ld) is that of
// row 0. `unpacked` is scratch of tile_rows rows of padded columns.
inline void linear(const Kernels& k, const bl_matrix& w, Range rows, LinearInput x, int tokens, float* out, size_t ld,
                   bool add, uint8_t* unpacked) {
    if (rows.size() <= 0) return;
    const uint8_t* first = linear_row(w, rows.begin);
    float* place = out + rows.begin;
    switch (w.kind) {
        case BL_GROUP8: k.grouped.group8(first, rows.size(), x.rounded->grouped(w.cols), tokens, place, ld, add); break;
        case BL_GROUP4: k.grouped.group4(first, rows.size(), x.rounded->grouped(w.cols), tokens, place, ld, add); break;
        case BL_SUPER8: k.grouped.super8(first, rows.size(), x.rounded->grouped(w.cols), tokens, place, ld, add); break;
        case BL_SUPER4: k.grouped.super4(first, rows.size(), x.rounded->grouped(w.cols), tokens, place, ld, add); break;
        case BL_TERNARY2:
            k.ternary(first, rows.size(), w.cols, w.scale, x.rounded->whole.data(), x.rounded->tokenwise.data(), tokens,
                      place, ld, add, unpacked);
            break;
        default:
            for (int r = rows.begin; r < rows.end; r += LINEAR_GRAIN) {  // each is read once for all tokens
                const int here = std::min(LINEAR_GRAIN, rows.end - r);
                const void* weights = linear_row(w, r);
                float part[LINEAR_GRAIN];
                for (int t = 0; t < tokens; t++) {
                    const float* in = x.floats + size_t(t) * w.cols;
                    if (w.kind == BL_HALVES)
                        k.matvec_halves(static_cast<const uint16_t*>(weights), here, w.cols, in, part);
                    else k.matvec(static_cast<const float*>(weights), here, w.cols, in, part);
                    float* y = out + t * ld + r;
                    for (int i = 0; i < here; i++) y[i] = add ? y[i] + part[i] : part[i];
                }
            }
    }
    if (!w.bias) return;
    for (int t = 0; t < tokens; t++)
        for (int r = rows.begin; r < rows.end; r++) out[t * ld + r] += w.bias[r];
}
