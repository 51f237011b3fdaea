// The kernels of training over a vector type; included after kernels_impl.h, inside the same namespace.

static inline F sigmoid(F x) { return ratio(set1(1.0f), add(set1(1.0f), exp(sub(set1(0.0f), x)))); }

constexpr int GATHER_AHEAD = 8;  // rows lie further apart than the processor looks ahead

// `count` rows of x from token `first` on, and the kernel - 1 before them, into rows of `ld` padded with zeros.
static void gather_rows(const QkvTask& task, int first, int count, float* out, int ld) {
    for (int i = 0; i < count + task.kernel - 1; i++, out += ld) {
        const int t = first + i - (task.kernel - 1);
        const float* row = t < 0 ? task.tail.row(task.kernel - 1 + t) : task.x.row(t);
        const float* later = row + size_t(GATHER_AHEAD) * task.x.stride;
        for (int c = 0; c < task.width; c += W) {
            prefetch(later + c);
            store(out + c, load_at(row + c, task.width - c));
        }
    }
}

// K: the width of the kernel, or 0 where only the task knows it.
template <int K>
static void convolve_rows(const QkvTask& task, const float* rows, int count, float* out, int ld) {
    const int kernel = K ? K : task.kernel;
    for (int c = 0; c < task.width; c += W) {
        F weights[K ? K : 1];
        for (int i = 0; i < K; i++) weights[i] = load_at(task.weight.row(i) + c, task.width - c);
        for (int t = 0; t < count; t++) {
            const float* row = rows + size_t(t) * ld + c;
            F mixed = set1(0.0f);
            for (int i = 0; i < kernel; i++)
                mixed = fma(load(row + i * ld),
                            K ? weights[K ? i : 0] : load_at(task.weight.row(i) + c, task.width - c), mixed);
            store(out + size_t(t) * ld + c, mixed);
        }
    }
}

// The gradient of x is the convolution turned round; that of the weight has a sum over tokens for each of its rows.
template <int K>
static void convolve_back(const QkvTask& task, const float* rows, const float* grad, int first, int count, int ld,
                          Rows grad_x, Rows grad_weight) {
    const int kernel = K ? K : task.kernel;
    for (int c = 0; c < task.width; c += W) {
        const int left = task.width - c;
        if (K) {
            F weights[K ? K : 1], sums[K ? K : 1];
            for (int i = 0; i < K; i++) {
                weights[i] = load_at(task.weight.row(i) + c, left);
                sums[i] = load_at(grad_weight.row(i) + c, left);
            }
            for (int t = 0; t < count; t++) {
                const float *row = rows + size_t(t) * ld + c, *ahead = grad + size_t(t) * ld + c;
                const F here = load(ahead);
                F into = set1(0.0f);
                for (int i = 0; i < K; i++) {
                    into = fma(load(ahead + i * ld), weights[K - 1 - i], into);
                    sums[i] = fma(here, load(row + i * ld), sums[i]);
                }
                store_at(grad_x.row(first + t) + c, into, left);
            }
            for (int i = 0; i < K; i++) store_at(grad_weight.row(i) + c, sums[i], left);
        } else {
            for (int i = 0; i < kernel; i++) {
                F total = load_at(grad_weight.row(i) + c, left);
                for (int t = 0; t < count; t++)
                    total = fma(load(grad + size_t(t) * ld + c), load(rows + size_t(t + i) * ld + c), total);
                store_at(grad_weight.row(i) + c, total, left);
            }
            for (int t = 0; t < count; t++) {
                F into = set1(0.0f);
                for (int i = 0; i < kernel; i++)
                    into = fma(load(grad + size_t(t + i) * ld + c), load_at(task.weight.row(kernel - 1 - i) + c, left),
                               into);
                store_at(grad_x.row(first + t) + c, into, left);
            }
        }
    }
}

struct QkvForms {
    void (*forward)(const QkvTask&, const float*, int, float*, int);
    void (*back)(const QkvTask&, const float*, const float*, int, int, int, Rows, Rows);
};

static QkvForms qkv_forms(int kernel) {
    switch (kernel) {
        case 1: return {convolve_rows<1>, convolve_back<1>};
        case 2: return {convolve_rows<2>, convolve_back<2>};
        case 3: return {convolve_rows<3>, convolve_back<3>};
        case 4: return {convolve_rows<4>, convolve_back<4>};
        case 8: return {convolve_rows<8>, convolve_back<8>};
        default: return {convolve_rows<0>, convolve_back<0>};
    }
}

static void qkv(const QkvTask& task, Rows out, float* scratch) {
    const int ld = padded_width(task.width);
    float* mixed = scratch + size_t(TRAIN_ROWS + task.kernel - 1) * ld;
    const QkvForms forms = qkv_forms(task.kernel);
    for (int first = 0; first < task.tokens; first += TRAIN_ROWS) {
        const int count = at_most(TRAIN_ROWS, task.tokens - first);
        gather_rows(task, first, count, scratch, ld);
        forms.forward(task, scratch, count, mixed, ld);
        for (int t = 0; t < count; t++) {
            float *row = mixed + size_t(t) * ld, *place = out.row(first + t);
            F squares = set1(0.0f);
            for (int c = 0; c < task.width; c += W) {
                const F y = silu_of(load(row + c));  // silu(0) is 0, so the padding stays
                squares = fma(y, y, squares);
                store(row + c, y);
            }
            const F factor = set1(task.unit ? 1.0f / (root(sum(squares)) + KEY_EPS) : 1.0f);
            for (int c = 0; c < task.width; c += W) store_at(place + c, mul(load(row + c), factor), task.width - c);
        }
    }
}

