// The functions of training against plain loops in double: what they give, and their gradients along a random
// direction, which the loops have by a difference. Every result lies in a buffer of its own size that holds NaN before.
#include <cmath>
#include <functional>
#include <limits>

#include "api.h"
#include "fuzz.h"
#include "kernels/kernels.h"

namespace {
using Vectors = std::vector<std::vector<float>>;
using Doubles = std::vector<std::vector<double>>;

std::vector<float> unwritten(size_t count) {
    return std::vector<float>(count, std::numeric_limits<float>::quiet_NaN());
}

Vectors unwritten_like(const Vectors& all) {
    Vectors out;
    for (const std::vector<float>& one : all) out.push_back(unwritten(one.size()));
    return out;
}

Doubles in_double(const Vectors& all) {
    Doubles out;
    for (const std::vector<float>& one : all) out.emplace_back(one.begin(), one.end());
    return out;
}

void require_same(const std::vector<float>& mine, const std::vector<double>& truth, const std::string& what) {
    double error = 0, size = 0;
    for (size_t i = 0; i < truth.size(); i++) {
        error += std::pow(double(mine[i]) - truth[i], 2);
        size += std::pow(truth[i], 2);
    }
    require(error <= 1e-9 * size + 1e-12, what);  // false of NaN, too
}

// `into` is the gradient of what `plain` gives, `gradients` that of `inputs`, as the library has it.
void require_gradient(const std::function<Doubles(const Doubles&)>& plain, const Vectors& inputs, const Vectors& into,
                      const Vectors& gradients, const std::string& what) {
    constexpr double STEP = 1e-5;
    Doubles ahead = in_double(inputs), behind = ahead;
    double mine = 0, size = 0;
    for (size_t i = 0; i < inputs.size(); i++) {
        const std::vector<float> direction = floats(inputs[i].size());
        for (size_t j = 0; j < direction.size(); j++) {
            ahead[i][j] += STEP * direction[j];
            behind[i][j] -= STEP * direction[j];
            mine += double(gradients[i][j]) * direction[j];
            size += std::pow(double(gradients[i][j]), 2);
        }
    }
    double truth = 0;
    const Doubles more = plain(ahead), less = plain(behind);
    for (size_t i = 0; i < into.size(); i++)
        for (size_t j = 0; j < into[i].size(); j++) truth += into[i][j] * (more[i][j] - less[i][j]) / (2 * STEP);
    require(std::abs(mine - truth) <= 1e-4 * std::sqrt(size) + 1e-6, what);
}

double silu(double x) { return x / (1 + std::exp(-x)); }

void test_linears(const std::string& set) {
    for (int round = 0; round < 12; round++) {
        const int cols = whole(1, 150), tokens = round ? whole(1, 30) : 400, count = whole(1, 3);
        std::vector<int32_t> rows;
        int sum = 0;
        for (int i = 0; i < count; i++) sum += rows.emplace_back(whole(1, 40));
        std::vector<float> ternary, scales, x = floats(size_t(tokens) * cols);
        for (int rows_here : rows) {
            scales.push_back(std::abs(floats(1)[0]) + 0.1f);
            for (int i = 0; i < rows_here * cols; i++) ternary.push_back(float(whole(-1, 1)) * scales.back());
        }
        std::vector<float> rounded = unwritten(x.size()), y = unwritten(size_t(tokens) * sum);
        const bl_linears linears{count, cols, rows.data(), ternary.data(), scales.data()};
        const float largest = round % 2 ? 127.0f : 7.0f;
        require(!bl_ternary_linears(set.c_str(), whole(1, 4), &linears, tokens, largest, x.data(), rounded.data(),
                                    y.data()),
                set + ": no linears");
        std::vector<double> nearest, product;
        for (int t = 0; t < tokens; t++) {
            const float* row = x.data() + size_t(t) * cols;
            float top = 0;
            for (int c = 0; c < cols; c++) top = std::max(top, std::abs(row[c]));
            const float scale = top / largest;
            for (int c = 0; c < cols; c++) nearest.push_back(std::nearbyint(row[c] / scale) * double(scale));
            for (int r = 0; r < sum; r++) {
                product.push_back(0);
                for (int c = 0; c < cols; c++)
                    product.back() += nearest[size_t(t) * cols + c] * ternary[size_t(r) * cols + c];
            }
        }
        require_same(rounded, nearest, set + ": a rounded activation of training is wrong");
        require_same(y, product, set + ": a ternary product of training is wrong");
    }
}

void test_norm(const std::string& set) {
    for (int round = 0; round < 12; round++) {
        const int rows = round ? whole(1, 30) : 400, n = whole(1, 70), threads = whole(1, 4);
        const float eps = round % 2 ? 1e-5f : 0.1f;
        const auto plain = [&](const Doubles& in) {
            Doubles out(1);
            for (int r = 0; r < rows; r++) {
                const double* row = in[0].data() + size_t(r) * n;
                double squares = 0;
                for (int i = 0; i < n; i++) squares += row[i] * row[i];
                for (int i = 0; i < n; i++)
                    out[0].push_back(row[i] / std::sqrt(squares / n + double(eps)) * in[1][size_t(i)]);
            }
            return out;
        };
        const Vectors in{floats(size_t(rows) * n), floats(size_t(n))}, into{floats(in[0].size())};
        Vectors out = unwritten_like(into), gradients = unwritten_like(in);
        require(!bl_norm(set.c_str(), threads, rows, n, in[0].data(), in[1].data(), eps, out[0].data()) &&
                    !bl_norm_back(set.c_str(), threads, rows, n, in[0].data(), in[1].data(), eps, into[0].data(),
                                  gradients[0].data(), gradients[1].data()),
                set + ": no norm");
        require_same(out[0], plain(in_double(in))[0], set + ": a norm is wrong");
        require_gradient(plain, in, into, gradients, set + ": the gradient of a norm is wrong");
    }
}

void test_gate(const std::string& set) {
    for (int round = 0; round < 12; round++) {
        const int rows = round ? whole(1, 30) : 400, n = whole(1, 70), threads = whole(1, 4);
        const auto plain = [&](const Doubles& in) {
            Doubles out(1);
            for (int r = 0; r < rows; r++)
                for (int i = 0; i < n; i++)
                    out[0].push_back(silu(in[0][size_t(2 * r) * n + i]) * in[0][size_t(2 * r + 1) * n + i]);
            return out;
        };
        const Vectors in{floats(size_t(rows) * 2 * n)}, into{floats(size_t(rows) * n)};
        Vectors out = unwritten_like(into), gradients = unwritten_like(in);
        require(!bl_swiglu(set.c_str(), threads, rows, n, in[0].data(), out[0].data()) &&
                    !bl_swiglu_back(set.c_str(), threads, rows, n, in[0].data(), into[0].data(), gradients[0].data()),
                set + ": no gate");
        require_same(out[0], plain(in_double(in))[0], set + ": a gate is wrong");
        require_gradient(plain, in, into, gradients, set + ": the gradient of a gate is wrong");
    }
}

// Token by token, heads beside each other: (batch, tokens, heads, d).
bl_heads heads_of(std::vector<float>& values, int tokens, int heads, int d) {
    return {values.data(), int64_t(tokens) * heads * d, d, int64_t(heads) * d};
}
bl_heads heads_of(const std::vector<float>& values, int tokens, int heads, int d) {
    return heads_of(const_cast<std::vector<float>&>(values), tokens, heads, d);
}

void test_qkv(const std::string& set) {
    for (int round = 0; round < 8; round++) {
        const int batch = whole(1, 2), tokens = whole(1, round ? 20 : 140), heads = whole(1, 2), d = whole(1, 40);
        const int kernel = whole(1, 9), past = kernel - 1, width = 3 * heads * d, threads = whole(1, 4);
        const auto plain = [&](const Doubles& in) {  // of x, tail and weight (kernel, width): query, key and value
            Doubles out(3);
            for (int b = 0; b < batch; b++)
                for (int t = 0; t < tokens; t++)
                    for (int column = 0; column < 3 * heads; column++) {
                        std::vector<double> row;
                        double squares = 0;
                        for (int c = column * d; c < (column + 1) * d; c++) {
                            double mixed = 0;
                            for (int i = 0; i < kernel; i++) {
                                const int at = t + i - past;
                                const double x = at < 0 ? in[1][size_t(b * past + past + at) * width + c]
                                                        : in[0][size_t(b * tokens + at) * width + c];
                                mixed += x * in[2][size_t(i) * width + c];
                            }
                            row.push_back(silu(mixed));
                            squares += row.back() * row.back();
                        }
                        for (double value : row)
                            out[size_t(column / heads)].push_back(
                                column / heads < 2 ? value / (std::sqrt(squares) + 1e-6) : value);
                    }
            return out;
        };
        const size_t values = size_t(batch) * tokens * heads * d;
        const Vectors in{floats(3 * values), floats(size_t(batch) * past * width), floats(size_t(kernel) * width)};
        const Vectors into{floats(values), floats(values), floats(values)};
        Vectors out = unwritten_like(into), gradients = unwritten_like(in);
        const bl_qkv qkv{batch, tokens, heads, d, kernel, in[0].data(), in[1].data(), in[2].data()};
        bl_heads to[3], from[3];
        for (size_t i = 0; i < 3; i++) {
            to[i] = heads_of(out[i], tokens, heads, d);
            from[i] = heads_of(into[i], tokens, heads, d);
        }
        require(!bl_qkv_forward(set.c_str(), threads, &qkv, to) &&
                    !bl_qkv_backward(set.c_str(), threads, &qkv, from, gradients[0].data(), gradients[1].data(),
                                     gradients[2].data()),
                set + ": no qkv");
        const Doubles truth = plain(in_double(in));
        for (size_t i = 0; i < 3; i++) require_same(out[i], truth[i], set + ": a view is wrong");
        require_gradient(plain, in, into, gradients, set + ": the gradient of a view is wrong");
    }
}

void test_delta(const std::string& set) {
    for (int round = 0; round < 8; round++) {
        const int batch = whole(1, 2), heads = whole(1, 2), tokens = whole(1, round ? 40 : 150), threads = whole(1, 4);
        const int keys = whole(1, round == 1 ? 140 : 40), values = whole(1, round == 2 ? 140 : 40);
        const bool read_after = round % 2;
        // Of q, k, v, rate and state: what is read, the next state, and the losses. Rates and losses are (batch, heads,
        // tokens), states (batch, heads, values, keys).
        const auto plain = [&](const Doubles& in) {
            Doubles out{std::vector<double>(size_t(batch) * tokens * heads * values), in[4],
                        std::vector<double>(size_t(batch) * heads * tokens)};
            for (int b = 0; b < batch; b++)
                for (int h = 0; h < heads; h++)
                    for (int t = 0; t < tokens; t++) {
                        const size_t head = size_t(b * heads + h), row = size_t((b * tokens + t) * heads + h);
                        const double rate = in[3][head * tokens + t];
                        const double *q = in[0].data() + row * keys, *k = in[1].data() + row * keys;
                        for (int i = 0; i < values; i++) {
                            double* w = out[1].data() + (head * values + i) * keys;
                            double said = 0, before = 0, kq = 0;
                            for (int j = 0; j < keys; j++) {
                                said += w[j] * k[j];
                                before += w[j] * q[j];
                                kq += k[j] * q[j];
                            }
                            const double error = said - in[2][row * values + i];
                            out[0][row * values + i] = before - (read_after ? rate * error * kq : 0);
                            out[2][head * tokens + t] += error * error / 2;
                            for (int j = 0; j < keys; j++) w[j] -= rate * error * k[j];
                        }
                    }
            return out;
        };
        const size_t rows = size_t(batch) * tokens * heads, squares = size_t(batch) * heads * keys * values;
        Vectors in{floats(rows * keys), floats(rows * keys), floats(rows * values), floats(rows), floats(squares)};
        for (int i : {0, 1})
            for (float& x : in[size_t(i)]) x /= std::sqrt(float(keys)) * 1.5f;
        for (float& x : in[3]) x = 1 / (1 + std::exp(-x));
        const Vectors into{floats(rows * values), floats(squares)};
        Vectors gradients = unwritten_like(in);
        std::vector<float> out = unwritten(rows * values), next = unwritten(squares), loss = unwritten(rows);
        std::vector<float> errors = unwritten(rows * values);
        std::vector<float> starts = unwritten(squares * size_t(bl_delta_chunks(tokens)));
        const bl_delta delta{batch,
                             heads,
                             tokens,
                             keys,
                             values,
                             read_after,
                             heads_of(in[0], tokens, heads, keys),
                             heads_of(in[1], tokens, heads, keys),
                             heads_of(in[2], tokens, heads, values),
                             {in[3].data(), int64_t(heads) * tokens, tokens, 1},
                             errors.data(),
                             starts.data()};
        const bl_heads to[] = {heads_of(gradients[0], tokens, heads, keys), heads_of(gradients[1], tokens, heads, keys),
                               heads_of(gradients[2], tokens, heads, values)};
        require(!bl_delta_rule(set.c_str(), threads, &delta, in[4].data(), next.data(),
                               heads_of(out, tokens, heads, values), loss.data()) &&
                    !bl_delta_rule_back(set.c_str(), threads, &delta, heads_of(into[0], tokens, heads, values),
                                        into[1].data(), to, gradients[3].data(), gradients[4].data()),
                set + ": no delta rule");
        const Doubles truth = plain(in_double(in));
        require_same(out, truth[0], set + ": a reading of the delta rule is wrong");
        require_same(next, truth[1], set + ": a state of the delta rule is wrong");
        require_same(loss, truth[2], set + ": a loss of the delta rule is wrong");
        require_gradient(plain, in, into, gradients, set + ": the gradient of the delta rule is wrong");
    }
}
}  // namespace

void test_training(const std::string& set) {
    test_linears(set);
    test_norm(set);
    test_gate(set);
    test_qkv(set);
    test_delta(set);
}
