// Groups of rows by packed_rows and unpacked_tile, for the sets of x86. Included inside a namespace.

static void ternary_group(const uint8_t* codes, size_t row_bytes, int rows, int blocks, const int8_t* x, int32_t* out) {
    if (rows == GROUP) {
        packed_rows<GROUP>(codes, row_bytes, blocks, x, out);
        return;
    }
    int32_t sums[GROUP];
    for (int r = 0; r < rows; r++) {
        packed_rows<1>(codes + r * row_bytes, row_bytes, blocks, x, sums);
        out[r] = sums[0];
    }
}

static void unpacked_group(const uint8_t* w, size_t ld, int rows, int width, const int8_t* x, int tokens,
                           int32_t* out) {
    if (rows == GROUP && tokens == 2) {
        unpacked_tile<GROUP, 2>(w, ld, width, x, out);
        return;
    }
    for (int t = 0; t < tokens; t++) {
        if (rows == GROUP) {
            unpacked_tile<GROUP, 1>(w, ld, width, x + t * ld, out + t * GROUP);
            continue;
        }
        for (int r = 0; r < rows; r++) {
            int32_t sums[GROUP];
            unpacked_tile<1, 1>(w + r * ld, ld, width, x + t * ld, sums);
            out[t * GROUP + r] = sums[0];
        }
    }
}