// The gradient of one row before silu, from that of a row y / (|y| + eps), y = silu(z).
static void row_back(const float* z, const float* grad, int width, bool unit, float* out) {
    F inside = set1(1.0f), along = set1(0.0f);
    if (unit) {
        F squares = set1(0.0f), product = set1(0.0f);
        for (int c = 0; c < width; c += W) {
            const F x = load(z + c), open = sigmoid(x), y = mul(x, open);
            store(out + c, open);  // it is used once more below
            squares = fma(y, y, squares);
            product = fma(y, load_at(grad + c, width - c), product);
        }
        const float length = root(sum(squares)), factor = 1.0f / (length + KEY_EPS);
        inside = set1(factor);
        along = set1(length > 0.0f ? -sum(product) * factor * factor / length : 0.0f);
    }
    const F one = set1(1.0f);
    for (int c = 0; c < width; c += W) {
        const F x = load(z + c), open = unit ? load(out + c) : sigmoid(x), y = mul(x, open);
        const F into = fma(y, along, mul(load_at(grad + c, width - c), inside));
        store(out + c, mul(into, fma(y, sub(one, open), open)));
    }
}

static void qkv_backward(const QkvTask& task, ConstRows grad, Rows grad_x, Rows grad_tail, Rows grad_weight,
                         float* scratch) {
    const int ld = padded_width(task.width), past = task.kernel - 1;
    const size_t part = size_t(TRAIN_ROWS + past) * ld;
    float *mixed = scratch + part, *into = scratch + 2 * part;
    const QkvForms forms = qkv_forms(task.kernel);
    int first = (task.tokens - 1) / TRAIN_ROWS * TRAIN_ROWS, count = task.tokens - first;
    for (int i = 0; i < past * ld; i += W) store(into + size_t(count) * ld + i, set1(0.0f));
    while (true) {  // from the last rows to the first: a row's gradient comes from the rows behind it
        gather_rows(task, first, count, scratch, ld);
        forms.forward(task, scratch, count, mixed, ld);
        for (int t = 0; t < count; t++)
            row_back(mixed + size_t(t) * ld, grad.row(first + t), task.width, task.unit, into + size_t(t) * ld);
        forms.back(task, scratch, into, first, count, ld, grad_x, grad_weight);
        if (!first) break;
        for (int i = 0; i < past * ld; i += W) store(into + size_t(TRAIN_ROWS) * ld + i, load(into + i));
        first -= TRAIN_ROWS;
        count = TRAIN_ROWS;
    }
    for (int p = 0; p < past; p++)
        for (int c = 0; c < task.width; c += W) {
            F sum_of = set1(0.0f);
            for (int i = 0; i <= p; i++)
                sum_of =
                    fma(load(into + size_t(p - i) * ld + c), load_at(task.weight.row(i) + c, task.width - c), sum_of);
            store_at(grad_tail.row(p) + c, sum_of, task.width - c);
        }
}

static Quantised round_row(const float* x, int n, float largest_whole, int8_t* out, float* rounded) {
    return quantised<true>(x, n, largest_whole, out, rounded);
}

static void rms_norm_back(const float* x, const float* w, const float* grad, int n, float eps, float* grad_x,
                          float* grad_w) {
    F squares = set1(0.0f), along = set1(0.0f);
    for (int i = 0; i < n; i += W) {
        const F v = load_at(x + i, n - i);
        squares = fma(v, v, squares);
        along = fma(mul(load_at(grad + i, n - i), load_at(w + i, n - i)), v, along);
    }
    // By rows of mean square 1, and not by the cube of the factor, which is nothing where a row is large.
    const float factor = 1.0f / root(sum(squares) / float(n) + eps);
    const F scale = set1(factor), mean = set1(sum(along) * factor / float(n));
    for (int i = 0; i < n; i += W) {
        const int left = n - i;
        const F unit_row = mul(load_at(x + i, left), scale), into = load_at(grad + i, left);
        store_at(grad_x + i, mul(sub(mul(into, load_at(w + i, left)), mul(unit_row, mean)), scale), left);
        store_at(grad_w + i, fma(into, unit_row, load_at(grad_w + i, left)), left);
    }
}

static void swiglu_back(const float* gate, const float* up, const float* grad, int n, float* grad_gate,
                        float* grad_up) {
    const F one = set1(1.0f);
    for (int i = 0; i < n; i += W) {
        const int left = n - i;
        const F x = load_at(gate + i, left), into = load_at(grad + i, left);
        const F open = sigmoid(x), y = mul(x, open);
        store_at(grad_up + i, mul(into, y), left);
        store_at(grad_gate + i, mul(mul(into, load_at(up + i, left)), fma(y, sub(one, open), open)), left);
    }
}

#include "training_delta_impl.h"

static TrainingKernels training_table() {
    return {qkv, qkv_backward, delta, delta_back, round_row, rms_norm_back, swiglu_back};
}
