// NEON with its dot product of bytes, for 64-bit ARM.
#include "kernels.h"

#if defined(BL_HAVE_NEON_DOT)
#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

namespace neon {
constexpr int W = 4;
constexpr int REGISTERS = 32;
constexpr bool FUSED = true;
using F = float32x4_t;

static inline F load(const float* p) { return vld1q_f32(p); }
static inline void store(float* p, F x) { vst1q_f32(p, x); }
static inline F load_halves(const uint16_t* p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
static inline void store_halves(uint16_t* p, F x) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x))); }
static inline F set1(float x) { return vdupq_n_f32(x); }
static inline F add(F a, F b) { return vaddq_f32(a, b); }
static inline F sub(F a, F b) { return vsubq_f32(a, b); }
static inline F mul(F a, F b) { return vmulq_f32(a, b); }
static inline F div(F a, F b) { return vdivq_f32(a, b); }
static inline F ratio(F a, F b) { return div(a, b); }
static inline F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
// As on x86: the second where either is NaN.
static inline F max(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
static inline F min(F a, F b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
static inline F abs(F a) { return vabsq_f32(a); }
static inline void prefetch(const void* p) {
#if !defined(_MSC_VER)
    __builtin_prefetch(p);
#endif
}
static inline float root(float x) { return sqrtf(x); }
static inline float sum(F a) { return vaddvq_f32(a); }
static inline float largest(F a) { return vmaxvq_f32(a); }
static inline F power_of_two(F n) {
    const int32x4_t exponent = vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127)), 23);
    return vaddq_f32(vreinterpretq_f32_s32(exponent), vsubq_f32(n, n));  // NaN where n is NaN
}
static inline F times_power_of_two(F x, F n) { return mul(x, power_of_two(n)); }
static inline void to_int8(F x, int8_t* out) {
    const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(x));
    const int8x8_t bytes = vqmovn_s16(vcombine_s16(words, words));
    vst1_lane_s32(reinterpret_cast<int32_t*>(out), vreinterpret_s32_s8(bytes), 0);
}

static inline int8x16_t signed_bytes(uint8x16_t x) { return vreinterpretq_s8_u8(x); }

// The four runs of sixteen stored weights of a block.
struct Unpacked {
    int8x16_t run[4];
};
static inline Unpacked unpack_block(const uint8_t* block) {
    const uint8x16_t v = vld1q_u8(block), three = vdupq_n_u8(3);
    return {{signed_bytes(vandq_u8(v, three)), signed_bytes(vandq_u8(vshrq_n_u8(v, 2), three)),
             signed_bytes(vandq_u8(vshrq_n_u8(v, 4), three)), signed_bytes(vshrq_n_u8(v, 6))}};
}

static void unpack_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, uint8_t* out) {
    for (int r = 0; r < rows; r++)
        for (int b = 0; b < blocks; b++) {
            const Unpacked w = unpack_block(codes + r * row_bytes + b * BLOCK_BYTES);
            for (int i = 0; i < 4; i++)
                vst1q_u8(out + (size_t(r) * blocks + b) * BLOCK + i * 16, vreinterpretq_u8_s8(w.run[i]));
        }
}

static void ternary_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, const int8_t* x, int32_t* out) {
    int32x4_t even[GROUP], odd[GROUP];
    for (int r = 0; r < GROUP; r++) even[r] = odd[r] = vdupq_n_s32(0);
    for (int b = 0; b < blocks; b++) {
        const int8_t* at = x + b * BLOCK;
        const int8x16_t x0 = vld1q_s8(at), x1 = vld1q_s8(at + 16), x2 = vld1q_s8(at + 32), x3 = vld1q_s8(at + 48);
        for (int r = 0; r < rows; r++) {
            const Unpacked w = unpack_block(codes + r * row_bytes + b * BLOCK_BYTES);
            even[r] = vdotq_s32(vdotq_s32(even[r], w.run[0], x0), w.run[2], x2);
            odd[r] = vdotq_s32(vdotq_s32(odd[r], w.run[1], x1), w.run[3], x3);
        }
    }
    for (int r = 0; r < rows; r++) out[r] = vaddvq_s32(vaddq_s32(even[r], odd[r]));
}

static void unpacked_group(const uint8_t* w, size_t ld, int rows, int width, const int8_t* x, int tokens,
                           int32_t* out) {
    int32x4_t totals[2][GROUP];
    for (int t = 0; t < 2; t++)
        for (int r = 0; r < GROUP; r++) totals[t][r] = vdupq_n_s32(0);
    for (int c = 0; c < width; c += 16)
        for (int t = 0; t < tokens; t++) {
            const int8x16_t values = vld1q_s8(x + t * ld + c);
            for (int r = 0; r < rows; r++)
                totals[t][r] = vdotq_s32(totals[t][r], signed_bytes(vld1q_u8(w + r * ld + c)), values);
        }
    for (int t = 0; t < tokens; t++)
        for (int r = 0; r < rows; r++) out[t * GROUP + r] = vaddvq_s32(totals[t][r]);
}

