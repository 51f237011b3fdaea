// Products of packed rows with 512 bits. Included inside a namespace, after vec_avx512.h and one of fields_*.h, which
// say how the four fields of a packed byte are taken: Products, and field.

// Four blocks of a row are one vector of packed bytes: run k of each of them side by side. A token's activations are
// put into the same order once.
constexpr int SUPER = 4;          // blocks that are one vector
constexpr int MATVEC_ROWS = 16;   // rows of a token's product whose sums become one vector
constexpr int REGISTER_ROWS = 4;  // and of which the running sums fit into the registers
// A prompt's: rows whose sums are neighbours in a vector, so that no sum runs across one.
constexpr int TILE_ROWS = 2 * W;
constexpr int TILE_TOKENS = 12;

// Rows of a tile that are given out; the first of them goes to where the output begins.
struct Lanes {
    int from, to;
};

static inline __mmask64 first_bytes(int n) { return n >= 64 ? ~__mmask64(0) : (__mmask64(1) << n) - 1; }

// Activations in the order of packed vectors.
static void arrange(const int8_t* x, int cols, int8_t* out) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    for (int first = 0; first < blocks; first += SUPER) {
        const int count = at_most(SUPER, blocks - first);
        for (int b = 0; b < count; b++)
            for (int k = 0; k < 4; k++)
                _mm_storeu_si128(reinterpret_cast<__m128i*>(out + first * BLOCK + (k * count + b) * BLOCK_BYTES),
                                 _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + (first + b) * BLOCK) + k));
    }
}

// Sums across each of sixteen vectors of int32: halves change places until a vector holds one sum of each.
static inline __m512i sums_of_sixteen(const __m512i* v) {
    __m512i pairs[8], fours[4], lanes[2];
    for (int i = 0; i < 8; i++)
        pairs[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]),
                                    _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]));
    for (int i = 0; i < 4; i++)
        fours[i] = _mm512_add_epi32(_mm512_unpacklo_epi64(pairs[2 * i], pairs[2 * i + 1]),
                                    _mm512_unpackhi_epi64(pairs[2 * i], pairs[2 * i + 1]));
    const auto fold = [](__m512i a, __m512i b) {
        return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
    };
    for (int i = 0; i < 2; i++) lanes[i] = fold(fours[2 * i], fours[2 * i + 1]);
    return fold(lanes[0], lanes[1]);
}

// R rows times activations that were arranged: a vector of sums for each. Memory is asked for `ahead` bytes from them.
template <int R>
static inline void packed_rows(const uint8_t* codes, size_t row_bytes, int blocks, const int8_t* x, ptrdiff_t ahead,
                               __m512i* out) {
    Products products[R];
    int b = 0;
    for (; b + SUPER <= blocks; b += SUPER, x += SUPER * BLOCK) {
        const __m512i runs[4] = {load_bytes(x), load_bytes(x + 64), load_bytes(x + 128), load_bytes(x + 192)};
        for (int r = 0; r < R; r++) {
            const size_t at = r * row_bytes + b * BLOCK_BYTES;
            prefetch(codes + at + ahead);
            products[r].add(load_bytes(codes + at), runs);
        }
    }
    if (b < blocks) {
        const int bytes = (blocks - b) * BLOCK_BYTES;
        const __mmask64 there = first_bytes(bytes);
        __m512i runs[4];
        for (int k = 0; k < 4; k++) runs[k] = _mm512_maskz_loadu_epi8(there, x + k * bytes);
        for (int r = 0; r < R; r++)
            products[r].add(_mm512_maskz_loadu_epi8(there, codes + r * row_bytes + b * BLOCK_BYTES), runs);
    }
    for (int r = 0; r < R; r++) out[r] = products[r].sums();
}

