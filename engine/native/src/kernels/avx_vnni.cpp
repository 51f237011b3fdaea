// AVX2 with the dot product of bytes in its VEX form.
#include "kernels.h"

#if defined(BL_HAVE_AVX_VNNI)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

namespace avx_vnni {
#include "vec_avx2.h"

static inline __m256i dot_bytes(__m256i sums, __m256i weights, __m256i x) {
    return _mm256_dpbusd_avx_epi32(sums, weights, x);
}

// Products of packed and of unpacked rows.

template <int R>
static inline void packed_rows(const uint8_t* codes, size_t row_bytes, int blocks, const int8_t* x, int32_t* out) {
    __m256i low[GROUP], high[GROUP];
    for (int r = 0; r < GROUP; r++) low[r] = high[r] = _mm256_setzero_si256();
    for (int b = 0; b < blocks; b++) {
        const __m256i x0 = load_bytes(x + b * BLOCK), x1 = load_bytes(x + b * BLOCK + 32);
        prefetch(codes + b * R * BLOCK_BYTES + AHEAD);
        for (int r = 0; r < R; r++) {
            const Unpacked w = unpack_block(codes + r * row_bytes + b * BLOCK_BYTES);
            low[r] = dot_bytes(low[r], w.low, x0);
            high[r] = dot_bytes(high[r], w.high, x1);
        }
    }
    for (int r = 0; r < GROUP; r++) low[r] = _mm256_add_epi32(low[r], high[r]);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums_of_four(low[0], low[1], low[2], low[3]));
}

template <int R, int T>
static inline void unpacked_tile(const uint8_t* w, size_t ld, int width, const int8_t* x, int32_t* out) {
    __m256i totals[T][GROUP];
    for (int t = 0; t < T; t++)
        for (int r = 0; r < GROUP; r++) totals[t][r] = _mm256_setzero_si256();
    for (int c = 0; c < width; c += 32) {
        __m256i weights[R];
        for (int r = 0; r < R; r++) weights[r] = load_bytes(w + r * ld + c);
        for (int t = 0; t < T; t++) {
            const __m256i values = load_bytes(x + t * ld + c);
            for (int r = 0; r < R; r++) totals[t][r] = dot_bytes(totals[t][r], weights[r], values);
        }
    }
    for (int t = 0; t < T; t++)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + t * GROUP),
                         sums_of_four(totals[t][0], totals[t][1], totals[t][2], totals[t][3]));
}

static inline __m256i add_int8_products(__m256i sums, __m256i stored, __m256i x) { return dot_bytes(sums, stored, x); }
static inline int32_t int8_centre(int32_t sum) { return INT8_ZERO * sum; }
static inline __m256i add_small_products(__m256i sums, __m256i stored, __m256i x) { return dot_bytes(sums, stored, x); }
#include "groups_avx2.h"

static inline __m256i nibble_dot(__m256i sums, __m256i w, __m256i x) { return dot_bytes(sums, w, x); }
static inline __m256i nibble_total(__m256i sums) { return sums; }
static inline __m256i signed_dot(__m256i sums, __m256i w, __m256i x) {
    return dot_bytes(sums, _mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
}
#include "grouped_x86.h"

#include "products_impl.h"

#include "kernels_impl.h"
}  // namespace avx_vnni

const Kernels* avx_vnni_kernels() {
    static const Kernels kernels = avx_vnni::table("AVX-VNNI");
    return &kernels;
}
#else
const Kernels* avx_vnni_kernels() { return nullptr; }
#endif
