// A look through packed weights for what no writer leaves. It reads as fast as the memory gives, with the instructions
// that every processor has, so it is no kernel of an instruction set.
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

// Whether the padding of a row's last block is all zero weights, which are stored as 1.
bool padded_with_zeros(const uint8_t* block, int cols) {
    for (int place = cols % BLOCK; place < BLOCK; place++)
        if ((block[place % BLOCK_BYTES] >> (2 * (place / BLOCK_BYTES)) & 3) != 1) return false;
    return true;
}
}  // namespace

int32_t bl_packing_damage(const uint8_t* codes, int64_t rows, int32_t cols) {
    const size_t width = (size_t(cols) + BLOCK - 1) / BLOCK * BLOCK_BYTES, size = size_t(rows) * width;
    for (size_t i = 0; i < size; i += PIECE)
        if (holds_three(codes + i, size - i < PIECE ? size - i : PIECE)) return BL_CODE_THREE;
    if (cols % BLOCK)
        for (size_t end = width; end <= size; end += width)
            if (!padded_with_zeros(codes + end - BLOCK_BYTES, cols)) return BL_PADDING;
    return BL_SOUND;
}