static void ternary_arranged(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, Quantised q,
                             const uint8_t* next, float* out, bool add_to) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    const size_t row_bytes = size_t(blocks) * BLOCK_BYTES;
    const __m512i centre = _mm512_set1_epi32(q.sum);
    const F factor = set1(q.scale * scale);
    const auto scaled = [&](__m512i sums) { return mul(_mm512_cvtepi32_ps(_mm512_sub_epi32(sums, centre)), factor); };
    const uint8_t* last = codes + rows * row_bytes - AHEAD;  // from here on, what lies AHEAD is another's
    int r = 0;
    for (; r + MATVEC_ROWS <= rows; r += MATVEC_ROWS) {
        const uint8_t* first = codes + r * row_bytes;
        const ptrdiff_t ahead = first + MATVEC_ROWS * row_bytes <= last ? ptrdiff_t(AHEAD) : next - last;
        __m512i sums[MATVEC_ROWS];
        for (int part = 0; part < MATVEC_ROWS; part += REGISTER_ROWS)
            packed_rows<REGISTER_ROWS>(first + part * row_bytes, row_bytes, blocks, x, ahead, sums + part);
        F y = scaled(sums_of_sixteen(sums));
        if (add_to) y = add(load(out + r), y);
        store(out + r, y);
    }
    for (; r < rows; r++) {
        __m512i sums;
        packed_rows<1>(codes + r * row_bytes, row_bytes, blocks, x, next - last, &sums);
        const float y = _mm512_cvtss_f32(scaled(_mm512_set1_epi32(_mm512_reduce_add_epi32(sums))));
        out[r] = add_to ? out[r] + y : y;
    }
}

constexpr auto ARRANGE = arrange;
constexpr auto TERNARY_ARRANGED = ternary_arranged;

// TILE_ROWS packed rows, the last of them again where there are fewer, as vectors of 16 rows by 4 neighbouring weights.
static void unpack_tile(const uint8_t* codes, int rows, int blocks, uint8_t* out) {
    const size_t row_bytes = size_t(blocks) * BLOCK_BYTES;
    for (int half = 0; half * W < rows; half++)
        for (int b = 0; b < blocks; b++) {
            __m512i v[4];
            for (int i = 0; i < 4; i++) {
                const auto block = [&](int lane) {
                    const int row = at_most(half * W + lane * 4 + i, rows - 1);
                    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + row * row_bytes + b * BLOCK_BYTES));
                };
                v[i] = _mm512_castsi128_si512(block(0));
                v[i] = _mm512_inserti32x4(v[i], block(1), 1);
                v[i] = _mm512_inserti32x4(v[i], block(2), 2);
                v[i] = _mm512_inserti32x4(v[i], block(3), 3);
            }
            // Within each lane, four rows by four words are transposed.
            const __m512i a = _mm512_unpacklo_epi32(v[0], v[1]), c = _mm512_unpackhi_epi32(v[0], v[1]);
            const __m512i d = _mm512_unpacklo_epi32(v[2], v[3]), e = _mm512_unpackhi_epi32(v[2], v[3]);
            const __m512i words[4] = {_mm512_unpacklo_epi64(a, d), _mm512_unpackhi_epi64(a, d),
                                      _mm512_unpacklo_epi64(c, e), _mm512_unpackhi_epi64(c, e)};
            uint8_t* place = out + (size_t(b) * (BLOCK / 4) * 2 + half) * 64;
            for (int w = 0; w < 4; w++)
                for (int k = 0; k < 4; k++) _mm512_storeu_si512(place + size_t(4 * k + w) * 128, field(words[w], k));
        }
}

// Sums of sixteen, as such: of __m512i, which is of eight wider ones to GCC, it keeps copies in memory.
#if defined(__GNUC__)
typedef int32_t Sixteen __attribute__((vector_size(64)));
#else
using Sixteen = __m512i;
#endif

