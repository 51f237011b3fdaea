// Matrices in groups of 32 weights with a scale for each, times activations that are rounded to int8 in such groups.
//
// Eight rows are computed together, one in each lane of a vector. Of these a tile is a group of each row: the eight
// scales as float16, in `group4` eight minima as float16, then the weights. `group8` holds them as int8: four columns
// of row 0, the same of row 1, ..., then the next four columns. `group4` holds unsigned nibbles: byte j of the four of
// a row is column 4 v + j in its lower half and 16 + 4 v + j in its upper one, for v = 0 ... 3. Tiles of the same rows
// follow each other; rows that are not there have the scale 0. engine/ops/grouped_quant/matrix.py makes them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

constexpr int GROUP_COLUMNS = 32, TILE_LANES = 8, SUPER_GROUPS = 8;
constexpr int HALVES_BYTES = TILE_LANES * 2;

// How the tiles of a form look. In `super` forms (the K-quants of llama.cpp) eight tiles stand behind eight scales and
// eight minima in float16, and each has int8 multiples of these: with 4 bits eight of the scale and eight of the
// minimum; with 8 bits eight of the scale for the first half of a group's columns, eight for the second, eight of the
// minimum, and eight bytes of nothing. There a minimum is subtracted.
struct GroupForm {
    int bits;
    bool super;
    constexpr size_t super_header() const { return super ? 2 * HALVES_BYTES : 0; }
    constexpr size_t header() const {
        return bits == 4 ? (super ? 2 * TILE_LANES : 2 * HALVES_BYTES) : (super ? 4 * TILE_LANES : HALVES_BYTES);
    }
    constexpr size_t tile() const { return header() + TILE_LANES * GROUP_COLUMNS * size_t(bits) / 8; }
    // Bytes of eight rows of so many groups.
    constexpr size_t rows(int groups) const {
        return size_t(groups) * tile() + (super ? size_t(groups) / SUPER_GROUPS * super_header() : 0);
    }
};
constexpr GroupForm GROUP8{8, false}, GROUP4{4, false}, SUPER8{8, true}, SUPER4{4, true};

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
    using Product = void(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out, size_t ld,
                         bool add);
    Product *group8, *group4, *super8, *super4;
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
    if (magnitude < 0x38800000) {                                 // below the least normal number: in steps of 2^-24
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

static inline float tile_half(const uint8_t* halves, int lane) {
    return half_to_float(uint16_t(halves[2 * lane] | halves[2 * lane + 1] << 8));
}

// One group of one row, as whole numbers and what they are multiplied with: for plain loops.
struct GroupOfRow {
    int whole[GROUP_COLUMNS];
    float scales[2], minimum;  // of the halves of its columns
};
static inline GroupOfRow group_of_row(GroupForm form, const uint8_t* rows, int group, int lane) {
    GroupOfRow out;
    const uint8_t* tile = rows + size_t(group) * form.tile();
    float scale = 1.0f, minimum = 1.0f;
    if (form.super) {
        const uint8_t* header =
            rows + size_t(group / SUPER_GROUPS) * (form.super_header() + SUPER_GROUPS * form.tile());
        scale = tile_half(header, lane);
        minimum = -tile_half(header + HALVES_BYTES, lane);
        tile = header + form.super_header() + size_t(group % SUPER_GROUPS) * form.tile();
        const bool halves = form.bits == 8;
        out.scales[0] = scale * float(int8_t(tile[lane]));
        out.scales[1] = halves ? scale * float(int8_t(tile[TILE_LANES + lane])) : out.scales[0];
        out.minimum = minimum * float(int8_t(tile[(halves ? 2 : 1) * TILE_LANES + lane]));
    } else {
        out.scales[0] = out.scales[1] = tile_half(tile, lane);
        out.minimum = form.bits == 4 ? tile_half(tile + HALVES_BYTES, lane) : 0.0f;
    }
    const uint8_t* weights = tile + form.header() + 4 * lane;
    for (int i = 0; i < GROUP_COLUMNS; i++) {
        const int at = form.bits == 4 ? i % 16 : i;
        const uint8_t byte = weights[at / 4 * 32 + at % 4];
        out.whole[i] = form.bits == 4 ? byte >> (i / 16 * 4) & 15 : int8_t(byte);
    }
    return out;
}
