// Products with activations that are not rounded to int8: a row is unpacked to floats. Included by kernels_impl.h,
// inside the same namespace.

// One row of a matrix, in float, times each token.
static inline void wide_row(const float* row, int cols, float scale, const float* x, size_t ldx, const float* x_scale,
                            int tokens, float* out, size_t ld, bool add_to) {
    for (int t = 0; t < tokens; t++) {
        const float y = dot(row, x + t * ldx, cols) * (x_scale[t] * scale);
        out[t * ld] = add_to ? out[t * ld] + y : y;
    }
}

static void ternary_wide(const uint8_t* codes, int rows, int cols, float scale, const float* x, size_t ldx,
                         const float* x_scale, int tokens, float* out, size_t ld, bool add_to, float* unpacked) {
    const int blocks = (cols + BLOCK - 1) / BLOCK;
    for (int r = 0; r < rows; r++) {
        const uint8_t* row = codes + size_t(r) * blocks * BLOCK_BYTES;
        for (int i = 0; i < cols; i++) {
            const int place = i % BLOCK;
            const uint8_t byte = row[i / BLOCK * BLOCK_BYTES + place % BLOCK_BYTES];
            unpacked[i] = float((byte >> (2 * (place / BLOCK_BYTES)) & 3) - 1);
        }
        wide_row(unpacked, cols, scale, x, ldx, x_scale, tokens, out + r, ld, add_to);
    }
}

static void triples_wide(const uint8_t* codes, int first, int rows, int cols, float scale, const float* x, size_t ldx,
                         const float* x_scale, int tokens, float* out, size_t ld, bool add_to, float* unpacked) {
    each_group(codes, first, rows, cols, [&](const uint8_t* group, int from, int to, int at) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < cols; i++) unpacked[i] = DIGITS.of[triple(group, r, i / 3)][i % 3];
            wide_row(unpacked, cols, scale, x, ldx, x_scale, tokens, out + at + r - from, ld, add_to);
        }
    });
}

static void byte_rows_wide(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked) {
    for (int r = 0; r < rows; r++) {
        for (int i = 0; i < n; i++) unpacked[i] = float(int(w[size_t(r) * n + i]) - BYTE_ZERO);
        out[r] = dot(unpacked, x, n) * scales[r];
    }
}

static void five_rows_wide(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked) {
    const int blocks = (n + BLOCK - 1) / BLOCK;
    for (int r = 0; r < rows; r++) {
        const uint8_t* row = w + size_t(r) * blocks * FIVE_BYTES;
        for (int i = 0; i < n; i++) unpacked[i] = float(five(row, blocks, i) - FIVE_ZERO);
        out[r] = dot(unpacked, x, n) * scales[r];
    }
}
