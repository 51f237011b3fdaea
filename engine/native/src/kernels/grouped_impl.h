// Rounding to groups, float16 and attention over a vector type; included by kernels_impl.h, inside the same namespace.
// A set defines grouped_product<Four, Super>, and load_halves and store_halves of W float16 numbers.

static void quantise_groups(const float* x, int n, int8_t* whole, float* scales, float* sums) {
    for (int g = 0; g * GROUP_COLUMNS < n; g++, x += GROUP_COLUMNS, whole += GROUP_COLUMNS) {
        F top = set1(0.0f), nothing = set1(0.0f);
        for (int i = 0; i < GROUP_COLUMNS; i += W) {
            top = max(abs(load(x + i)), top);
            nothing = fma(load(x + i), set1(0.0f), nothing);  // NaN where a number is not finite
        }
        const float most = largest(top), scale = most / 127.0f + sum(nothing);
        const F inverse = set1(most > 0.0f ? 127.0f / most : 0.0f);
        F total = set1(0.0f);
        for (int i = 0; i < GROUP_COLUMNS; i += W) {
            const F v = nearest(mul(load(x + i), inverse));
            total = add(total, v);
            to_int8(v, whole + i);
        }
        scales[g] = scale;
        sums[g] = sum(total) * scale;
    }
}

static void widen(const uint16_t* x, int n, float* out) {
    int i = 0;
    for (; i + W <= n; i += W) store(out + i, load_halves(x + i));
    for (; i < n; i++) out[i] = half_to_float(x[i]);
}

static void narrow(const float* x, int n, uint16_t* out) {
    int i = 0;
    for (; i + W <= n; i += W) store_halves(out + i, load(x + i));
    for (; i < n; i++) out[i] = float_to_half(x[i]);
}

// Weights exp(x - peak) in place, and their sum.
static inline float exponentials(float* x, int n) {
    const F top = set1(peak(x, n));
    F total = set1(0.0f);
    int i = 0;
    for (; i + W <= n; i += W) {
        const F here = exp(sub(load(x + i), top));
        store(x + i, here);
        total = add(total, here);
    }
    float rest = sum(total);
    for (; i < n; i++) {
        float one[W] = {};
        one[0] = x[i];
        store(one, exp(sub(load(one), top)));
        rest += x[i] = one[0];
    }
    return rest;
}

static void softmax(float* x, int n) {
    const F inverse = set1(1.0f / exponentials(x, n));
    int i = 0;
    for (; i < n; i += W) store_at(x + i, mul(load_at(x + i, n - i), inverse), n - i);
}

// The products of a query with R keys.
template <int R>
static inline void key_products(const float* query, const uint16_t* keys, size_t stride, int width, float scale,
                                float* out) {
    F sums[R];
    for (int r = 0; r < R; r++) sums[r] = set1(0.0f);
    int i = 0;
    for (; i + W <= width; i += W) {
        const F q = load(query + i);
        for (int r = 0; r < R; r++) sums[r] = fma(load_halves(keys + r * stride + i), q, sums[r]);
    }
    for (int r = 0; r < R; r++) {
        float total = sum(sums[r]);
        for (int j = i; j < width; j++) total += half_to_float(keys[r * stride + j]) * query[j];
        out[r] = total * scale;
    }
}

// Sums of `count` weighted rows of values, S vectors of columns at a time.
template <int S>
static inline void value_columns(const float* weights, const uint16_t* values, size_t stride, int count, float factor,
                                 float* out) {
    F sums[S];
    for (int s = 0; s < S; s++) sums[s] = set1(0.0f);
    for (int j = 0; j < count; j++) {
        const F weight = set1(weights[j]);
        for (int s = 0; s < S; s++) sums[s] = fma(load_halves(values + j * stride + s * W), weight, sums[s]);
    }
    for (int s = 0; s < S; s++) store(out + s * W, mul(sums[s], set1(factor)));
}

static void attend(const float* query, const HeadCache& cache, int count, float scale, float softcap, float* scores,
                   float* out) {
    int j = 0;
    for (; j + 4 <= count; j += 4)
        key_products<4>(query, cache.keys + j * cache.stride, cache.stride, cache.width, scale, scores + j);
    for (; j < count; j++) key_products<1>(query, cache.keys + j * cache.stride, 0, cache.width, scale, scores + j);
    if (softcap > 0)
        for (j = 0; j < count; j++) scores[j] = softcap * tanhf(scores[j] / softcap);
    const float factor = 1.0f / exponentials(scores, count);
    constexpr int WIDE = REGISTERS / 2;
    int c = 0;
    for (; c + WIDE * W <= cache.width; c += WIDE * W)
        value_columns<WIDE>(scores, cache.values + c, cache.stride, count, factor, out + c);
    for (; c + W <= cache.width; c += W)
        value_columns<1>(scores, cache.values + c, cache.stride, count, factor, out + c);
    for (; c < cache.width; c++) {
        float total = 0;
        for (j = 0; j < count; j++) total += scores[j] * half_to_float(cache.values[j * cache.stride + c]);
        out[c] = total * factor;
    }
}

static GroupedKernels grouped_table() {
    return {quantise_groups,
            grouped_product<false, false>,
            grouped_product<true, false>,
            grouped_product<false, true>,
            grouped_product<true, true>,
            widen,
            narrow,
            attend,
            softmax};
}
