// A look through packed weights, ternary5in3 and heads of five bits for what no writer leaves. It reads as fast as the
// memory gives, with the instructions that every processor has, so it is no kernel of an instruction set.
#include <cstring>

#include "api.h"
#include "kernels/kernels.h"

namespace {
constexpr size_t SPAN_BYTES = 1 << 16;  // bytes between two looks at what was found

// Whether two neighbouring bits that make a weight are both set anywhere in `count` bytes, of whole blocks.
bool holds_three(const uint8_t* bytes, size_t count) {
    constexpr size_t WORDS = 8;
    uint64_t both[WORDS] = {};
    size_t i = 0;
    for (; i + sizeof(both) <= count; i += sizeof(both)) {
        uint64_t words[WORDS];
        std::memcpy(words, bytes + i, sizeof(words));
        for (size_t j = 0; j < WORDS; j++) both[j] |= words[j] & words[j] >> 1;
    }
    for (; i < count; i += sizeof(uint64_t)) {
        uint64_t word;
        std::memcpy(&word, bytes + i, sizeof(word));
        both[0] |= word & word >> 1;
    }
    uint64_t any = 0;
    for (uint64_t word : both) any |= word;
    return any & 0x5555555555555555;  // the lower bit of each weight; in between are the neighbours of two weights
}

// Which of the low halves in eight bytes are zero, as bits: the first byte's is the lowest.
uint64_t zero_halves(uint64_t bytes) {
    const uint64_t halves = bytes & 0x0f0f0f0f0f0f0f0f;
    const uint64_t zero = ~(halves + 0x7f7f7f7f7f7f7f7f) >> 7 & 0x0101010101010101;
    return zero * 0x0102040810204080 >> 56;
}

// Whether a block of int5 holds a stored 0: its low half is zero and its fifth bit is not set.
bool holds_zero(const uint8_t* low, const uint8_t* high) {
    uint64_t found = 0;
    for (int i = 0; i < INT5_LOW_BYTES / 8; i++) {
        uint64_t word;
        std::memcpy(&word, low + 8 * i, sizeof(word));
        found |= zero_halves(word) & ~uint64_t(high[i]) & 0xff;
        found |= zero_halves(word >> 4) & ~uint64_t(high[INT5_LOW_BYTES / 8 + i]) & 0xff;
    }
    return found;
}

// Whether the padding of a row's last block is all zero weights, which are stored as 1.
bool padded_with_zeros(const uint8_t* block, int cols) {
    for (int place = cols % BLOCK; place < BLOCK; place++)
        if ((block[place % BLOCK_BYTES] >> (2 * (place / BLOCK_BYTES)) & 3) != 1) return false;
    return true;
}
// Lines of ternary5in3, four words at a time, and in each of these the lowest bits of its codes, and the bit left over.
constexpr int QUADS = LINE_BYTES / 8;
constexpr uint64_t CODES = 0x0421042104210421, LEFT = 0x8000800080008000;

uint64_t quad(const uint8_t* line, int i) {
    uint64_t word;
    std::memcpy(&word, line + i * sizeof(word), sizeof(word));
    return word;
}

// Of five bits, from the sign down, in the same place of five words: whether they are a code that no weights have.
uint64_t no_code(uint64_t sign, uint64_t b3, uint64_t b2, uint64_t b1, uint64_t b0) {
    return (b3 & b2 & b1) | (sign & ~(b3 | b2 | b1 | b0));  // above 13, or zero with a sign
}
uint64_t no_codes(uint64_t w) { return no_code(w >> 4, w >> 3, w >> 2, w >> 1, w) & CODES; }

// Whether any line of a group holds such a code, or a bit where none is left over.
bool holds_no_code(const uint8_t* lines, int cols) {
    uint64_t found = 0;
    for (int span = 0; span < row_spans(cols); span++, lines += SPAN_LINES * LINE_BYTES)
        for (int i = 0; i < QUADS; i++) {
            const uint64_t a = quad(lines, i), b = quad(lines + LINE_BYTES, i), c = quad(lines + 2 * LINE_BYTES, i);
            const uint64_t d = quad(lines + 3 * LINE_BYTES, i), e = quad(lines + 4 * LINE_BYTES, i);
            found |= no_codes(a) | no_codes(b) | no_codes(c) | no_codes(d) | no_codes(e);
            found |= no_code(a, b, c, d, e) & LEFT;
        }
    for (int line = 0; line < rest_lines(cols); line++, lines += LINE_BYTES)
        for (int i = 0; i < QUADS; i++) found |= no_codes(quad(lines, i)) | (quad(lines, i) & LEFT);
    return found;
}

// Whether triple `i` of each row of a group has only zero weights from its weight `first` on, 0 to 2, given that it is
// a code of some weights.
bool zeros(const uint8_t* group, int i, int first) {
    const int largest[] = {0, 1, 4};  // magnitudes of numbers with so many digits
    for (int row = 0; row < TRIPLE_ROWS; row++)
        if (triple(group, row, i) % CODE_SIGN > largest[first]) return false;
    return true;
}

// Whether the padding of a group is zero weights: behind its columns, and behind the first `rows` rows.
bool padded_group(const uint8_t* group, int rows, int cols) {
    for (int i = cols / 3; i < row_triples(cols); i++)
        if (!zeros(group, i, i == cols / 3 ? cols % 3 : 0)) return false;
    for (int row = rows; row < TRIPLE_ROWS; row++)
        for (int i = 0; i < row_triples(cols); i++)
            if (triple(group, row, i)) return false;
    return true;
}
}  // namespace

