// The fields of packed bytes by GFNI: a matrix of bits times each byte takes a field from its place and leaves out the
// others, in one instruction. Included inside a namespace, after vec_avx512.h.

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
