// The kernels, written once over a vector type that each instruction set defines before it includes this file, inside a
// namespace of its own: F, W, REGISTERS and FUSED (fma rounds once), load, store, load_part, store_part, set1, add,
// sub, mul, div, ratio (a quotient to a unit or two in the last place), fma, max, abs, sum, largest,
// times_power_of_two, to_int8, and the products of whole numbers: ternary, int8_rows and int5_rows.
//
// No template of the standard library may be used here: the linker keeps one copy of each, and would take the one that
// was compiled for the newest instruction set to the oldest processor.
//
// A row, a column or a token is computed by the same operations in the same order wherever it stands in a tile, so that
// neither the number of threads nor the split of the work changes a bit of the result.

constexpr float KEY_EPS = 1e-6f;

// Whole: the caller knows that a full vector is left, and the loops need not ask.
template <bool Whole>
static inline F load_columns(const float* p, int left) {
    return Whole || left >= W ? load(p) : load_part(p, left);
}

template <bool Whole>
static inline void store_columns(float* p, F x, int left) {
    if (Whole || left >= W) store(p, x);
    else store_part(p, x, left);
}

static inline F load_at(const float* p, int left) { return load_columns<false>(p, left); }

static inline void store_at(float* p, F x, int left) { store_columns<false>(p, x, left); }

// Nearest whole number, ties to even; |x| < 2^22.
static inline F nearest(F x) {
    const F magic = set1(12582912.0f);
    return sub(add(x, magic), magic);
}

// Cephes' expf: relative error about 2^-23. NaN stays NaN.
static inline F exp(F x) {
    x = max(set1(-87.0f), min(set1(88.0f), x));
    const F n = nearest(mul(x, set1(1.44269504f)));
    F r = fma(n, set1(-0.693359375f), x);
    r = fma(n, set1(2.12194440e-4f), r);
    F p = set1(1.9875691500e-4f);
    p = fma(p, r, set1(1.3981999507e-3f));
    p = fma(p, r, set1(8.3334519073e-3f));
    p = fma(p, r, set1(4.1665795894e-2f));
    p = fma(p, r, set1(1.6666665459e-1f));
    p = fma(p, r, set1(5.0000001201e-1f));
    p = add(fma(mul(r, r), p, r), set1(1.0f));
    return times_power_of_two(p, n);
}

// x / divisor to the bit, given 1 / divisor: the remainder of a quotient is exact where fma rounds once, and corrects
// it (Markstein, IBM J. Res. Dev. 34, 1990). The first correction makes it one of the two nearest, the second the
// nearest.
static inline F quotient(F x, F divisor, F inverse) {
    if (!FUSED) return div(x, divisor);
    const F minus = sub(set1(0.0f), divisor);
    F q = mul(x, inverse);
    for (int i = 0; i < 2; i++) q = fma(fma(minus, q, x), inverse, q);
    return q;
}

static inline F silu_of(F x) { return ratio(x, add(set1(1.0f), exp(sub(set1(0.0f), x)))); }

static inline F load_weights(const float* p) { return load(p); }
static inline F load_weights(const uint16_t* p) { return load_halves(p); }
static inline F load_weights_at(const float* p, int left) { return load_at(p, left); }
static inline F load_weights_at(const uint16_t* p, int left) {
    if (left >= W) return load_halves(p);
    float part[W] = {};
    for (int i = 0; i < left; i++) part[i] = half_to_float(p[i]);
    return load(part);
}

// Rows of floats or of float16 numbers.
template <int R, class Weight>
static inline void dot_rows(const Weight* w, size_t ld, const float* x, int n, float* out) {
    F a[R], b[R];
    for (int r = 0; r < R; r++) a[r] = b[r] = set1(0.0f);
    int i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
        const F x0 = load(x + i), x1 = load(x + i + W);
        for (int r = 0; r < R; r++) {
            prefetch(reinterpret_cast<const char*>(w + i * R + r * 2 * W) + AHEAD);
            a[r] = fma(load_weights(w + r * ld + i), x0, a[r]);
            b[r] = fma(load_weights(w + r * ld + i + W), x1, b[r]);
        }
    }
    for (; i < n; i += W) {
        const F x0 = load_at(x + i, n - i);
        for (int r = 0; r < R; r++) a[r] = fma(load_weights_at(w + r * ld + i, n - i), x0, a[r]);
    }
    for (int r = 0; r < R; r++) out[r] = sum(add(a[r], b[r]));
}

static float dot(const float* a, const float* b, int n) {
    float out;
    dot_rows<1>(a, 0, b, n, &out);
    return out;
}

template <class Weight>
static void matvec(const Weight* w, int rows, int n, const float* x, float* out) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) dot_rows<4>(w + size_t(r) * n, n, x, n, out + r);
    for (; r < rows; r++) dot_rows<1>(w + size_t(r) * n, n, x, n, out + r);
}

