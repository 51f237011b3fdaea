// The fields of packed bytes by shifts and masks. Included inside a namespace, after vec_avx512.h.

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