// T tokens times an unpacked tile of H vectors of rows.
template <int T, int H>
static inline void tile_tokens(const uint8_t* w, Lanes rows, int width, float scale, const int8_t* x,
                               const Quantised* q, float* out, size_t ld, bool add_to) {
    Sixteen sums[T][H];
    for (int t = 0; t < T; t++)
        for (int h = 0; h < H; h++) sums[t][h] = Sixteen(_mm512_setzero_si512());
    for (int c = 0; c < width; c += 4) {
        __m512i weights[H];
        for (int h = 0; h < H; h++) weights[h] = load_bytes(w + size_t(c) * 32 + h * 64);
        for (int t = 0; t < T; t++) {
            int32_t four;
            memcpy(&four, x + size_t(t) * width + c, sizeof four);
            const __m512i values = _mm512_set1_epi32(four);
            for (int h = 0; h < H; h++)
                sums[t][h] = Sixteen(_mm512_dpbusd_epi32(__m512i(sums[t][h]), weights[h], values));
        }
    }
    for (int t = 0; t < T; t++) {
        const __m512i centre = _mm512_set1_epi32(q[t].sum);
        const F factor = set1(q[t].scale * scale);
        for (int h = 0; h < H; h++) {
            const uint64_t given = (uint64_t(1) << rows.to) - (uint64_t(1) << rows.from);
            const __mmask16 there = __mmask16(given >> (h * W));
            F y = mul(_mm512_cvtepi32_ps(_mm512_sub_epi32(__m512i(sums[t][h]), centre)), factor);
            float* place = out + t * ld + h * W - rows.from;
            if (add_to) y = add(_mm512_maskz_loadu_ps(there, place), y);
            _mm512_mask_storeu_ps(place, there, y);
        }
    }
}

template <int H>
static void tile(const uint8_t* w, Lanes rows, int width, float scale, const int8_t* x, const Quantised* q, int tokens,
                 float* out, size_t ld, bool add_to) {
    int t = 0;
    for (; t + TILE_TOKENS <= tokens; t += TILE_TOKENS)
        tile_tokens<TILE_TOKENS, H>(w, rows, width, scale, x + size_t(t) * width, q + t, out + t * ld, ld, add_to);
    for (; t + 4 <= tokens; t += 4)
        tile_tokens<4, H>(w, rows, width, scale, x + size_t(t) * width, q + t, out + t * ld, ld, add_to);
    for (; t < tokens; t++)
        tile_tokens<1, H>(w, rows, width, scale, x + size_t(t) * width, q + t, out + t * ld, ld, add_to);
}

static void ternary(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, const Quantised* q,
                    int tokens, float* out, size_t ld, bool add_to, uint8_t* unpacked) {
    const int blocks = (cols + BLOCK - 1) / BLOCK, width = blocks * BLOCK;
    if (tokens == 1) {
        int8_t* arranged = reinterpret_cast<int8_t*>(unpacked);
        arrange(x, cols, arranged);
        ternary_arranged(codes, rows, cols, scale, arranged, *q, codes, out, add_to);
        return;
    }
    for (int r = 0; r < rows; r += TILE_ROWS) {
        const int here = at_most(TILE_ROWS, rows - r);
        unpack_tile(codes + r * size_t(blocks) * BLOCK_BYTES, here, blocks, unpacked);
        (here > W ? tile<2> : tile<1>)(unpacked, {0, here}, width, scale, x, q, tokens, out + r, ld, add_to);
    }
}

// R rows of stored bytes times x: a vector of sums for each.
template <int R>
static inline void int8_products(const uint8_t* w, size_t ld, int n, const int8_t* x, ptrdiff_t ahead, __m512i* sums) {
    for (int r = 0; r < R; r++) sums[r] = _mm512_setzero_si512();
    int i = 0;
    for (; i + 64 <= n; i += 64) {
        const __m512i values = load_bytes(x + i);
        for (int r = 0; r < R; r++) {
            prefetch(w + r * ld + i + ahead);
            sums[r] = _mm512_dpbusd_epi32(sums[r], load_bytes(w + r * ld + i), values);
        }
    }
    if (i < n) {
        const __mmask64 there = first_bytes(n - i);
        const __m512i values = load_bytes(x + i);  // padded
        for (int r = 0; r < R; r++)
            sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_maskz_loadu_epi8(there, w + r * ld + i), values);
    }
}