static void rms_norm(const float* x, const float* w, int n, float eps, float* out) {
    const F factor = set1(1.0f / root(dot(x, x, n) / float(n) + eps));
    for (int i = 0; i < n; i += W) {
        const int left = n - i;
        store_at(out + i, mul(mul(load_at(x + i, left), factor), load_at(w + i, left)), left);
    }
}

static float magnitude(const float* x, int n) {
    constexpr int CHAINS = 4;  // so that none waits for itself
    F top[CHAINS], nothing[CHAINS];
    for (int s = 0; s < CHAINS; s++) top[s] = nothing[s] = set1(0.0f);
    const auto take = [&](F v, int s) {
        top[s] = max(abs(v), top[s]);
        nothing[s] = fma(v, set1(0.0f), nothing[s]);
    };
    int i = 0;
    for (; i + CHAINS * W <= n; i += CHAINS * W)
        for (int s = 0; s < CHAINS; s++) take(load(x + i + s * W), s);
    for (; i < n; i += W) take(load_at(x + i, n - i), 0);
    for (int s = 1; s < CHAINS; s++) {
        top[0] = max(top[s], top[0]);
        nothing[0] = add(nothing[0], nothing[s]);
    }
    return largest(top[0]) + sum(nothing[0]);
}

// The whole numbers of x / scale, and their sum; the last vector is filled up with zeros. Keep: also write what they
// stand for.
template <bool Keep>
static inline int32_t to_whole(const float* x, int n, float scale, float largest_whole, int8_t* out, float* rounded) {
    const F divisor = set1(scale), inverse = set1(1.0f / scale), low = set1(-largest_whole), high = set1(largest_whole);
    F totals = set1(0.0f);  // each exact, up to two million activations
    int i = 0;
    for (; i < n; i += W) {
        const int left = n - i;
        F v = min(max(quotient(load_at(x + i, left), divisor, inverse), low), high);  // a NaN becomes a bound
        v = nearest(v);
        if (Keep) store_at(rounded + i, mul(v, divisor), left);
        if (left < W) {  // 0 / NaN is NaN, and the padding must be 0
            float part[W];
            store(part, v);
            for (int j = left; j < W; j++) part[j] = 0.0f;
            v = load(part);
        }
        totals = add(totals, v);
        to_int8(v, out + i);
    }
    float parts[W];
    store(parts, totals);
    int32_t total = 0;
    for (int j = 0; j < W; j++) total += int32_t(parts[j]);
    return total;
}

static int32_t round_by(const float* x, int n, float scale, float largest_whole, int8_t* out) {
    return to_whole<false>(x, n, scale, largest_whole, out, nullptr);
}

template <bool Keep>
static inline Quantised quantised(const float* x, int n, float largest_whole, int8_t* out, float* rounded) {
    const float scale = activation_scale(magnitude(x, n), largest_whole);
    const int32_t total = to_whole<Keep>(x, n, scale, largest_whole, out, rounded);
    for (int i = (n + W - 1) / W * W; i % BLOCK; i++) out[i] = 0;
    return {scale, total};
}

static Quantised quantise(const float* x, int n, float largest_whole, int8_t* out) {
    return quantised<false>(x, n, largest_whole, out, nullptr);
}

static float quantise_wide(const float* x, int n, float largest_whole, float* out) {
    const float scale = activation_scale(magnitude(x, n), largest_whole);
    const F divisor = set1(scale), inverse = set1(1.0f / scale), low = set1(-largest_whole), high = set1(largest_whole);
    for (int i = 0; i < n; i += W) {
        const F v = min(max(quotient(load_at(x + i, n - i), divisor, inverse), low), high);
        store_at(out + i, nearest(v), n - i);
    }
    return scale;
}

// Products with activations that are not rounded to int8: a row is unpacked to floats.

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

static void ternary5in3_wide(const uint8_t* codes, int first, int rows, int cols, float scale, const float* x,
                             size_t ldx, const float* x_scale, int tokens, float* out, size_t ld, bool add_to,
                             float* unpacked) {
    each_group(codes, first, rows, cols, [&](const uint8_t* group, int from, int to, int at) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < cols; i++) unpacked[i] = DIGITS.of[triple(group, r, i / 3)][i % 3];
            wide_row(unpacked, cols, scale, x, ldx, x_scale, tokens, out + at + r - from, ld, add_to);
        }
    });
}

static void int8_rows_wide(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked) {
    for (int r = 0; r < rows; r++) {
        for (int i = 0; i < n; i++) unpacked[i] = float(int(w[size_t(r) * n + i]) - INT8_ZERO);
        out[r] = dot(unpacked, x, n) * scales[r];
    }
}

