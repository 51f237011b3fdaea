// The packed form `ternary5in3`: three ternary weights in a code of five bits (engine/ops/ternary/ternary5in3.py), a
// triple.
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline int at_most(int a, int b) { return a < b ? a : b; }

// 64 rows lie side by side. A line has 16 bits
// of each row, which are three codes; the bits that are left over in the five lines of a span are one more.
constexpr int TRIPLE_ROWS = 64, LINE_BYTES = 2 * TRIPLE_ROWS;
constexpr int LINE_TRIPLES = 3, LINE_COLUMNS = 9;
constexpr int SPAN_LINES = 5, SPAN_TRIPLES = 16, SPAN_COLUMNS = 48;
constexpr int CODE_BITS = 5, CODE_SIGN = 16, CODE_LARGEST = 13;
// What each code of a triple gives with its activations takes so much at most, in the form that a set likes.
constexpr int MOST_TABLE_BYTES = 64;

// Spans of a row whose codes are all needed, and the lines behind them, in which no bit left over is.
static inline int row_spans(int cols) { return (cols + 2) / SPAN_COLUMNS; }
static inline int rest_lines(int cols) {
    const int rest = cols - row_spans(cols) * SPAN_COLUMNS;
    return rest > 0 ? (rest + LINE_COLUMNS - 1) / LINE_COLUMNS : 0;
}
static inline int row_triples(int cols) { return row_spans(cols) * SPAN_TRIPLES + rest_lines(cols) * LINE_TRIPLES; }
static inline size_t group_bytes(int cols) {
    return size_t(row_spans(cols) * SPAN_LINES + rest_lines(cols)) * LINE_BYTES;
}

// The code of triple `i` of a row of a group.
static inline int triple(const uint8_t* group, int row, int i) {
    const int span = i / SPAN_TRIPLES, place = i % SPAN_TRIPLES;
    const uint8_t* lines = group + (size_t(span) * SPAN_LINES) * LINE_BYTES + 2 * row;
    const auto word = [&](int line) { return lines[line * LINE_BYTES] | lines[line * LINE_BYTES + 1] << 8; };
    if (place < SPAN_TRIPLES - 1) return word(place / LINE_TRIPLES) >> (CODE_BITS * (place % LINE_TRIPLES)) & 31;
    int code = 0;
    for (int line = 0; line < SPAN_LINES; line++) code = code << 1 | word(line) >> 15;
    return code;
}

// The weights of a code: the digits of a balanced ternary number, lowest first, of which it has sign and magnitude.
struct TripleDigits {
    int8_t of[2 * CODE_SIGN][3];
};
constexpr TripleDigits triple_digits() {
    TripleDigits digits = {};
    for (int code = 0; code < 2 * CODE_SIGN; code++) {
        int left = code % CODE_SIGN;
        for (int i = 0; i < 3 && code % CODE_SIGN <= CODE_LARGEST; i++) {
            const int digit = (left + 1) % 3 - 1;
            digits.of[code][i] = int8_t(code < CODE_SIGN ? digit : -digit);
            left = (left - digit) / 3;
        }
    }
    return digits;
}
constexpr TripleDigits DIGITS = triple_digits();

// Tables for sets that look up bytes among sixteen: the lower bytes of what the codes without a sign give, then the
// upper ones. A code of zero gives zero in both.
constexpr int NIBBLE_TABLE_BYTES = 2 * CODE_SIGN;
static inline void tabulate_nibbles(const int8_t* x, int cols, uint8_t* tables) {
    int16_t digits[3][CODE_SIGN];
    for (int i = 0; i < 3; i++)
        for (int code = 0; code < CODE_SIGN; code++) digits[i][code] = DIGITS.of[code][i];
    const int count = row_triples(cols);
    for (int i = 0; i < count; i++, tables += NIBBLE_TABLE_BYTES) {
        const auto at = [&](int c) { return int16_t(c < cols ? x[c] : 0); };
        const int16_t a = at(3 * i), b = at(3 * i + 1), c = at(3 * i + 2);
        for (int code = 0; code < CODE_SIGN; code++) {
            const int16_t value = int16_t(a * digits[0][code] + b * digits[1][code] + c * digits[2][code]);
            tables[code] = uint8_t(value);
            tables[CODE_SIGN + code] = uint8_t(value >> 8);
        }
    }
}
