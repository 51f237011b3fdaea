// Triples with 512 bits: a line is two vectors, and what the codes of a triple give is one. Included inside a
// namespace, after products_avx512.h.

constexpr int WORDS = 32, TABLE_BYTES = 64;
using Words = __m512i;
// Read once, and held in a register: GCC would rather read memory again at every use.
static inline __m512i held(__m512i v) {
#if defined(__GNUC__)
    asm("" : "+v"(v));
#endif
    return v;
}
static inline Words zero_words() { return _mm512_setzero_si512(); }
static inline Words load_words(const uint8_t* p) { return held(load_bytes(p)); }
static inline Words add_words(Words a, Words b) { return _mm512_add_epi16(a, b); }
// The lowest five bits of a word choose one of the 32 of a table; what stands above them does not matter.
using Table = __m512i;
static inline Table load_table(const uint8_t* p) { return held(load_bytes(p)); }
template <int K>
static inline Words value(Words w, Table table) {
    return _mm512_permutexvar_epi16(_mm512_srli_epi16(w, K * CODE_BITS), table);
}
static inline void add_to_sums(Words words, int32_t* sums) {
    const __m512i low = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(words));
    const __m512i high = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(words, 1));
    _mm512_storeu_si512(sums, _mm512_add_epi32(_mm512_loadu_si512(sums), low));
    _mm512_storeu_si512(sums + W, _mm512_add_epi32(_mm512_loadu_si512(sums + W), high));
}

#include "ternary5in3_impl.h"

// A table comes out of two dot products, each of sixteen codes' digits with the activations, which are made unsigned by
// adding 128: the sums begin with what that adds too much. Packing takes four of each in io.
struct TablePattern {
    int8_t digits[2][64];
    int32_t begin[2][16];
};
constexpr TablePattern table_pattern() {
    TablePattern pattern = {};
    for (int code = 0; code < 2 * CODE_SIGN; code++) {
        const int half = code / 4 % 2, lane = code / 8 * 4 + code % 4;
        for (int i = 0; i < 3; i++) {
            pattern.digits[half][4 * lane + i] = DIGITS.of[code][i];
            pattern.begin[half][lane] -= 128 * DIGITS.of[code][i];
        }
    }
    return pattern;
}
alignas(64) static constexpr TablePattern PATTERN = table_pattern();

static void tabulate(const int8_t* x, int cols, uint8_t* tables) {
    constexpr int PART = 64;  // ternary5in3 whose activations are made unsigned together
    const __m512i digits[2] = {load_bytes(PATTERN.digits[0]), load_bytes(PATTERN.digits[1])};
    const __m512i begin[2] = {load_bytes(PATTERN.begin[0]), load_bytes(PATTERN.begin[1])};
    const int count = row_triples(cols);
    for (int first = 0; first < count; first += PART) {
        alignas(64) uint8_t raised[3 * PART + 64];
        for (int i = 0; i < 3 * PART + 64; i += 64) {
            const int at = 3 * first + i;
            const __m512i there = _mm512_maskz_loadu_epi8(first_bytes(cols > at ? cols - at : 0), x + at);
            _mm512_store_si512(raised + i, _mm512_xor_si512(there, _mm512_set1_epi8(-128)));
        }
        for (int i = 0; i < at_most(PART, count - first); i++) {
            int32_t four;
            memcpy(&four, raised + 3 * i, sizeof four);
            const __m512i values = _mm512_set1_epi32(four);
            _mm512_storeu_si512(tables + (first + i) * TABLE_BYTES,
                                _mm512_packs_epi32(_mm512_dpbusd_epi32(begin[0], values, digits[0]),
                                                   _mm512_dpbusd_epi32(begin[1], values, digits[1])));
        }
    }
}