// Rows of whole numbers above `zero`. one(row, sums) gives the sums of a row, sixteen(row, sums) of that and those
// after it.
template <class One, class Many>
static inline void scaled_rows(const float* scales, int rows, int zero, Quantised q, float* out, One one,
                               Many sixteen) {
    const int32_t centre = zero * q.sum;
    int r = 0;
    for (; r + MATVEC_ROWS <= rows; r += MATVEC_ROWS) {
        __m512i sums[MATVEC_ROWS];
        sixteen(r, sums);
        const __m512i whole = _mm512_sub_epi32(sums_of_sixteen(sums), _mm512_set1_epi32(centre));
        store(out + r, mul(_mm512_cvtepi32_ps(whole), mul(load(scales + r), set1(q.scale))));
    }
    for (; r < rows; r++) {
        __m512i sums;
        one(r, &sums);
        out[r] = float(_mm512_reduce_add_epi32(sums) - centre) * (scales[r] * q.scale);
    }
}

static void int8_rows(const uint8_t* w, const float* scales, int rows, int n, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t ld = size_t(n);
    scaled_rows(
        scales, rows, INT8_ZERO, q, out,
        [&](int r, __m512i* sums) { int8_products<1>(w + r * ld, ld, n, x, ahead, sums); },
        [&](int r, __m512i* sums) { int8_products<MATVEC_ROWS>(w + r * ld, ld, n, x, ahead, sums); });
}

// R rows of five bits times x: a vector of sums for each. The fifth bits of a block are a mask.
template <int R>
static inline void int5_products(const uint8_t* w, size_t row_bytes, int blocks, const int8_t* x, ptrdiff_t ahead,
                                 __m512i* sums) {
    for (int r = 0; r < R; r++) sums[r] = _mm512_setzero_si512();
    const __m512i fifth = _mm512_set1_epi8(16);
    for (int b = 0; b < blocks; b++) {
        const __m512i values = load_bytes(x + b * BLOCK);
        for (int r = 0; r < R; r++) {
            const uint8_t* row = w + r * row_bytes;
            prefetch(row + b * INT5_BYTES + ahead);
            const __m512i low = halves(row + b * INT5_LOW_BYTES);
            uint64_t high;
            memcpy(&high, row + blocks * INT5_LOW_BYTES + b * INT5_HIGH_BYTES, sizeof high);
            const __m512i whole = _mm512_mask_add_epi8(low, _cvtu64_mask64(high), low, fifth);
            sums[r] = _mm512_dpbusd_epi32(sums[r], whole, values);
        }
    }
}

static void int5_rows(const uint8_t* w, const float* scales, int rows, int blocks, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t row_bytes = size_t(blocks) * INT5_BYTES;
    scaled_rows(
        scales, rows, INT5_ZERO, q, out,
        [&](int r, __m512i* sums) { int5_products<1>(w + r * row_bytes, row_bytes, blocks, x, ahead, sums); },
        [&](int r, __m512i* sums) {
            for (int part = 0; part < MATVEC_ROWS; part += REGISTER_ROWS)
                int5_products<REGISTER_ROWS>(w + (r + part) * row_bytes, row_bytes, blocks, x, ahead, sums + part);
        });
}

#include "ternary5in3_avx512.h"

// Grouped products have eight rows in a vector, of 256 bits.
static inline __m256i nibble_dot(__m256i sums, __m256i w, __m256i x) { return _mm256_dpbusd_epi32(sums, w, x); }
static inline __m256i nibble_total(__m256i sums) { return sums; }
static inline __m256i signed_dot(__m256i sums, __m256i w, __m256i x) {
    return _mm256_dpbusd_epi32(sums, _mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
}
#include "grouped_x86.h"