// out[j] = (row j - 128) . x; x is padded with zeros
static void int8_group(const uint8_t* w, size_t ld, int rows, int n, const int8_t* x, int32_t, ptrdiff_t,
                       int32_t* out) {
    const uint8x16_t zero = vdupq_n_u8(INT8_ZERO);
    for (int r = 0; r < rows; r++) {
        int32x4_t even = vdupq_n_s32(0), odd = even;
        int i = 0;
        for (; i + 32 <= n; i += 32) {
            even = vdotq_s32(even, signed_bytes(veorq_u8(vld1q_u8(w + r * ld + i), zero)), vld1q_s8(x + i));
            odd = vdotq_s32(odd, signed_bytes(veorq_u8(vld1q_u8(w + r * ld + i + 16), zero)), vld1q_s8(x + i + 16));
        }
        int32_t total = vaddvq_s32(vaddq_s32(even, odd));
        for (; i < n; i++) total += (int(w[r * ld + i]) - INT8_ZERO) * x[i];
        out[r] = total;
    }
}

// 16 where a bit is set: those of two bytes, the lowest first.
static inline uint8x16_t fifths(const uint8_t* bits) {
    const uint8x8_t places = vcreate_u8(0x8040201008040201);
    const uint8x16_t bytes = vcombine_u8(vdup_n_u8(bits[0]), vdup_n_u8(bits[1]));
    return vandq_u8(vtstq_u8(bytes, vcombine_u8(places, places)), vdupq_n_u8(16));
}

// out[j] = the stored weights of row j, of five bits, times x
static void int5_group(const uint8_t* w, size_t row_bytes, int rows, int blocks, const int8_t* x, ptrdiff_t,
                       int32_t* out) {
    for (int r = 0; r < rows; r++) {
        const uint8_t* row = w + r * row_bytes;
        int32x4_t even = vdupq_n_s32(0), odd = even;
        for (int b = 0; b < blocks; b++) {
            const uint8_t* high = row + blocks * INT5_LOW_BYTES + b * INT5_HIGH_BYTES;
            for (int half = 0; half < 2; half++) {  // of the bytes, each with two weights that are 32 apart
                const uint8x16_t v = vld1q_u8(row + b * INT5_LOW_BYTES + 16 * half);
                const uint8x16_t lower = vorrq_u8(vandq_u8(v, vdupq_n_u8(15)), fifths(high + 2 * half));
                const uint8x16_t upper = vorrq_u8(vshrq_n_u8(v, 4), fifths(high + 4 + 2 * half));
                const int8_t* at = x + b * BLOCK + 16 * half;
                even = vdotq_s32(even, signed_bytes(lower), vld1q_s8(at));
                odd = vdotq_s32(odd, signed_bytes(upper), vld1q_s8(at + 32));
            }
        }
        out[r] = vaddvq_s32(vaddq_s32(even, odd));
    }
}

constexpr int TABLE_BYTES = NIBBLE_TABLE_BYTES;
using Table = const uint8_t*;
static inline Table load_table(const uint8_t* p) { return p; }
static void tabulate(const int8_t* x, int cols, uint8_t* tables) { tabulate_nibbles(x, cols, tables); }

constexpr int WORDS = 8;
using Words = int16x8_t;
static inline Words zero_words() { return vdupq_n_s16(0); }
static inline Words load_words(const uint8_t* p) { return vreinterpretq_s16_u8(vld1q_u8(p)); }
static inline Words add_words(Words a, Words b) { return vaddq_s16(a, b); }
static inline Words pushed(Words words, Words from) {
    return vreinterpretq_s16_u16(
        vsraq_n_u16(vreinterpretq_u16_s16(vaddq_s16(words, words)), vreinterpretq_u16_s16(from), 15));
}
// The index stands in the lower byte of a word, and zero in the upper one, whose entry is zero. The code, moved to the
// top of the word, is negative where it has the sign.
template <int K>
static inline Words value(Words w, Table table) {
    const int16x8_t top = vshlq_n_s16(w, 16 - (K + 1) * CODE_BITS);
    const uint16x8_t index =
        vandq_u16(vshrq_n_u16(vreinterpretq_u16_s16(top), 16 - CODE_BITS), vdupq_n_u16(CODE_SIGN - 1));
    const uint8x16_t place = vreinterpretq_u8_u16(index);
    const uint16x8_t low = vreinterpretq_u16_u8(vqtbl1q_u8(vld1q_u8(table), place));
    const uint16x8_t high = vreinterpretq_u16_u8(vqtbl1q_u8(vld1q_u8(table + CODE_SIGN), place));
    const int16x8_t size = vreinterpretq_s16_u16(vsliq_n_u16(low, high, 8)), negative = vshrq_n_s16(top, 15);
    return vsubq_s16(veorq_s16(size, negative), negative);
}
static inline void add_to_sums(Words words, int32_t* sums) {
    vst1q_s32(sums, vaddw_s16(vld1q_s32(sums), vget_low_s16(words)));
    vst1q_s32(sums + 4, vaddw_s16(vld1q_s32(sums + 4), vget_high_s16(words)));
}