// Two neighbouring weights of each code, as they are unpacked, -1 above 0: the first two, the last two, the first alone
// in the upper byte, the last alone in the lower one.
enum Pair { FIRST_TWO, LAST_TWO, FIRST_ABOVE, LAST_BELOW };
struct PairTables {
    uint8_t of[4][TABLE_BYTES];
};
constexpr PairTables pair_tables() {
    PairTables tables = {};
    for (int code = 0; code < 2 * CODE_SIGN; code++) {
        const auto stored = [&](int i) { return uint8_t(DIGITS.of[code][i] + 1); };
        tables.of[FIRST_TWO][2 * code] = stored(0);
        tables.of[FIRST_TWO][2 * code + 1] = stored(1);
        tables.of[LAST_TWO][2 * code] = stored(1);
        tables.of[LAST_TWO][2 * code + 1] = stored(2);
        tables.of[FIRST_ABOVE][2 * code + 1] = stored(0);
        tables.of[LAST_BELOW][2 * code] = stored(2);
    }
    return tables;
}
alignas(64) static constexpr PairTables PAIRS = pair_tables();

// A half of a group, its words from `lines` on, as a tile of `width` columns: four codes of each row are three times
// four weights.
static void unpack_ternary5in3(const uint8_t* lines, int cols, int width, uint8_t* out) {
    const auto pair = [&](Words code, Pair which) {
        return _mm512_permutexvar_epi16(code, load_bytes(PAIRS.of[which]));
    };
    const auto order = [](int from) {  // words from .. from + 15 of one vector and of another, in io
        const __m512i both = _mm512_add_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                              _mm512_set1_epi32(from));
        return _mm512_or_si512(both, _mm512_slli_epi32(_mm512_add_epi32(both, _mm512_set1_epi32(WORDS)), 16));
    };
    const __m512i lower = order(0), upper = order(W);
    int four = 0;
    const auto write = [&](Words first, Words last) {
        if (4 * four >= width) return;
        _mm512_storeu_si512(out + size_t(four) * 128, _mm512_permutex2var_epi16(first, lower, last));
        _mm512_storeu_si512(out + size_t(four) * 128 + 64, _mm512_permutex2var_epi16(first, upper, last));
        four++;
    };
    const int count = row_triples(cols);
    for (int begin = 0; begin < count; begin += SPAN_TRIPLES, lines += SPAN_LINES * LINE_BYTES) {
        const int here = at_most(SPAN_TRIPLES, count - begin);
        Words codes[SPAN_TRIPLES], left = zero_words();
        for (Words& code : codes) code = zero_words();
        for (int line = 0; line * LINE_TRIPLES < here && line < SPAN_LINES; line++) {
            const Words w = load_words(lines + line * LINE_BYTES);
            codes[line * LINE_TRIPLES] = w;
            codes[line * LINE_TRIPLES + 1] = _mm512_srli_epi16(w, CODE_BITS);
            codes[line * LINE_TRIPLES + 2] = _mm512_srli_epi16(w, 2 * CODE_BITS);
            left = pushed(left, w);
        }
        if (here == SPAN_TRIPLES) codes[SPAN_TRIPLES - 1] = left;
        for (int i = 0; i < here; i += 4) {
            const Words* c = codes + i;
            write(pair(c[0], FIRST_TWO), _mm512_or_si512(pair(c[0], LAST_BELOW), pair(c[1], FIRST_ABOVE)));
            write(pair(c[1], LAST_TWO), pair(c[2], FIRST_TWO));
            write(_mm512_or_si512(pair(c[2], LAST_BELOW), pair(c[3], FIRST_ABOVE)), pair(c[3], LAST_TWO));
        }
    }
}

static void ternary5in3_many(const uint8_t* codes, int first, int rows, int cols, float scale, const int8_t* x,
                             const Quantised* q, int tokens, float* out, size_t ld, bool add_to, uint8_t* unpacked) {
    const int width = (cols + BLOCK - 1) / BLOCK * BLOCK;
    each_group(codes, first, rows, cols, [&](const uint8_t* group, int from, int to, int at) {
        for (int half = from / TILE_ROWS; half * TILE_ROWS < to; half++) {
            const int start = half * TILE_ROWS;
            const Lanes lanes{from > start ? from - start : 0, at_most(TILE_ROWS, to - start)};
            unpack_ternary5in3(group + half * 2 * WORDS, cols, width, unpacked);
            (lanes.to > W ? tile<2> : tile<1>)(unpacked, lanes, width, scale, x, q, tokens,
                                               out + at + start + lanes.from - from, ld, add_to);
        }
    });
}
