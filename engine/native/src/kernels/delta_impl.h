// One token of the delta rule, and the float product of its chunks; included by kernels_impl.h, inside the same
// namespace.

constexpr int DELTA_ROWS_AHEAD = 8;

// What a token of the delta rule is, for the columns of one head.
struct DeltaStep {
    float* w;
    size_t ld;
    int d;
    const float *q, *k, *v;
    float rate;
    bool read_after;
    const DeferredUpdates& deferred;
    float kq, deferred_k[MAX_DEFERRED],
        deferred_q[MAX_DEFERRED];  // products of k with q, and of k and q with the deferred keys
    float *out, *error, *step;
};

// What follows from the sums over the keys of S vectors of columns from column c on.
template <int S, bool Whole>
static inline void delta_results(const DeltaStep& t, int c, int left, const F* said, const F* read) {
    for (int s = 0; s < S; s++) {
        const int here = left - s * W, at = c + s * W;
        const F wrong = sub(said[s], load_columns<Whole>(t.v + at, here));
        const F step = sub(set1(0.0f), mul(wrong, set1(t.rate)));
        store_columns<Whole>(t.error + at, wrong, here);
        store_columns<Whole>(t.step + at, step, here);
        store_columns<Whole>(t.out + at, t.read_after ? fma(step, set1(t.kq), read[s]) : read[s], here);
    }
}

// The two sums, where what is deferred stays so.
template <int S, bool Whole>
static inline void delta_columns(const DeltaStep& t, int c, int left) {
    F said[S], read[S];
    for (int s = 0; s < S; s++) said[s] = read[s] = set1(0.0f);
    for (int j = 0; j < t.d; j++) {
        const F key = set1(t.k[j]), query = set1(t.q[j]);
        const float* place = t.w + j * t.ld + c;
        for (int s = 0; s < S; s++) {
            prefetch(place + DELTA_ROWS_AHEAD * t.ld + s * W);
            const F row = load_columns<Whole>(place + s * W, left - s * W);
            said[s] = fma(row, key, said[s]);
            read[s] = fma(row, query, read[s]);
        }
    }
    for (int j = 0; j < t.deferred.count; j++) {
        const F key = set1(t.deferred_k[j]), query = set1(t.deferred_q[j]);
        for (int s = 0; s < S; s++) {
            const F row = load_columns<Whole>(t.deferred.steps[j] + c + s * W, left - s * W);
            said[s] = fma(row, key, said[s]);
            read[s] = fma(row, query, read[s]);
        }
    }
    delta_results<S, Whole>(t, c, left, said, read);
}

// The two sums, and MAX_DEFERRED deferred updates are written on the way; their steps stay in registers.
template <int S, bool Whole>
static inline void flushed_columns(const DeltaStep& t, int c, int left) {
    F steps[MAX_DEFERRED][S], said[S], read[S];
    for (int s = 0; s < S; s++) {
        said[s] = read[s] = set1(0.0f);
        for (int i = 0; i < MAX_DEFERRED; i++)
            steps[i][s] = load_columns<Whole>(t.deferred.steps[i] + c + s * W, left - s * W);
    }
    for (int j = 0; j < t.d; j++) {
        const F key = set1(t.k[j]), query = set1(t.q[j]);
        float* place = t.w + j * t.ld + c;
        F row[S];
        for (int s = 0; s < S; s++) {
            prefetch(place + DELTA_ROWS_AHEAD * t.ld + s * W);
            row[s] = load_columns<Whole>(place + s * W, left - s * W);
        }
        for (int i = 0; i < MAX_DEFERRED; i++)
            for (int s = 0; s < S; s++) row[s] = fma(set1(t.deferred.keys[i][j]), steps[i][s], row[s]);
        for (int s = 0; s < S; s++) {
            store_columns<Whole>(place + s * W, row[s], left - s * W);
            said[s] = fma(row[s], key, said[s]);
            read[s] = fma(row[s], query, read[s]);
        }
    }
    delta_results<S, Whole>(t, c, left, said, read);
}

static void delta_step(float* w, size_t ld, int d, int cols, const float* q, const float* k, const float* v, float rate,
                       bool read_after, const DeferredUpdates& deferred, bool flush, float* out, float* error,
                       float* step) {
    DeltaStep t{w, ld, d, q, k, v, rate, read_after, deferred, dot(k, q, d), {}, {}, out, error, step};
    int c = 0;
    if (flush) {
        constexpr int FEW = REGISTERS / 16;
        for (; c + FEW * W <= cols; c += FEW * W) flushed_columns<FEW, true>(t, c, cols - c);
        for (; c < cols; c += W) flushed_columns<1, false>(t, c, cols - c);
        return;
    }
    for (int j = 0; j < deferred.count; j++) {
        t.deferred_k[j] = dot(deferred.keys[j], k, d);
        t.deferred_q[j] = dot(deferred.keys[j], q, d);
    }
    constexpr int WIDE = REGISTERS / 4, NARROW = REGISTERS / 8;
    for (; c + WIDE * W <= cols; c += WIDE * W) delta_columns<WIDE, true>(t, c, cols - c);
    for (; c + NARROW * W <= cols; c += NARROW * W) delta_columns<NARROW, true>(t, c, cols - c);
    for (; c < cols; c += W) delta_columns<1, false>(t, c, cols - c);
}

// R rows by S vectors of columns, all sums in registers.
template <int R, int S, bool Whole>
static inline void gemm_tile(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int n, int left,
                             float* out, size_t ldo, bool add_to) {
    F sums[R][S];
    for (int r = 0; r < R; r++)
        for (int s = 0; s < S; s++)
            sums[r][s] = add_to ? load_columns<Whole>(out + r * ldo + s * W, left - s * W) : set1(0.0f);
    for (int j = 0; j < n; j++) {
        F values[S];
        for (int s = 0; s < S; s++) values[s] = load_columns<Whole>(b + j * ldb + s * W, left - s * W);
        for (int r = 0; r < R; r++) {
            const F factor = set1(a[r * a_row + j * a_col]);
            for (int s = 0; s < S; s++) sums[r][s] = fma(factor, values[s], sums[r][s]);
        }
    }
    for (int r = 0; r < R; r++)
        for (int s = 0; s < S; s++) store_columns<Whole>(out + r * ldo + s * W, sums[r][s], left - s * W);
}

template <int S, bool Whole>
static inline void gemm_columns(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int m, int n,
                                int left, float* out, size_t ldo, bool add_to) {
    constexpr int HIGH = REGISTERS / 2 / S;
    int r = 0;
    for (; r + HIGH <= m; r += HIGH)
        gemm_tile<HIGH, S, Whole>(a + r * a_row, a_row, a_col, b, ldb, n, left, out + r * ldo, ldo, add_to);
    for (; r < m; r++) gemm_tile<1, S, Whole>(a + r * a_row, a_row, a_col, b, ldb, n, left, out + r * ldo, ldo, add_to);
}

static void gemm(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int m, int n, int cols,
                 float* out, size_t ldo, bool add_to) {
    constexpr int WIDE =
        REGISTERS / 4;  // whole rows where they are short: a stride of pages makes loads wait for stores
    int c = 0;
    for (; c + WIDE * W <= cols; c += WIDE * W)
        gemm_columns<WIDE, true>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
    for (; c + 2 * W <= cols; c += 2 * W)
        gemm_columns<2, true>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
    for (; c < cols; c += W) gemm_columns<1, false>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
}
