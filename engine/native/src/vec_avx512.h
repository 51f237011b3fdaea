// Sixteen floats with AVX-512. Included inside a namespace.

constexpr int W = 16;
constexpr int REGISTERS = 32;
constexpr bool FUSED = true;
using F = __m512;

static inline F load(const float* p) { return _mm512_loadu_ps(p); }
static inline void store(float* p, F x) { _mm512_storeu_ps(p, x); }
static inline __m512i load_bytes(const void* p) { return _mm512_loadu_si512(p); }
static inline F set1(float x) { return _mm512_set1_ps(x); }
static inline F add(F a, F b) { return _mm512_add_ps(a, b); }
static inline F sub(F a, F b) { return _mm512_sub_ps(a, b); }
static inline F mul(F a, F b) { return _mm512_mul_ps(a, b); }
static inline F div(F a, F b) { return _mm512_div_ps(a, b); }
static inline F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
// A division takes as long as sixteen products: one step of Newton's makes an estimate of 14 bits precise.
static inline F ratio(F a, F b) {
    const F inverse = _mm512_rcp14_ps(b);
    return mul(a, fma(_mm512_fnmadd_ps(b, inverse, set1(1.0f)), inverse, inverse));
}
static inline F max(F a, F b) { return _mm512_max_ps(a, b); }
static inline F min(F a, F b) { return _mm512_min_ps(a, b); }
static inline F abs(F a) { return _mm512_abs_ps(a); }
// A hint: the address may lie behind the end of what is there.
static inline void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }
static inline float root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

static inline __mmask16 first(int n) { return __mmask16((1u << n) - 1); }
static inline F load_part(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
static inline void store_part(float* p, F x, int n) { _mm512_mask_storeu_ps(p, first(n), x); }

// out[j][i] = in[i][j] of W by W floats: pairs, fours, then quarters of a vector change places.
static inline void transpose_tile(const float* in, size_t ld_in, float* out, size_t ld_out) {
    __m512 a[16], b[16];
    for (int i = 0; i < 16; i++) a[i] = load(in + i * ld_in);
    for (int i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            const __m512d low = _mm512_castps_pd(b[i + j]), high = _mm512_castps_pd(b[i + 2 + j]);
            a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    for (int j = 0; j < 4; j++) {  // a[4 i + j] holds column j of each quarter, of the rows from 4 i on
        const __m512 even = _mm512_shuffle_f32x4(a[j], a[4 + j], 0x88),
                     odd = _mm512_shuffle_f32x4(a[j], a[4 + j], 0xdd);
        const __m512 even2 = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0x88),
                     odd2 = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0xdd);
        store(out + j * ld_out, _mm512_shuffle_f32x4(even, even2, 0x88));
        store(out + (4 + j) * ld_out, _mm512_shuffle_f32x4(odd, odd2, 0x88));
        store(out + (8 + j) * ld_out, _mm512_shuffle_f32x4(even, even2, 0xdd));
        store(out + (12 + j) * ld_out, _mm512_shuffle_f32x4(odd, odd2, 0xdd));
    }
}

static inline float sum(F a) { return _mm512_reduce_add_ps(a); }
static inline float largest(F a) { return _mm512_reduce_max_ps(a); }
static inline F times_power_of_two(F x, F n) { return _mm512_scalef_ps(x, n); }
static inline void to_int8(F x, int8_t* out) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(x)));
}