int32_t bl_ternary5in3_damage(const uint8_t* codes, int64_t rows, int32_t cols) {
    const size_t bytes = group_bytes(cols);
    const int64_t groups = (rows + TRIPLE_ROWS - 1) / TRIPLE_ROWS;
    for (int64_t g = 0; g < groups; g++)
        if (holds_no_code(codes + size_t(g) * bytes, cols)) return BL_NO_CODE;
    for (int64_t g = 0; g < groups; g++) {
        const int64_t left = rows - g * TRIPLE_ROWS;
        const int here = left < TRIPLE_ROWS ? int(left) : TRIPLE_ROWS;
        if (!padded_group(codes + size_t(g) * bytes, here, cols)) return BL_PADDING;
    }
    return BL_SOUND;
}

int32_t bl_ternary2_damage(const uint8_t* codes, int64_t rows, int32_t cols) {
    const size_t width = (size_t(cols) + BLOCK - 1) / BLOCK * BLOCK_BYTES, size = size_t(rows) * width;
    for (size_t i = 0; i < size; i += SPAN_BYTES)
        if (holds_three(codes + i, size - i < SPAN_BYTES ? size - i : SPAN_BYTES)) return BL_CODE_THREE;
    if (cols % BLOCK)
        for (size_t end = width; end <= size; end += width)
            if (!padded_with_zeros(codes + end - BLOCK_BYTES, cols)) return BL_PADDING;
    return BL_SOUND;
}

int32_t bl_int5_damage(const uint8_t* int5, int64_t rows, int32_t cols) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    for (int64_t r = 0; r < rows; r++) {
        const uint8_t *row = int5 + size_t(r) * blocks * INT5_BYTES, *high = row + size_t(blocks) * INT5_LOW_BYTES;
        for (int b = 0; b < blocks; b++)
            if (holds_zero(row + b * INT5_LOW_BYTES, high + b * INT5_HIGH_BYTES)) return BL_VALUE_ZERO;
        for (int i = cols; i < blocks * BLOCK; i++)
            if (int5_at(row, blocks, i) != INT5_ZERO) return BL_PADDING;
    }
    return BL_SOUND;
}
