// Words of triples with 256 bits, for the sets of x86 without masks. Included inside a namespace, after vec_avx2.h.

#include "triples_nibbles.h"

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
