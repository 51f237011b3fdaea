// AVX2 and FMA: products of bytes by vpmaddubsw, summed in 16 bits as long as they fit.
#include "kernels.h"

#if defined(BL_HAVE_AVX2)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

namespace avx2 {
#include "vec_avx2.h"

// A pair of products is at most 2 * 2 * 127 = 508, so 64 of them fit into 16 bits; a block adds two.
constexpr int BLOCKS_IN_16_BITS = 32;

static inline __m256i widen(__m256i words) { return _mm256_madd_epi16(words, _mm256_set1_epi16(1)); }

template <int R>
static inline void packed_rows(const uint8_t* codes, size_t row_bytes, int blocks, const int8_t* x, int32_t* out) {
    __m256i totals[GROUP];
    for (int r = 0; r < GROUP; r++) totals[r] = _mm256_setzero_si256();
    for (int first = 0; first < blocks; first += BLOCKS_IN_16_BITS) {
        const int end = first + BLOCKS_IN_16_BITS < blocks ? first + BLOCKS_IN_16_BITS : blocks;
        __m256i words[R];
        for (int r = 0; r < R; r++) words[r] = _mm256_setzero_si256();
        for (int b = first; b < end; b++) {
            const __m256i x0 = load_bytes(x + b * BLOCK), x1 = load_bytes(x + b * BLOCK + 32);
            prefetch(codes + b * R * BLOCK_BYTES + AHEAD);
            for (int r = 0; r < R; r++) {
                const Unpacked w = unpack_block(codes + r * row_bytes + b * BLOCK_BYTES);
                const __m256i both =
                    _mm256_add_epi16(_mm256_maddubs_epi16(w.low, x0), _mm256_maddubs_epi16(w.high, x1));
                words[r] = _mm256_add_epi16(words[r], both);
            }
        }
        for (int r = 0; r < R; r++) totals[r] = _mm256_add_epi32(totals[r], widen(words[r]));
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums_of_four(totals[0], totals[1], totals[2], totals[3]));
}

template <int R, int T>
static inline void unpacked_tile(const uint8_t* w, size_t ld, int width, const int8_t* x, int32_t* out) {
    __m256i totals[T][GROUP];
    for (int t = 0; t < T; t++)
        for (int r = 0; r < GROUP; r++) totals[t][r] = _mm256_setzero_si256();
    constexpr int STRETCH = BLOCKS_IN_16_BITS * BLOCK;
    for (int first = 0; first < width; first += STRETCH) {
        const int end = first + STRETCH < width ? first + STRETCH : width;
        __m256i words[T][R];
        for (int t = 0; t < T; t++)
            for (int r = 0; r < R; r++) words[t][r] = _mm256_setzero_si256();
        for (int c = first; c < end; c += 32) {
            __m256i weights[R];
            for (int r = 0; r < R; r++) weights[r] = load_bytes(w + r * ld + c);
            for (int t = 0; t < T; t++) {
                const __m256i values = load_bytes(x + t * ld + c);
                for (int r = 0; r < R; r++)
                    words[t][r] = _mm256_add_epi16(words[t][r], _mm256_maddubs_epi16(weights[r], values));
            }
        }
        for (int t = 0; t < T; t++)
            for (int r = 0; r < R; r++) totals[t][r] = _mm256_add_epi32(totals[t][r], widen(words[t][r]));
    }
    for (int t = 0; t < T; t++)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + t * GROUP),
                         sums_of_four(totals[t][0], totals[t][1], totals[t][2], totals[t][3]));
}

// Products of signed bytes: the sign of a weight goes to the activation, whose pairs then fit into 16 bits.
static inline __m256i add_int8_products(__m256i sums, __m256i stored, __m256i x) {
    const __m256i w = _mm256_xor_si256(stored, _mm256_set1_epi8(-128));
    return _mm256_add_epi32(sums, widen(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w))));
}
static inline int32_t int8_centre(int32_t) { return 0; }
// Of weights so small that a pair of products fits into 16 bits as it is.
static inline __m256i add_small_products(__m256i sums, __m256i stored, __m256i x) {
    return _mm256_add_epi32(sums, widen(_mm256_maddubs_epi16(stored, x)));
}

#include "groups_avx2.h"

// Eight products of a pair of nibbles with int8 are at most 8 * 2 * 15 * 127 = 30480 and fit into 16 bits.
static inline __m256i nibble_dot(__m256i sums, __m256i w, __m256i x) {
    return _mm256_add_epi16(sums, _mm256_maddubs_epi16(w, x));
}
static inline __m256i nibble_total(__m256i sums) { return widen(sums); }
// The sign of a weight, which may be -128, goes to the activation, which may not.
static inline __m256i signed_dot(__m256i sums, __m256i w, __m256i x) {
    return _mm256_add_epi32(sums, widen(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w))));
}
#include "grouped_x86.h"

#include "products_impl.h"

#include "kernels_impl.h"
}  // namespace avx2

const Kernels* avx2_kernels() {
    static const Kernels kernels = avx2::table("AVX2");
    return &kernels;
}
#else
const Kernels* avx2_kernels() { return nullptr; }
#endif
