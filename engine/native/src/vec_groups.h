// Groups of rows by packed_rows, unpacked_tile and add_byte_products, for the sets of x86 without masks. Included inside a namespace.

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

template <int R>
static inline void rows_of_bytes(const uint8_t* w, size_t ld, int n, const int8_t* x, int32_t* out) {
    __m256i sums[GROUP];
    for (int r = 0; r < GROUP; r++) sums[r] = _mm256_setzero_si256();
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i values = load_bytes(x + i);
        for (int r = 0; r < R; r++) {
            prefetch(w + r * ld + i + AHEAD);
            sums[r] = add_byte_products(sums[r], load_bytes(w + r * ld + i), values);
        }
    }
    if (i < n) {
        const __m256i values = load_bytes(x + i);  // padded with zeros
        for (int r = 0; r < R; r++) {
            uint8_t part[32] = {};
            for (int j = i; j < n; j++) part[j - i] = w[r * ld + j];
            sums[r] = add_byte_products(sums[r], load_bytes(part), values);
        }
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums_of_four(sums[0], sums[1], sums[2], sums[3]));
}

// out[j] = (row j - 128) . x, given the sum of x
static void byte_group(const uint8_t* w, size_t ld, int rows, int n, const int8_t* x, int32_t sum, int32_t* out) {
    int32_t sums[GROUP];
    if (rows == GROUP) rows_of_bytes<GROUP>(w, ld, n, x, sums);
    for (int r = 0; r < rows; r++) {
        if (rows == GROUP) {
            out[r] = sums[r] - byte_centre(sum);
            continue;
        }
        rows_of_bytes<1>(w + r * ld, ld, n, x, sums);
        out[r] = sums[0] - byte_centre(sum);
    }
}
