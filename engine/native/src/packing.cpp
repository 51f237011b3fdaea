// A look through packed weights, triples and heads of five bits for what no writer leaves. It reads as fast as the
// memory gives, with the instructions that every processor has, so it is no kernel of an instruction set.
#include <cstring>

#include "api.h"
#include "kernels.h"

namespace {
constexpr size_t PIECE = 1 << 16;  // bytes between two looks at what was found

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

// Whether a block of fives holds a stored 0: its low half is zero and its fifth bit is not set.
bool holds_zero(const uint8_t* low, const uint8_t* high) {
    uint64_t found = 0;
    for (int i = 0; i < FIVE_LOW_BYTES / 8; i++) {
        uint64_t word;
        std::memcpy(&word, low + 8 * i, sizeof(word));
        found |= zero_halves(word) & ~uint64_t(high[i]) & 0xff;
        found |= zero_halves(word >> 4) & ~uint64_t(high[FIVE_LOW_BYTES / 8 + i]) & 0xff;
    }
    return found;
}

// Whether the padding of a row's last block is all zero weights, which are stored as 1.
bool padded_with_zeros(const uint8_t* block, int cols) {
    for (int place = cols % BLOCK; place < BLOCK; place++)
        if ((block[place % BLOCK_BYTES] >> (2 * (place / BLOCK_BYTES)) & 3) != 1) return false;
    return true;
}
// The words of LINE_BYTES, four at a time.
constexpr int LINE_WORDS = LINE_BYTES / 8;
constexpr uint64_t CODES = 0x0421042104210421,
                   LEFT = 0x8000800080008000;  // the lowest bits of codes; the bits left over

// Of five bits, from the sign down, in the same place of five words: whether they are a code that no weights have.
uint64_t no_code(uint64_t sign, uint64_t b3, uint64_t b2, uint64_t b1, uint64_t b0) {
    return (b3 & b2 & b1) | (sign & ~(b3 | b2 | b1 | b0));  // above 13, or zero with a sign
}

// Whether any line of a group holds such a code, or a bit where none is left over.
bool holds_no_code(const uint8_t* group, int cols) {
    const int spans = row_spans(cols), lines = spans * SPAN_LINES + rest_lines(cols);
    uint64_t found = 0;
    for (int i = 0; i < lines * LINE_WORDS; i++) {
        uint64_t w;
        std::memcpy(&w, group + i * sizeof(w), sizeof(w));
        found |= no_code(w >> 4, w >> 3, w >> 2, w >> 1, w) & CODES;
    }
    for (int i = 0; i < spans * LINE_WORDS; i++) {
        const uint8_t* at = group + (i / LINE_WORDS) * SPAN_LINES * LINE_BYTES + i % LINE_WORDS * sizeof(uint64_t);
        uint64_t w[SPAN_LINES];
        for (int line = 0; line < SPAN_LINES; line++) std::memcpy(&w[line], at + line * LINE_BYTES, sizeof(w[0]));
        found |= no_code(w[0], w[1], w[2], w[3], w[4]) & LEFT;
    }
    for (int i = spans * SPAN_LINES * LINE_WORDS; i < lines * LINE_WORDS; i++) {
        uint64_t w;
        std::memcpy(&w, group + i * sizeof(w), sizeof(w));
        found |= w & LEFT;
    }
    return found;
}

// Whether a row of a group has only zero weights from column `from` on.
bool zeros(const uint8_t* group, int row, int from, int cols) {
    for (int i = from / 3; i < row_triples(cols); i++) {
        const int8_t* digits = DIGITS.of[triple(group, row, i)];
        for (int j = 0; j < 3; j++)
            if (3 * i + j >= from && digits[j]) return false;
    }
    return true;
}
}  // namespace

int32_t bl_triples_damage(const uint8_t* codes, int64_t rows, int32_t cols) {
    const size_t bytes = group_bytes(cols);
    const int64_t groups = (rows + TRIPLE_ROWS - 1) / TRIPLE_ROWS;
    for (int64_t g = 0; g < groups; g++)
        if (holds_no_code(codes + size_t(g) * bytes, cols)) return BL_NO_CODE;
    for (int64_t r = 0; r < groups * TRIPLE_ROWS; r++)
        if (!zeros(codes + size_t(r / TRIPLE_ROWS) * bytes, int(r % TRIPLE_ROWS), r < rows ? cols : 0, cols))
            return BL_PADDING;
    return BL_SOUND;
}

int32_t bl_packing_damage(const uint8_t* codes, int64_t rows, int32_t cols) {
    const size_t width = (size_t(cols) + BLOCK - 1) / BLOCK * BLOCK_BYTES, size = size_t(rows) * width;
    for (size_t i = 0; i < size; i += PIECE)
        if (holds_three(codes + i, size - i < PIECE ? size - i : PIECE)) return BL_CODE_THREE;
    if (cols % BLOCK)
        for (size_t end = width; end <= size; end += width)
            if (!padded_with_zeros(codes + end - BLOCK_BYTES, cols)) return BL_PADDING;
    return BL_SOUND;
}

int32_t bl_fives_damage(const uint8_t* fives, int64_t rows, int32_t cols) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    for (int64_t r = 0; r < rows; r++) {
        const uint8_t *row = fives + size_t(r) * blocks * FIVE_BYTES, *high = row + size_t(blocks) * FIVE_LOW_BYTES;
        for (int b = 0; b < blocks; b++)
            if (holds_zero(row + b * FIVE_LOW_BYTES, high + b * FIVE_HIGH_BYTES)) return BL_VALUE_ZERO;
        for (int i = cols; i < blocks * BLOCK; i++)
            if (five(row, blocks, i) != FIVE_ZERO) return BL_PADDING;
    }
    return BL_SOUND;
}
