// Groups of rows by packed_rows, unpacked_tile, add_int8_products and add_small_products, for the sets of x86 without
// masks. Included inside a namespace.

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
static inline void rows_of_int8(const uint8_t* w, size_t ld, int n, const int8_t* x, ptrdiff_t ahead, int32_t* out) {
    __m256i sums[GROUP];
    for (int r = 0; r < GROUP; r++) sums[r] = _mm256_setzero_si256();
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m256i values = load_bytes(x + i);
        for (int r = 0; r < R; r++) {
            prefetch(w + r * ld + i + ahead);
            sums[r] = add_int8_products(sums[r], load_bytes(w + r * ld + i), values);
        }
    }
    if (i < n) {
        const __m256i values = load_bytes(x + i);  // padded with zeros
        for (int r = 0; r < R; r++) {
            uint8_t part[32] = {};
            for (int j = i; j < n; j++) part[j - i] = w[r * ld + j];
            sums[r] = add_int8_products(sums[r], load_bytes(part), values);
        }
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums_of_four(sums[0], sums[1], sums[2], sums[3]));
}

// out[j] = (row j - 128) . x, given the sum of x
static void int8_group(const uint8_t* w, size_t ld, int rows, int n, const int8_t* x, int32_t sum, ptrdiff_t ahead,
                       int32_t* out) {
    int32_t sums[GROUP];
    if (rows == GROUP) rows_of_int8<GROUP>(w, ld, n, x, ahead, sums);
    for (int r = 0; r < rows; r++) {
        if (rows == GROUP) {
            out[r] = sums[r] - int8_centre(sum);
            continue;
        }
        rows_of_int8<1>(w + r * ld, ld, n, x, ahead, sums);
        out[r] = sums[0] - int8_centre(sum);
    }
}

// 16 where a bit is set: those of four bytes, the lowest first.
static inline __m256i fifths(const uint8_t* bits) {
    int32_t four;
    memcpy(&four, bits, sizeof four);
    const __m256i eight_of_each = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2,
                                                   2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i places = _mm256_set1_epi64x(int64_t(0x8040201008040201));
    const __m256i bytes = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(four), eight_of_each), places);
    return _mm256_and_si256(_mm256_cmpeq_epi8(bytes, places), _mm256_set1_epi8(16));
}

template <int R>
static inline void rows_of_int5(const uint8_t* w, size_t row_bytes, int blocks, const int8_t* x, ptrdiff_t ahead,
                                int32_t* out) {
    const __m256i fifteen = _mm256_set1_epi8(15);
    __m256i sums[GROUP];
    for (int r = 0; r < GROUP; r++) sums[r] = _mm256_setzero_si256();
    for (int b = 0; b < blocks; b++) {
        const __m256i x0 = load_bytes(x + b * BLOCK), x1 = load_bytes(x + b * BLOCK + 32);
        for (int r = 0; r < R; r++) {
            const uint8_t* row = w + r * row_bytes;
            prefetch(row + b * INT5_BYTES + ahead);
            const __m256i v = load_bytes(row + b * INT5_LOW_BYTES);
            const uint8_t* high = row + blocks * INT5_LOW_BYTES + b * INT5_HIGH_BYTES;
            const __m256i lower = _mm256_or_si256(_mm256_and_si256(v, fifteen), fifths(high));
            const __m256i upper = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(v, 4), fifteen), fifths(high + 4));
            sums[r] = add_small_products(add_small_products(sums[r], lower, x0), upper, x1);
        }
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums_of_four(sums[0], sums[1], sums[2], sums[3]));
}

// out[j] = the stored weights of row j, of five bits, times x
static void int5_group(const uint8_t* w, size_t row_bytes, int rows, int blocks, const int8_t* x, ptrdiff_t ahead,
                       int32_t* out) {
    if (rows == GROUP) {
        rows_of_int5<GROUP>(w, row_bytes, blocks, x, ahead, out);
        return;
    }
    int32_t sums[GROUP];
    for (int r = 0; r < rows; r++) {
        rows_of_int5<1>(w + r * row_bytes, row_bytes, blocks, x, ahead, sums);
        out[r] = sums[0];
    }
}
