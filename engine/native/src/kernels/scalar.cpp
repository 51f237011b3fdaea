// Plain C++ for any processor. A vector of eight floats keeps the order of sums of the wider sets.
#include <math.h>
#include <string.h>

#include "kernels.h"

namespace scalar {
constexpr int W = 8;
constexpr int REGISTERS = 16;
constexpr bool FUSED = false;
struct F {
    float v[W];
};

#define EACH(expression)                                 \
    F out;                                               \
    for (int i = 0; i < W; i++) out.v[i] = (expression); \
    return out

static inline F load(const float* p) { EACH(p[i]); }
static inline void store(float* p, F x) {
    for (int i = 0; i < W; i++) p[i] = x.v[i];
}
static inline F load_halves(const uint16_t* p) { EACH(half_to_float(p[i])); }
static inline void store_halves(uint16_t* p, F x) {
    for (int i = 0; i < W; i++) p[i] = float_to_half(x.v[i]);
}
static inline F set1(float x) { EACH(x); }
static inline F add(F a, F b) { EACH(a.v[i] + b.v[i]); }
static inline F sub(F a, F b) { EACH(a.v[i] - b.v[i]); }
static inline F mul(F a, F b) { EACH(a.v[i] * b.v[i]); }
static inline F div(F a, F b) { EACH(a.v[i] / b.v[i]); }
static inline F ratio(F a, F b) { return div(a, b); }
static inline F fma(F a, F b, F c) { EACH(a.v[i] * b.v[i] + c.v[i]); }
// As the vector instructions: the second where either is NaN.
static inline F max(F a, F b) { EACH(a.v[i] > b.v[i] ? a.v[i] : b.v[i]); }
static inline F min(F a, F b) { EACH(a.v[i] < b.v[i] ? a.v[i] : b.v[i]); }
static inline F abs(F a) { EACH(a.v[i] < 0 ? -a.v[i] : a.v[i]); }
static inline void prefetch(const void*) {}
static inline float root(float x) { return sqrtf(x); }

static inline float sum(F a) {
    return ((a.v[0] + a.v[4]) + (a.v[2] + a.v[6])) + ((a.v[1] + a.v[5]) + (a.v[3] + a.v[7]));
}
static inline float largest(F a) {
    float top = a.v[0];
    for (int i = 1; i < W; i++) top = a.v[i] > top ? a.v[i] : top;
    return top;
}
// 2^n for whole -126 <= n <= 127; anything that is not such a number gives NaN.
static inline F power_of_two(F n) {
    EACH(n.v[i] >= -126.0f && n.v[i] <= 127.0f ? ldexpf(1.0f, int(n.v[i])) : n.v[i] - n.v[i] + NAN);
}
static inline F times_power_of_two(F x, F n) { return mul(x, power_of_two(n)); }
static inline void to_int8(F x, int8_t* out) {
    for (int i = 0; i < W; i++) out[i] = int8_t(x.v[i]);
}

// out[j] = stored weights of row j times x, which has `blocks` blocks.
static void ternary_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, const int8_t* x, int32_t* out) {
    for (int r = 0; r < rows; r++) {
        const uint8_t* row = codes + r * row_bytes;
        int32_t total = 0;
        for (int b = 0; b < blocks; b++)
            for (int j = 0; j < BLOCK_BYTES; j++) {
                const int8_t* at = x + b * BLOCK + j;
                const int byte = row[b * BLOCK_BYTES + j];
                total +=
                    (byte & 3) * at[0] + (byte >> 2 & 3) * at[16] + (byte >> 4 & 3) * at[32] + (byte >> 6) * at[48];
            }
        out[r] = total;
    }
}

static void unpack_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, uint8_t* out) {
    for (int r = 0; r < rows; r++)
        for (int b = 0; b < blocks; b++)
            for (int j = 0; j < BLOCK; j++) {
                const uint8_t byte = codes[r * row_bytes + b * BLOCK_BYTES + j % BLOCK_BYTES];
                out[(size_t(r) * blocks + b) * BLOCK + j] = byte >> (2 * (j / BLOCK_BYTES)) & 3;
            }
}

// out[i * GROUP + j] = row j of w times token i of x; both have `width` columns.
static void unpacked_group(const uint8_t* w, size_t ld, int rows, int width, const int8_t* x, int tokens,
                           int32_t* out) {
    for (int i = 0; i < tokens; i++)
        for (int r = 0; r < rows; r++) {
            int32_t total = 0;
            for (int c = 0; c < width; c++) total += int(w[r * ld + c]) * x[i * ld + c];
            out[i * GROUP + r] = total;
        }
}

