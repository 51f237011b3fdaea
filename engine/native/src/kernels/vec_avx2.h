// Vectors of AVX2 and FMA, for the sets that build on them: eight floats, 32 bytes, and sixteen words of ternary5in3.
// Included inside a namespace.

constexpr int W = 8;
constexpr int REGISTERS = 16;
constexpr bool FUSED = true;
using F = __m256;

static inline F load(const float* p) { return _mm256_loadu_ps(p); }
static inline void store(float* p, F x) { _mm256_storeu_ps(p, x); }
static inline F load_halves(const uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
static inline void store_halves(uint16_t* p, F x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}
static inline F set1(float x) { return _mm256_set1_ps(x); }
static inline F add(F a, F b) { return _mm256_add_ps(a, b); }
static inline F sub(F a, F b) { return _mm256_sub_ps(a, b); }
static inline F mul(F a, F b) { return _mm256_mul_ps(a, b); }
static inline F div(F a, F b) { return _mm256_div_ps(a, b); }
static inline F ratio(F a, F b) { return div(a, b); }
static inline F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
static inline F max(F a, F b) { return _mm256_max_ps(a, b); }
static inline F min(F a, F b) { return _mm256_min_ps(a, b); }
static inline F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
// A hint: the address may lie behind the end of what is there.
static inline void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }
static inline float root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

static inline float sum(F a) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
static inline float largest(F a) {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
static inline F power_of_two(F n) {
    const __m256i exponent = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    const F same = _mm256_sub_ps(n, n);  // 0, or NaN where n is NaN
    return _mm256_add_ps(_mm256_castsi256_ps(exponent), same);
}
static inline F times_power_of_two(F x, F n) { return mul(x, power_of_two(n)); }
static inline void to_int8(F x, int8_t* out) {
    const __m256i whole = _mm256_cvtps_epi32(x);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packs_epi16(words, words));
}

// The 64 stored weights of a block in their order, as two vectors of bytes.
struct Unpacked {
    __m256i low, high;
};
static inline Unpacked unpack_block(const uint8_t* block) {
    const __m256i twice = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block)));
    const __m256i three = _mm256_set1_epi8(3);
    const __m256i low = _mm256_srlv_epi32(twice, _mm256_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2));
    const __m256i high = _mm256_srlv_epi32(twice, _mm256_setr_epi32(4, 4, 4, 4, 6, 6, 6, 6));
    return {_mm256_and_si256(low, three), _mm256_and_si256(high, three)};
}

static void unpack_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, uint8_t* out) {
    for (int r = 0; r < rows; r++)
        for (int b = 0; b < blocks; b++) {
            const Unpacked w = unpack_block(codes + r * row_bytes + b * BLOCK_BYTES);
            __m256i* place = reinterpret_cast<__m256i*>(out + (size_t(r) * blocks + b) * BLOCK);
            _mm256_storeu_si256(place, w.low);
            _mm256_storeu_si256(place + 1, w.high);
        }
}

static inline __m256i load_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// The sums of four vectors of int32, as one vector of four.
static inline __m128i sums_of_four(__m256i a, __m256i b, __m256i c, __m256i d) {
    const __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

constexpr int TABLE_BYTES = NIBBLE_TABLE_BYTES;
using Table = const uint8_t*;
static inline Table load_table(const uint8_t* p) { return p; }
static void tabulate(const int8_t* x, int cols, uint8_t* tables) { tabulate_nibbles(x, cols, tables); }

constexpr int WORDS = 16;
using Words = __m256i;
static inline Words zero_words() { return _mm256_setzero_si256(); }
static inline Words load_words(const uint8_t* p) { return load_bytes(p); }
static inline Words add_words(Words a, Words b) { return _mm256_add_epi16(a, b); }
static inline Words pushed(Words words, Words from) {
    return _mm256_or_si256(_mm256_add_epi16(words, words), _mm256_srli_epi16(from, 15));
}
// The index stands in the lower byte of a word, and zero in the upper one, whose entry is zero. The code, moved to the
// top of the word, is negative where it has the sign, and zero only where the value is.
template <int K>
static inline Words value(Words w, Table table) {
    const auto entries = [&](int from) {
        return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table + from)));
    };
    const Words place = _mm256_and_si256(_mm256_srli_epi16(w, K * CODE_BITS), _mm256_set1_epi16(CODE_SIGN - 1));
    const Words low = _mm256_shuffle_epi8(entries(0), place), high = _mm256_shuffle_epi8(entries(CODE_SIGN), place);
    return _mm256_sign_epi16(_mm256_or_si256(low, _mm256_slli_epi16(high, 8)),
                             _mm256_slli_epi16(w, 16 - (K + 1) * CODE_BITS));
}
static inline void add_to_sums(Words words, int32_t* sums) {
    const auto add = [&](__m128i eight, int at) {
        __m256i* place = reinterpret_cast<__m256i*>(sums + at);
        _mm256_storeu_si256(place, _mm256_add_epi32(_mm256_loadu_si256(place), _mm256_cvtepi16_epi32(eight)));
    };
    add(_mm256_castsi256_si128(words), 0);
    add(_mm256_extracti128_si256(words, 1), 8);
}