static void int5_rows_wide(const uint8_t* w, const float* scales, int rows, int n, const float* x, float* out,
                           float* unpacked) {
    const int blocks = (n + BLOCK - 1) / BLOCK;
    for (int r = 0; r < rows; r++) {
        const uint8_t* row = w + size_t(r) * blocks * INT5_BYTES;
        for (int i = 0; i < n; i++) unpacked[i] = float(int5_at(row, blocks, i) - INT5_ZERO);
        out[r] = dot(unpacked, x, n) * scales[r];
    }
}

static void swiglu(const float* gate, const float* up, int n, float* out) {
    for (int i = 0; i < n; i += W) {
        const int left = n - i;
        store_at(out + i, mul(silu_of(load_at(gate + i, left)), load_at(up + i, left)), left);
    }
}

static void silu(float* x, int n) {
    for (int i = 0; i < n; i += W) store_at(x + i, silu_of(load_at(x + i, n - i)), n - i);
}

static float peak(const float* x, int n) {
    constexpr int CHAINS = 4;  // so that none waits for itself
    F top[CHAINS];
    for (int s = 0; s < CHAINS; s++) top[s] = set1(x[0]);
    int i = 0;
    for (; i + CHAINS * W <= n; i += CHAINS * W)
        for (int s = 0; s < CHAINS; s++) top[s] = max(load(x + i + s * W), top[s]);
    for (int s = 1; s < CHAINS; s++) top[0] = max(top[s], top[0]);
    float best = largest(top[0]);
    for (; i < n; i++) best = x[i] > best ? x[i] : best;
    return best;
}

static void weigh(const float* x, int n, float peak, float factor, float* w, double* sums, float* tops) {
    const F top = set1(peak), scale = set1(factor), least = exp(set1(-87.0f));  // below that exp does not go
    const auto weight = [&](int i) {
        return max(set1(0.0f), sub(exp(mul(sub(load_at(x + i, n - i), top), scale)), least));
    };
    for (int i = 0, stretch = 0; i < n; stretch++) {
        const int end = at_most(n, i + STRETCH);
        F most = set1(0.0f);
        for (; i + W <= end; i += W) {
            const F here = weight(i);
            store(w + i, here);
            most = max(here, most);
        }
        tops[stretch] = largest(most);
        if (i < end) store_at(w + i, weight(i), end - i);
        for (; i < end; i++) tops[stretch] = w[i] > tops[stretch] ? w[i] : tops[stretch];
    }
    constexpr int LANES = 16;  // the same for all sets, and so are the sums
    for (int i = 0, part = 0; i < n; part++) {
        double sum[LANES] = {};
        const int end = at_most(n, i + SUMMED);
        for (; i + LANES <= end; i += LANES)
            for (int j = 0; j < LANES; j++) sum[j] += double(w[i + j]);
        for (; i < end; i++) sum[0] += double(w[i]);
        for (int j = 1; j < LANES; j++) sum[0] += sum[j];
        sums[part] = sum[0];
    }
}

static void unit(const float* x, int n, float* out) {
    const float length = root(dot(x, x, n)) + KEY_EPS;
    const F divisor = set1(length), inverse = set1(1.0f / length);
    for (int i = 0; i < n; i += W) store_at(out + i, quotient(load_at(x + i, n - i), divisor, inverse), n - i);
}

static void convolve(float* x, size_t ld, int tokens, int channels, float* tail, int oldest, const float* weight,
                     size_t stride, int kernel) {
    const int past = kernel - 1;
    for (int c = 0; c < channels; c += W) {
        const int left = channels - c;
        for (int t = 0, first = oldest; t < tokens; t++) {
            const F now = load_at(x + t * ld + c, left);
            F mixed = set1(0.0f);
            for (int i = 0, place = first; i < past; i++) {
                mixed = fma(load_at(tail + place * stride + c, left), load_at(weight + i * stride + c, left), mixed);
                place = place + 1 < past ? place + 1 : 0;
            }
            if (past) store_at(tail + first * stride + c, now, left);
            first = first + 1 < past ? first + 1 : 0;
            store_at(x + t * ld + c, fma(now, load_at(weight + past * stride + c, left), mixed), left);
        }
    }
}

#include "delta_impl.h"
#include "training_impl.h"
#include "grouped_impl.h"

static Kernels table(const char* name) {
    return {name,
            TILE_ROWS,
            rms_norm,
            quantise,
            magnitude,
            round_by,
            quantise_wide,
            ternary,
            ARRANGE,
            TERNARY_ARRANGED,
            ternary_wide,
            tabulate,
            ternary5in3,
            ternary5in3_many,
            ternary5in3_wide,
            int8_rows,
            int5_rows,
            int8_rows_wide,
            int5_rows_wide,
            matvec<float>,
            matvec<uint16_t>,
            dot,
            swiglu,
            silu,
            peak,
            weigh,
            unit,
            convolve,
            delta_step,
            gemm,
            training_table(),
            grouped_table()};
}
