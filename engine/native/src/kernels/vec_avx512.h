// Vectors of AVX-512: sixteen floats, and the 2-bit fields of 64 packed bytes, which are taken by GFNI where the set
// has it. Included inside a namespace.

constexpr int W = 16;
constexpr int REGISTERS = 32;
constexpr bool FUSED = true;
using F = __m512;

static inline F load(const float* p) { return _mm512_loadu_ps(p); }
static inline void store(float* p, F x) { _mm512_storeu_ps(p, x); }
static inline __m512i load_bytes(const void* p) { return _mm512_loadu_si512(p); }
static inline F load_halves(const uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
static inline void store_halves(uint16_t* p, F x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}
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

#if defined(BL_HAVE_AVX512_GFNI)
// A matrix of bits times each byte takes a field from its place and leaves out the others, in one instruction.

// Field k of each byte, 0 to 3, as a byte. Byte 7 - i of the matrix names the bits whose sum is bit i of the result.
static inline __m512i field(__m512i v, int k) {
    const uint64_t matrix = uint64_t(0x0102) << (48 + 2 * k);
    return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64(int64_t(matrix)), 0);
}

// Words moved up by one bit, with the highest bits of others below.
static inline __m512i pushed(__m512i words, __m512i from) { return _mm512_shldi_epi16(words, from, 1); }

// The 64 lower halves of weights that 32 bytes hold: the lower ones of all bytes, then the upper ones.
static inline __m512i halves(const uint8_t* p) {
    const __m512i twice = _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    constexpr int64_t LOWER = 0x0102040800000000, UPPER = 0x1020408000000000;
    return _mm512_gf2p8affine_epi64_epi8(twice,
                                         _mm512_setr_epi64(LOWER, LOWER, LOWER, LOWER, UPPER, UPPER, UPPER, UPPER), 0);
}

// Running sums of the products of a row's fields with the activations of each.
struct Products {
    __m512i all = _mm512_setzero_si512();

    void add(__m512i v, const __m512i* runs) {
        for (int k = 0; k < 4; k++) all = _mm512_dpbusd_epi32(all, field(v, k), runs[k]);
    }
    __m512i sums() const { return all; }
};

#else
// Without GFNI: shifts and masks.

// Field k of each byte, 0 to 3, as a byte.
static inline __m512i field(__m512i v, int k) {
    return _mm512_and_si512(_mm512_srl_epi32(v, _mm_cvtsi32_si128(2 * k)), _mm512_set1_epi8(3));
}

// Words moved up by one bit, with the highest bits of others below.
static inline __m512i pushed(__m512i words, __m512i from) {
    return _mm512_or_si512(_mm512_add_epi16(words, words), _mm512_srli_epi16(from, 15));
}

// The 64 lower halves of weights that 32 bytes hold: the lower ones of all bytes, then the upper ones.
static inline __m512i halves(const uint8_t* p) {
    const __m512i twice = _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return _mm512_and_si512(_mm512_srlv_epi64(twice, _mm512_setr_epi64(0, 0, 0, 0, 4, 4, 4, 4)), _mm512_set1_epi8(15));
}

// Running sums of the products of a row's fields with the activations of each. Two of the four fields need no shift:
// what stands two bits higher gives products that are four times too large, in a sum of their own that is shifted back
// at the end.
struct Products {
    __m512i plain = _mm512_setzero_si512(), fourfold = _mm512_setzero_si512();

    void add(__m512i v, const __m512i* runs) {
        const __m512i low = _mm512_set1_epi8(0x03), next = _mm512_set1_epi8(0x0c), upper = _mm512_srli_epi32(v, 4);
        plain = _mm512_dpbusd_epi32(plain, _mm512_and_si512(v, low), runs[0]);
        fourfold = _mm512_dpbusd_epi32(fourfold, _mm512_and_si512(v, next), runs[1]);
        plain = _mm512_dpbusd_epi32(plain, _mm512_and_si512(upper, low), runs[2]);
        fourfold = _mm512_dpbusd_epi32(fourfold, _mm512_and_si512(upper, next), runs[3]);
    }
    __m512i sums() const { return _mm512_add_epi32(plain, _mm512_srai_epi32(fourfold, 2)); }
};
#endif
