// Matrices in groups of 32 weights with a scale for each, times activations that are rounded to int8 in such groups.
//
// Eight rows are computed together, one in each lane of a vector. Of these a tile is a group of each row: the eight
// scales as float16, in `group4` eight minima as float16, then the weights. `group8` holds them as int8: four columns
// of row 0, the same of row 1, ..., then the next four columns. `group4` holds unsigned nibbles: byte j of the four of a
// row is column 4 v + j in its lower half and 16 + 4 v + j in its upper one, for v = 0 ... 3. Tiles of the same rows
// follow each other; rows that are not there have the scale 0. engine/ops/grouped_quant/matrix.py makes them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

constexpr int GROUP_COLUMNS = 32, TILE_LANES = 8;
constexpr int HALVES_BYTES = TILE_LANES * 2;
constexpr size_t GROUP8_TILE = HALVES_BYTES + TILE_LANES * GROUP_COLUMNS;
constexpr size_t GROUP4_TILE = 2 * HALVES_BYTES + TILE_LANES * GROUP_COLUMNS / 2;

// Activations of some tokens: int8 (tokens, 32 groups), and the scale of each group and its sum times that
// (tokens, groups).
struct GroupedActivations {
    const int8_t* whole;
    const float *scales, *sums;
    int groups;
    GroupedActivations token(int t) const {
        return {whole + size_t(t) * groups * GROUP_COLUMNS, scales + size_t(t) * groups, sums + size_t(t) * groups,
                groups};
    }
};

// The keys and values of one head: float16 rows of `width`, `stride` numbers apart.
struct HeadCache {
    const uint16_t *keys, *values;
    size_t stride;
    int width;
};

struct GroupedKernels {
    // Rounds x (n), n a multiple of 32, to int8 by the largest magnitude of each group.
    void (*quantise_groups)(const float* x, int n, int8_t* whole, float* scales, float* sums);
    // out[t * ld + r] (+)= row r . x[t] for `rows` rows from the first tile on.
    void (*group8)(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out, size_t ld,
                   bool add);
    void (*group4)(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out, size_t ld,
                   bool add);
    // float16 to float32 and back, to the nearest.
    void (*widen)(const uint16_t* x, int n, float* out);
    void (*narrow)(const float* x, int n, uint16_t* out);
    // out = softmax over `count` tokens of (query . key * scale), times their values; a softcap of 0 is none. `scores`
    // is scratch of `count`.
    void (*attend)(const float* query, const HeadCache& cache, int count, float scale, float softcap, float* scores,
                   float* out);
    // The softmax of x (n) in place.
    void (*softmax)(float* x, int n);
};

static inline float half_to_float(uint16_t half) {
    const uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff;
    uint32_t bits;
    if (exponent == 31) {
        bits = sign | 0x7f800000 | fraction << 13;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | fraction << 13;
    } else {  // fraction * 2^-24 is exact
        const float magnitude = float(fraction) * 5.9604644775390625e-8f;
        return sign ? -magnitude : magnitude;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
    const uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return uint16_t(sign | 0x7e00);
    if (magnitude >= 0x477ff000) return uint16_t(sign | 0x7c00);  // from 65520 on
    if (magnitude < 0x38800000) {                                  // below the least normal number: in steps of 2^-24
        float size;
        memcpy(&size, &magnitude, sizeof size);
        const float steps = size * 16777216.0f + 8388608.0f;  // rounds to the nearest whole number, ties to even
        uint32_t whole;
        memcpy(&whole, &steps, sizeof whole);
        return uint16_t(sign | (whole & 0x7fffff));
    }
    const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return uint16_t(sign | (rounded - 0x38000000) >> 13);
}