// out[j] = (row j - 128) . x
static void int8_group(const uint8_t* w, size_t ld, int rows, int n, const int8_t* x, int32_t, ptrdiff_t,
                       int32_t* out) {
    for (int r = 0; r < rows; r++) {
        int32_t total = 0;
        for (int i = 0; i < n; i++) total += (int(w[r * ld + i]) - INT8_ZERO) * x[i];
        out[r] = total;
    }
}

// out[j] = the stored weights of row j, of five bits, times x
static void int5_group(const uint8_t* w, size_t row_bytes, int rows, int blocks, const int8_t* x, ptrdiff_t,
                       int32_t* out) {
    for (int r = 0; r < rows; r++) {
        int32_t total = 0;
        for (int i = 0; i < blocks * BLOCK; i++) total += int5_at(w + r * row_bytes, blocks, i) * x[i];
        out[r] = total;
    }
}

// A line of ternary5in3, and what each code gives.
constexpr int WORDS = TRIPLE_ROWS, TABLE_BYTES = 2 * 2 * CODE_SIGN;
struct Words {
    uint16_t v[WORDS];
};
#define EACH_WORD(expression)                                        \
    Words out;                                                       \
    for (int i = 0; i < WORDS; i++) out.v[i] = uint16_t(expression); \
    return out

static inline Words zero_words() { return {}; }
static inline Words load_words(const uint8_t* p) { EACH_WORD(p[2 * i] | p[2 * i + 1] << 8); }
static inline Words add_words(const Words& a, const Words& b) { EACH_WORD(a.v[i] + b.v[i]); }
static inline Words pushed(const Words& a, const Words& from) { EACH_WORD(a.v[i] << 1 | from.v[i] >> 15); }
struct Table {
    uint16_t of[2 * CODE_SIGN];
};
static inline Table load_table(const uint8_t* p) {
    Table table;
    memcpy(&table, p, sizeof table);
    return table;
}
template <int K>
static inline Words value(const Words& w, const Table& table) {
    EACH_WORD(table.of[w.v[i] >> (K * CODE_BITS) & (2 * CODE_SIGN - 1)]);
}
#undef EACH_WORD

static void tabulate(const int8_t* x, int cols, uint8_t* tables) {
    const int count = row_triples(cols);
    for (int i = 0; i < count; i++, tables += TABLE_BYTES) {
        const auto at = [&](int c) { return c < cols ? x[c] : 0; };
        Table table;
        for (int code = 0; code < 2 * CODE_SIGN; code++) {
            const int8_t* digits = DIGITS.of[code];
            table.of[code] = uint16_t(digits[0] * at(3 * i) + digits[1] * at(3 * i + 1) + digits[2] * at(3 * i + 2));
        }
        memcpy(tables, &table, sizeof table);
    }
}
static inline void add_to_sums(const Words& words, int32_t* sums) {
    for (int i = 0; i < WORDS; i++) sums[i] += int16_t(words.v[i]);
}

template <bool Four, bool Super>
static void grouped_product(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out,
                            size_t ld, bool add_to) {
    constexpr GroupForm FORM{Four ? 4 : 8, Super};
    for (int r = 0; r < rows; r++)
        for (int t = 0; t < tokens; t++) {
            const GroupedActivations token = x.token(t);
            float y = 0;
            for (int g = 0; g < x.groups; g++) {
                const GroupOfRow group =
                    group_of_row(FORM, tiles + r / TILE_LANES * FORM.rows(x.groups), g, r % TILE_LANES);
                int32_t sums[2] = {};
                for (int c = 0; c < GROUP_COLUMNS; c++)
                    sums[c / (GROUP_COLUMNS / 2)] += group.whole[c] * token.whole[g * GROUP_COLUMNS + c];
                y += (float(sums[0]) * group.scales[0] + float(sums[1]) * group.scales[1]) * token.scales[g];
                y += group.minimum * token.sums[g];
            }
            float* place = out + t * ld + r;
            *place = add_to ? *place + y : y;
        }
}

#include "products_impl.h"

#include "kernels_impl.h"
}  // namespace scalar

const Kernels* scalar_kernels() {
    static const Kernels kernels = scalar::table("scalar");
    return &kernels;
}
