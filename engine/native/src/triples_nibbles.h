// Tables of triples for sets that look up bytes among sixteen: the lower bytes of what the codes without a sign give,
// then the upper ones. A code of zero gives zero in both. Included inside a namespace, before triples_impl.h.

constexpr int TABLE_BYTES = 2 * CODE_SIGN;
using Table = const uint8_t*;
static inline Table load_table(const uint8_t* p) { return p; }

static void tabulate(const int8_t* x, int cols, uint8_t* tables) {
    int16_t digits[3][CODE_SIGN];
    for (int i = 0; i < 3; i++)
        for (int code = 0; code < CODE_SIGN; code++) digits[i][code] = DIGITS.of[code][i];
    const int count = row_triples(cols);
    for (int i = 0; i < count; i++, tables += TABLE_BYTES) {
        const auto at = [&](int c) { return int16_t(c < cols ? x[c] : 0); };
        const int16_t a = at(3 * i), b = at(3 * i + 1), c = at(3 * i + 2);
        for (int code = 0; code < CODE_SIGN; code++) {
            const int16_t value = int16_t(a * digits[0][code] + b * digits[1][code] + c * digits[2][code]);
            tables[code] = uint8_t(value);
            tables[CODE_SIGN + code] = uint8_t(value >> 8);
        }
    }
}
