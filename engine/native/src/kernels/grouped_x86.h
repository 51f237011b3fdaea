// Grouped products of the sets of x86, eight rows in the lanes of a 256-bit vector. A set defines nibble_dot(sums,
// unsigned, signed) for products of a nibble, eight of which are added up, nibble_total, and signed_dot for products of
// bytes. Included inside a namespace.

static inline __m256 eight_halves(const uint8_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
static inline __m256i vector_of_bytes(const uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
// Four activations, for all rows.
static inline __m256i four_of(const int8_t* p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
}

static inline __m256i eight_bytes(const uint8_t* p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}

template <bool Super, int T>
static inline void rows_of_4_bits(const uint8_t* tile, const GroupedActivations* x, __m256* y) {
    constexpr GroupForm FORM = Super ? SUPER4 : GROUP4;
    const __m256i fifteen = _mm256_set1_epi8(15);
    __m256 scale = _mm256_setzero_ps(), minimum = scale;
    for (int g = 0; g < x[0].groups; g++, tile += FORM.tile()) {
        if (Super && g % SUPER_GROUPS == 0) {
            scale = eight_halves(tile);
            minimum = _mm256_sub_ps(_mm256_setzero_ps(), eight_halves(tile + HALVES_BYTES));
            tile += FORM.super_header();
        }
        for (int line = 0; line < 3; line++) prefetch(tile + AHEAD + line * CACHE_LINE);
        __m256i sums[T];
        for (int t = 0; t < T; t++) sums[t] = _mm256_setzero_si256();
        for (int v = 0; v < 4; v++) {
            const __m256i both = vector_of_bytes(tile + FORM.header() + 32 * v);
            const __m256i low = _mm256_and_si256(both, fifteen);
            const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), fifteen);
            for (int t = 0; t < T; t++) {
                const int8_t* at = x[t].whole + g * GROUP_COLUMNS + 4 * v;
                sums[t] = nibble_dot(nibble_dot(sums[t], low, four_of(at)), high, four_of(at + 16));
            }
        }
        __m256 here = scale, below = minimum;
        if (Super) {
            here = _mm256_mul_ps(scale, _mm256_cvtepi32_ps(eight_bytes(tile)));
            below = _mm256_mul_ps(minimum, _mm256_cvtepi32_ps(eight_bytes(tile + TILE_LANES)));
        } else {
            here = eight_halves(tile);
            below = eight_halves(tile + HALVES_BYTES);
        }
        for (int t = 0; t < T; t++) {
            const __m256 whole = _mm256_cvtepi32_ps(nibble_total(sums[t]));
            y[t] = _mm256_fmadd_ps(whole, _mm256_mul_ps(here, _mm256_set1_ps(x[t].scales[g])), y[t]);
            y[t] = _mm256_fmadd_ps(below, _mm256_set1_ps(x[t].sums[g]), y[t]);
        }
    }
}

template <bool Super, int T>
static inline void rows_of_8_bits(const uint8_t* tile, const GroupedActivations* x, __m256* y) {
    constexpr GroupForm FORM = Super ? SUPER8 : GROUP8;
    __m256 scale = _mm256_setzero_ps(), minimum = scale;
    for (int g = 0; g < x[0].groups; g++, tile += FORM.tile()) {
        if (Super && g % SUPER_GROUPS == 0) {
            scale = eight_halves(tile);
            minimum = _mm256_sub_ps(_mm256_setzero_ps(), eight_halves(tile + HALVES_BYTES));
            tile += FORM.super_header();
        }
        for (int line = 0; line < 5; line++) prefetch(tile + AHEAD + line * CACHE_LINE);
        __m256i sums[T];
        for (int t = 0; t < T; t++) sums[t] = _mm256_setzero_si256();
        const auto add_up = [&](int from) {
            for (int v = from; v < from + 4; v++) {
                const __m256i weights = vector_of_bytes(tile + FORM.header() + 32 * v);
                for (int t = 0; t < T; t++)
                    sums[t] = signed_dot(sums[t], weights, four_of(x[t].whole + g * GROUP_COLUMNS + 4 * v));
            }
        };
        add_up(0);
        if (Super) {
            __m256i first[T];
            for (int t = 0; t < T; t++) {
                first[t] = _mm256_mullo_epi32(sums[t], eight_bytes(tile));
                sums[t] = _mm256_setzero_si256();
            }
            add_up(4);
            for (int t = 0; t < T; t++)
                sums[t] = _mm256_add_epi32(first[t], _mm256_mullo_epi32(sums[t], eight_bytes(tile + TILE_LANES)));
        } else {
            add_up(4);
            scale = eight_halves(tile);
        }
        for (int t = 0; t < T; t++)
            y[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[t]), _mm256_mul_ps(scale, _mm256_set1_ps(x[t].scales[g])),
                                   y[t]);
        if (!Super) continue;
        const __m256 below = _mm256_mul_ps(minimum, _mm256_cvtepi32_ps(eight_bytes(tile + 2 * TILE_LANES)));
        for (int t = 0; t < T; t++) y[t] = _mm256_fmadd_ps(below, _mm256_set1_ps(x[t].sums[g]), y[t]);
    }
}

// The products of eight rows with T tokens, of which the first `rows` are given out.
template <bool Four, bool Super, int T>
static inline void grouped_rows(const uint8_t* tile, int rows, const GroupedActivations& x, int first, float* out,
                                size_t ld, bool add_to) {
    GroupedActivations tokens[T];
    __m256 y[T];
    for (int t = 0; t < T; t++) {
        tokens[t] = x.token(first + t);
        y[t] = _mm256_setzero_ps();
    }
    if (Four) rows_of_4_bits<Super, T>(tile, tokens, y);
    else rows_of_8_bits<Super, T>(tile, tokens, y);
    for (int t = 0; t < T; t++) {
        float* place = out + size_t(first + t) * ld;
        if (rows < TILE_LANES) {
            float part[TILE_LANES];
            _mm256_storeu_ps(part, y[t]);
            for (int r = 0; r < rows; r++) place[r] = add_to ? place[r] + part[r] : part[r];
        } else {
            _mm256_storeu_ps(place, add_to ? _mm256_add_ps(_mm256_loadu_ps(place), y[t]) : y[t]);
        }
    }
}

template <bool Four, bool Super>
static inline void grouped_product(const uint8_t* tiles, int rows, const GroupedActivations& x, int tokens, float* out,
                                   size_t ld, bool add_to) {
    const size_t bytes = GroupForm{Four ? 4 : 8, Super}.rows(x.groups);
    for (int r = 0; r < rows; r += TILE_LANES, tiles += bytes) {
        const int here = at_most(TILE_LANES, rows - r);
        int t = 0;
        for (; t + 4 <= tokens; t += 4) grouped_rows<Four, Super, 4>(tiles, here, x, t, out + r, ld, add_to);
        for (; t < tokens; t++) grouped_rows<Four, Super, 1>(tiles, here, x, t, out + r, ld, add_to);
    }
}