// Grouped products: four rows in the lanes of a vector, so that a tile is two halves.
static inline int8x16_t four_of(const int8_t* p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
}
static inline F four_halves(const uint8_t* p) { return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p))); }

static inline int32x4_t four_bytes(const uint8_t* p) {
    int8_t four[4];
    memcpy(four, p, sizeof four);
    const int32_t wide[4] = {four[0], four[1], four[2], four[3]};
    return vld1q_s32(wide);
}

template <bool Four, bool Super>
static inline void grouped_half(const uint8_t* tile, int half, const GroupedActivations& x, F& y) {
    constexpr GroupForm FORM{Four ? 4 : 8, Super};
    F scale = vdupq_n_f32(0), minimum = scale;
    for (int g = 0; g < x.groups; g++, tile += FORM.tile()) {
        if (Super && g % SUPER_GROUPS == 0) {
            scale = four_halves(tile + 8 * half);
            minimum = vnegq_f32(four_halves(tile + HALVES_BYTES + 8 * half));
            tile += FORM.super_header();
        }
        const int8_t* at = x.whole + g * GROUP_COLUMNS;
        const uint8_t* weights = tile + FORM.header() + 16 * half;
        int32x4_t first = vdupq_n_s32(0), second = first;
        if (Four) {
            for (int v = 0; v < 4; v++) {
                const uint8x16_t both = vld1q_u8(weights + 32 * v);
                first = vdotq_s32(first, signed_bytes(vandq_u8(both, vdupq_n_u8(15))), four_of(at + 4 * v));
                second = vdotq_s32(second, signed_bytes(vshrq_n_u8(both, 4)), four_of(at + 16 + 4 * v));
            }
        } else {
            for (int v = 0; v < 4; v++) {
                first = vdotq_s32(first, signed_bytes(vld1q_u8(weights + 32 * v)), four_of(at + 4 * v));
                second = vdotq_s32(second, signed_bytes(vld1q_u8(weights + 32 * v + 128)), four_of(at + 4 * v + 16));
            }
        }
        F here = scale, below = minimum;
        if (Super && Four) {
            here = vmulq_f32(scale, vcvtq_f32_s32(four_bytes(tile + 4 * half)));
            below = vmulq_f32(minimum, vcvtq_f32_s32(four_bytes(tile + TILE_LANES + 4 * half)));
        } else if (Super) {
            first = vmulq_s32(first, four_bytes(tile + 4 * half));
            second = vmulq_s32(second, four_bytes(tile + TILE_LANES + 4 * half));
            below = vmulq_f32(minimum, vcvtq_f32_s32(four_bytes(tile + 2 * TILE_LANES + 4 * half)));
        } else {
            here = four_halves(tile + 8 * half);
            if (Four) below = four_halves(tile + HALVES_BYTES + 8 * half);
        }
        y = vfmaq_f32(y, vcvtq_f32_s32(vaddq_s32(first, second)), vmulq_n_f32(here, x.scales[g]));
        if (Four || Super) y = vfmaq_n_f32(y, below, x.sums[g]);
    }
}

template <bool Four, bool Super>
static void grouped_product(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out,
                            size_t ld, bool add_to) {
    const size_t bytes = GroupForm{Four ? 4 : 8, Super}.rows(x.groups);
    for (int r = 0; r < rows; r += TILE_LANES, tiles += bytes)
        for (int t = 0; t < tokens; t++) {
            float part[TILE_LANES], *place = out + size_t(t) * ld + r;
            for (int half = 0; half < 2; half++) {
                F y = vdupq_n_f32(0);
                grouped_half<Four, Super>(tiles, half, x.token(t), y);
                vst1q_f32(part + 4 * half, y);
            }
            for (int i = 0; i < TILE_LANES && r + i < rows; i++) place[i] = add_to ? place[i] + part[i] : part[i];
        }
}

#include "products_impl.h"

#include "kernels_impl.h"
}  // namespace neon

const Kernels* neon_kernels() {
    static const Kernels kernels = neon::table("NEON dot product");
    return &kernels;
}
#else
const Kernels* neon_kernels() { return nullptr; }
#endif
