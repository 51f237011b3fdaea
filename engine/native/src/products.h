// Ternary products by groups of rows, over ternary_group, unpack_group and unpacked_group of each set, and of
// rows of bytes over byte_group. Included inside a namespace.

constexpr int TILE_ROWS = GROUP;
constexpr decltype(Kernels::arrange) ARRANGE = nullptr;
constexpr decltype(Kernels::ternary_arranged) TERNARY_ARRANGED = nullptr;

static void ternary(const uint8_t* codes, int rows, int cols, float scale, const int8_t* x, const Quantised* q,
                    int tokens, float* out, size_t ld, bool add_to, uint8_t* unpacked) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    const size_t row_bytes = size_t(blocks) * BLOCK_BYTES, width = size_t(blocks) * BLOCK;
    int32_t sums[2 * GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        const uint8_t* tile = codes + r * row_bytes;
        if (tokens > 1) unpack_group(tile, row_bytes, group, blocks, unpacked);
        for (int t = 0; t < tokens; t += 2) {
            const int pair = at_most(2, tokens - t);
            if (tokens == 1) ternary_group(tile, row_bytes, group, blocks, x, sums);
            else unpacked_group(unpacked, width, group, int(width), x + t * width, pair, sums);
            for (int i = 0; i < pair; i++) {
                const float factor = q[t + i].scale * scale;
                float y[GROUP];
                for (int j = 0; j < GROUP; j++) y[j] = float(sums[i * GROUP + j] - q[t + i].sum) * factor;
                float* place = out + (t + i) * ld + r;
                for (int j = 0; j < group; j++) place[j] = add_to ? place[j] + y[j] : y[j];
            }
        }
    }
}

static void byte_rows(const uint8_t* w, const float* scales, int rows, int n, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t ld = size_t(n);
    int32_t sums[GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        byte_group(w + r * ld, ld, group, n, x, q.sum, ahead, sums);
        for (int j = 0; j < group; j++) out[r + j] = float(sums[j]) * (scales[r + j] * q.scale);
    }
}

static void five_rows(const uint8_t* w, const float* scales, int rows, int blocks, const int8_t* x, Quantised q,
                      ptrdiff_t ahead, float* out) {
    const size_t row_bytes = size_t(blocks) * FIVE_BYTES;
    int32_t sums[GROUP] = {};
    for (int r = 0; r < rows; r += GROUP) {
        const int group = at_most(GROUP, rows - r);
        five_group(w + r * row_bytes, row_bytes, group, blocks, x, ahead, sums);
        for (int j = 0; j < group; j++) out[r + j] = float(sums[j] - FIVE_ZERO * q.sum) * (scales[r + j] * q.scale);
    }
}
