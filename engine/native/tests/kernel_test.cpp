// Fuzzes the kernels and whole small models against plain loops, for the sanitizers: it touches every path of every
// instruction set of this processor, with buffers that end exactly where their values end.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "api.h"
#include "fuzz.h"
#include "bitllama.h"
#include "dispatch.h"

namespace {
// A random ternary matrix: packed, as ternary5in3, and plain.
struct Matrix {
    Matrix(int rows_, int cols_) : rows(rows_), cols(cols_), codes(size_t(rows_) * cols_) {
        packed.resize(size_t(rows) * padded(cols) / BLOCK * BLOCK_BYTES);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < padded(cols); c++) {
                const int code = c < cols ? whole(-1, 1) : 0;
                if (c < cols) codes[size_t(r) * cols + c] = int8_t(code);
                const int place = c % BLOCK;
                const size_t byte =
                    size_t(r) * padded(cols) / BLOCK * BLOCK_BYTES + c / BLOCK * BLOCK_BYTES + place % 16;
                packed[byte] |= uint8_t((code + 1) << 2 * (place / 16));
            }
        ternary5in3.resize(size_t(rows + TRIPLE_ROWS - 1) / TRIPLE_ROWS * group_bytes(cols));
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < row_triples(cols); i++) {
                int number = 0;
                for (int j = 2; j >= 0; j--)
                    number = 3 * number + (3 * i + j < cols ? codes[size_t(r) * cols + 3 * i + j] : 0);
                put_triple(r, i, number < 0 ? CODE_SIGN - number : number);
            }
    }
    // Writes the code of triple `i` of a row over what is there.
    void put_triple(int row, int i, int code) {
        uint8_t* group = ternary5in3.data() + size_t(row / TRIPLE_ROWS) * group_bytes(cols);
        const auto put = [&](int line, int bit, int value) {
            uint8_t& byte =
                group[(i / SPAN_TRIPLES * SPAN_LINES + line) * LINE_BYTES + row % TRIPLE_ROWS * 2 + bit / 8];
            byte = uint8_t((byte & ~(1 << bit % 8)) | value << bit % 8);
        };
        const int place = i % SPAN_TRIPLES;
        for (int bit = 0; bit < CODE_BITS; bit++)
            if (place == SPAN_TRIPLES - 1) put(SPAN_LINES - 1 - bit, 15, code >> bit & 1);
            else put(place / LINE_TRIPLES, CODE_BITS * (place % LINE_TRIPLES) + bit, code >> bit & 1);
    }
    bl_ternary as_ternary2() const { return {packed.data(), 1.0f / std::sqrt(float(cols)), 0}; }
    bl_ternary as_ternary5in3() const { return {ternary5in3.data(), 1.0f / std::sqrt(float(cols)), 1}; }
    int rows, cols;
    std::vector<int8_t> codes;
    std::vector<uint8_t> packed, ternary5in3;
};

// Any rows of ternary5in3 are what they are among all of them, for one token and for more.
void test_part(const std::string& set, const Matrix& w, const int8_t* x) {
    const Kernels& k = *select_kernels(set.c_str());
    const int first = whole(0, w.rows - 1), rows = whole(1, w.rows - first), width = padded(w.cols);
    std::vector<int8_t> values(size_t(2 * width));
    std::copy(x, x + w.cols, values.data());
    int32_t sum = 0;
    for (int c = 0; c < w.cols; c++) sum += x[c];
    const Quantised scales[2] = {{1.0f, sum}, {1.0f, 0}};
    std::vector<uint8_t> tables(size_t(row_triples(w.cols)) * MOST_TABLE_BYTES), unpacked(size_t(k.tile_rows * width));
    std::vector<float> one(size_t(rows), 1.0f), two(size_t(2 * rows)), row(static_cast<size_t>(width));
    std::vector<float> wide(size_t(rows), 1.0f), floats(values.begin(), values.begin() + width);
    k.tabulate(values.data(), w.cols, tables.data());
    k.ternary5in3(w.ternary5in3.data(), first, rows, w.cols, 1.0f, tables.data(), w.ternary5in3.data(), one.data(),
                  true);
    k.ternary5in3_many(w.ternary5in3.data(), first, rows, w.cols, 1.0f, values.data(), scales, 2, two.data(),
                       size_t(rows), false, unpacked.data());
    const float scale = 1.0f;
    k.ternary5in3_wide(w.ternary5in3.data(), first, rows, w.cols, 1.0f, floats.data(), size_t(width), &scale, 1,
                       wide.data(), size_t(rows), true, row.data());
    for (int r = 0; r < rows; r++) {
        int32_t expected = 0;
        for (int c = 0; c < w.cols; c++) expected += w.codes[size_t(first + r) * w.cols + c] * x[c];
        require(one[size_t(r)] == float(expected + 1), set + ": a part of ternary5in3 is wrong");
        require(two[size_t(r)] == float(expected) && two[size_t(rows + r)] == 0, set + ": a part for more is wrong");
        require(wide[size_t(r)] == float(expected + 1), set + ": a part of ternary5in3 in float is wrong");
    }
}

void test_products(const std::string& set) {
    for (int round = 0; round < 60; round++) {
        const Matrix w(whole(1, round % 3 ? 20 : 150), round < 5 ? 2048 + 64 * round : whole(1, 300));
        const int tokens = whole(1, 5);
        std::vector<int8_t> x(size_t(tokens) * w.cols);
        for (int8_t& value : x) value = int8_t(round % 2 ? whole(-127, 127) : 127);
        for (const bl_ternary& matrix : {w.as_ternary2(), w.as_ternary5in3()}) {
            std::vector<int32_t> out(size_t(tokens) * w.rows);
            bl_ternary_sums(set.c_str(), matrix, w.rows, w.cols, x.data(), tokens, out.data());
            for (int t = 0; t < tokens; t++)
                for (int r = 0; r < w.rows; r++) {
                    int32_t sum = 0;
                    for (int c = 0; c < w.cols; c++) sum += w.codes[size_t(r) * w.cols + c] * x[size_t(t) * w.cols + c];
                    require(sum == out[size_t(t) * w.rows + r], set + ": a ternary product is wrong");
                }
        }
        test_part(set, w, x.data());
    }
}

// Rows of whole numbers are exact sums: scales of 1 bring them out as they are.
void test_words(const std::string& set) {
    const Kernels& k = *select_kernels(set.c_str());
    for (int round = 0; round < 60; round++) {
        const int rows = whole(1, 40), n = whole(1, 300), blocks = padded(n) / BLOCK;
        std::vector<uint8_t> bytes(size_t(rows) * n), int5(size_t(rows) * blocks * INT5_BYTES);
        for (uint8_t& byte : bytes) byte = uint8_t(whole(1, 255));
        for (uint8_t& byte : int5) byte = uint8_t(whole(0, 255));
        std::vector<int8_t> x(size_t(padded(n)), 0);
        int32_t sum = 0;
        for (int i = 0; i < n; i++) sum += x[size_t(i)] = int8_t(round % 2 ? whole(-127, 127) : 127);
        const std::vector<float> scales(size_t(rows), 1.0f);
        std::vector<float> of_int8(scales), of_int5(scales);
        k.int8_rows(bytes.data(), scales.data(), rows, n, x.data(), {1.0f, sum}, ptrdiff_t(AHEAD), of_int8.data());
        k.int5_rows(int5.data(), scales.data(), rows, blocks, x.data(), {1.0f, sum}, -ptrdiff_t(AHEAD), of_int5.data());
        for (int r = 0; r < rows; r++) {
            int32_t expected[2] = {};
            for (int i = 0; i < n; i++) {
                expected[0] += (int(bytes[size_t(r) * n + i]) - INT8_ZERO) * x[size_t(i)];
                expected[1] +=
                    (int5_at(int5.data() + size_t(r) * blocks * INT5_BYTES, blocks, i) - INT5_ZERO) * x[size_t(i)];
            }
            require(of_int8[size_t(r)] == float(expected[0]), set + ": a product of bytes is wrong");
            require(of_int5[size_t(r)] == float(expected[1]), set + ": a product of int5 is wrong");
        }
    }
}

// Damage is found wherever it lies, and nowhere else.
void test_packing() {
    for (int round = 0; round < 200; round++) {
        Matrix w(whole(1, 20), round < 5 ? 20000 + 64 * round : whole(1, 300));
        const auto found = [&] { return bl_ternary2_damage(w.packed.data(), w.rows, w.cols); };
        require(found() == BL_SOUND, "sound weights were refused");
        const int row = whole(0, w.rows - 1), place = whole(0, padded(w.cols) - 1), code = whole(0, 3);
        const int shift = 2 * (place % BLOCK / BLOCK_BYTES);
        uint8_t& byte = w.packed[size_t(row) * padded(w.cols) / BLOCK * BLOCK_BYTES + place / BLOCK * BLOCK_BYTES +
                                 place % BLOCK_BYTES];
        byte = uint8_t((byte & ~(3 << shift)) | code << shift);
        const int expected = code == 3 ? BL_CODE_THREE : place >= w.cols && code != 1 ? BL_PADDING : BL_SOUND;
        require(found() == expected, "damage to packed weights was not told apart");
    }
    require(bl_ternary2_damage(nullptr, 0, 70) == BL_SOUND, "no rows are damaged");
}

void test_ternary5in3() {
    for (int round = 0; round < 200; round++) {
        Matrix w(whole(1, 150), whole(1, 300));
        const auto found = [&] { return bl_ternary5in3_damage(w.ternary5in3.data(), w.rows, w.cols); };
        require(found() == BL_SOUND, "sound ternary5in3 were refused");
        const int padded_rows = (w.rows + TRIPLE_ROWS - 1) / TRIPLE_ROWS * TRIPLE_ROWS;
        const int row = whole(0, padded_rows - 1), place = whole(0, row_triples(w.cols) - 1), code = whole(0, 31);
        w.put_triple(row, place, code);
        bool padding = false;
        for (int j = 0; j < 3; j++) padding |= (row >= w.rows || 3 * place + j >= w.cols) && DIGITS.of[code][j];
        const bool known = code % CODE_SIGN <= CODE_LARGEST && code != CODE_SIGN;
        require(found() == (!known    ? BL_NO_CODE
                            : padding ? BL_PADDING
                                      : BL_SOUND),
                "damage to ternary5in3 was not told apart");
    }
    require(bl_ternary5in3_damage(nullptr, 0, 70) == BL_SOUND, "no rows are damaged");
}

// Whole numbers are those of a division, also where it falls on a half, and their sum is right.
void test_quantise(const std::string& set) {
    const Kernels& k = *select_kernels(set.c_str());
    for (int round = 0; round < 60; round++) {
        const int n = whole(1, 300);
        std::vector<float> x = floats(size_t(n));
        const float size = std::ldexp(1.0f + float(whole(0, 9)) / 16, whole(-120, 100));
        for (float& value : x) value = round % 2 ? value * size : size * (float(whole(-254, 254)) / 2);
        std::vector<int8_t> out(size_t(padded(n)), 1);
        const Quantised q = k.quantise(x.data(), n, 127.0f, out.data());
        int32_t sum = 0;
        for (int i = 0; i < padded(n); i++) {
            const float expected = i < n ? std::nearbyint(x[size_t(i)] / q.scale) : 0.0f;
            require(float(out[size_t(i)]) == expected, set + ": a rounded activation is wrong");
            sum += out[size_t(i)];
        }
        require(sum == q.sum, set + ": the sum of activations is wrong");
    }
}

// Weights and what is known of each stretch of them; a draw by plain sorts of the same weights.
void test_draw(const std::string& set) {
    const Kernels& k = *select_kernels(set.c_str());
    for (int round = 0; round < 150; round++) {
        const int n = round < 40 ? 1 + round * 5 : whole(1, 3000);
        std::vector<float> x = floats(size_t(n));
        const float spread = std::ldexp(1.0f, whole(-3, 5));
        for (float& value : x) value = round % 3 ? value * spread : std::nearbyint(value * spread);  // many equals
        if (n > 2 && round % 4 == 0) x[size_t(whole(1, n - 1))] = -INFINITY;
        std::vector<float> w(static_cast<size_t>(n)), tops(size_t((n + STRETCH - 1) / STRETCH));
        std::vector<double> sums(size_t((n + SUMMED - 1) / SUMMED));
        const float peak = k.peak(x.data(), n);
        require(peak == *std::max_element(x.begin(), x.end()), set + ": that is not the largest");
        k.weigh(x.data(), n, peak, 0.7f, w.data(), sums.data(), tops.data());
        std::vector<float> largest(tops.size());
        std::vector<double> summed(sums.size());
        for (int i = 0; i < n; i++) {
            const double expected = std::exp(double((x[size_t(i)] - peak) * 0.7f));
            require(std::abs(w[size_t(i)] - expected) < 1e-6 * expected + 1e-30, set + ": a weight is wrong");
            largest[size_t(i / STRETCH)] = std::max(largest[size_t(i / STRETCH)], w[size_t(i)]);
            summed[size_t(i / SUMMED)] += double(w[size_t(i)]);
        }
        require(largest == tops, set + ": a largest weight is wrong");
        for (size_t i = 0; i < sums.size(); i++)
            require(std::abs(summed[i] - sums[i]) <= 1e-12 * summed[i], set + ": a sum is wrong");
        std::vector<int> order(static_cast<size_t>(n));
        for (int i = 0; i < n; i++) order[size_t(i)] = i;
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return w[size_t(a)] > w[size_t(b)]; });
        const int top_k = whole(0, 1) ? whole(1, n + 2) : 0;
        const double top_p = whole(0, 1) ? whole(1, 999) / 1000.0 + 1e-9 : 1.0;
        if (top_k && top_k < n) order.resize(size_t(top_k));
        const auto sum_of = [&] {
            double sum = 0;
            for (int i : order) sum += double(w[size_t(i)]);
            return sum;
        };
        const double wanted = top_p * sum_of();
        double reached = 0;
        for (size_t i = 0; i < order.size() && top_p < 1; i++)
            if ((reached += double(w[size_t(order[i])])) >= wanted) order.resize(i + 1);
        std::sort(order.begin(), order.end());
        const double chance = whole(1, 1000) / 1000.0 - 1e-7, place = chance * sum_of();
        int expected = -1;
        reached = 0;
        for (int i : order)
            if (expected < 0 && (reached += double(w[size_t(i)])) >= place) expected = i;
        require(bl_sample(set.c_str(), x.data(), n, 0.7f, top_k, top_p, chance) == expected,
                set + ": another was drawn");
        for (double edge : {1.0, 1e-16}) {
            const int drawn = bl_sample(set.c_str(), x.data(), n, 0.7f, top_k, top_p, edge);
            require(drawn >= 0 && drawn < n && w[size_t(drawn)] > 0, set + ": what is not allowed was drawn");
        }
        for (float bad : {NAN, INFINITY}) {
            x[size_t(whole(0, n - 1))] = bad;
            require(bl_sample(set.c_str(), x.data(), n, 0.7f, top_k, top_p, chance) == BL_NOT_FINITE,
                    set + ": drawn from what is no number");
        }
    }
}

struct Body {
    explicit Body(bool linear) {
        const int heads = linear ? whole(1, 3) : 1, d = whole(1, 40), kernel = linear ? whole(1, 4) : 1;
        const int bits[] = {4, 8, 16, 32};
        config = {whole(1, 70), whole(1, 90),      whole(1, 3), heads, d,     whole(1, 150),
                  kernel,       bits[whole(0, 3)], linear,      0.3f,  1e-5f, 1e-5f};
        const int hidden = config.hidden, width = heads * d;
        embed = floats(size_t(config.vocab) * hidden);
        head = floats(size_t(config.vocab) * hidden);
        bytes.resize(head.size());
        for (uint8_t& byte : bytes) byte = uint8_t(whole(1, 255));
        scales = floats(size_t(config.vocab));
        in_bytes = whole(0, 2) > 0;
        if (in_bytes && whole(0, 1)) {
            int5.resize(size_t(config.vocab) * (padded(hidden) / BLOCK) * INT5_BYTES);
            for (uint8_t& byte : int5) byte = uint8_t(whole(0, 255));
        }
        norm = floats(size_t(std::max(hidden, d)));
        conv = floats(size_t(kernel) * 3 * width);
        rate = floats(size_t(heads) * hidden);
        bias = floats(size_t(heads));
        for (int i = 0; i < 3; i++) maps.emplace_back(width, hidden);
        maps.emplace_back(hidden, width);
        maps.emplace_back(config.mlp, hidden);
        maps.emplace_back(config.mlp, hidden);
        maps.emplace_back(hidden, config.mlp);
        const bool learns = linear;
        const bool read = whole(0, 1), written = whole(0, 1);
        const auto map = [&](int i) {
            return (i == 3 || i == 6 ? written : read) ? maps[i].as_ternary5in3() : maps[i].as_ternary2();
        };
        for (int i = 0; i < config.layers; i++)
            layers.push_back({map(0), map(1), map(2), map(3), map(4), map(5), map(6), norm.data(), norm.data(),
                              kernel > 1 ? conv.data() : nullptr, learns ? rate.data() : nullptr,
                              learns ? bias.data() : nullptr, learns ? norm.data() : nullptr});
    }
    bl_config config;
    bl_table table(const std::vector<float>& values) const {
        if (in_bytes) return {nullptr, bytes.data(), nullptr, scales.data()};
        return {values.data(), nullptr, nullptr, nullptr};
    }
    bl_table head_table() const {
        if (!int5.empty()) return {nullptr, nullptr, int5.data(), scales.data()};
        return table(head);
    }
    bool in_bytes;
    std::vector<uint8_t> bytes, int5;
    std::vector<float> embed, head, norm, conv, rate, bias, scales;
    std::vector<Matrix> maps;
    std::vector<bl_layer> layers;
};

// Feed the same tokens with a number of threads; everything that comes out.
std::vector<float> live(const Body& body, const std::string& set, int threads, const std::vector<int32_t>& tokens) {
    const bl_config& c = body.config;
    const size_t width = size_t(c.heads) * c.head_dim;
    std::vector<float> fast(c.layers * width * c.head_dim), tail(size_t(c.layers) * (c.conv_kernel - 1) * 3 * width);
    std::vector<float> out(c.vocab), losses(c.layers), deferred(size_t(c.layers) * (BL_MAX_DEFERRED + 1) * 2 * width);
    int32_t ring[3] = {};
    const bl_state state{fast.data(), tail.data(), deferred.data(), ring};
    const bl_step_io loud{state, 1.5f, out.data(), losses.data()}, silent{state, 1.0f, nullptr, losses.data()};
    bl_model* model = bl_create(&c, body.layers.data(), body.table(body.embed), body.norm.data(), body.head_table(),
                                threads, set.c_str());
    require(model, set + ": no model");
    const int count = int(tokens.size());
    require(bl_prefill(model, state, tokens.data(), count, 1.0f, nullptr, 0, losses.data()) == 0, "prefill");
    double seconds[BL_PHASES] = {};
    bl_profile(model, seconds);
    for (int i = 0; i < 2 * BL_MAX_DEFERRED + 3; i++) bl_step(model, &loud, tokens[size_t(i) % tokens.size()]);
    bl_step(model, &silent, tokens[0]);
    bl_flush(model, state);
    require(seconds[BL_PHASES - 2] > 0, set + ": the head takes no time");
    bl_destroy(model);
    out.insert(out.end(), losses.begin(), losses.end());
    out.insert(out.end(), fast.begin(), fast.end());
    out.insert(out.end(), tail.begin(), tail.end());
    return out;
}

void test_models(const std::string& set) {
    for (int round = 0; round < 12; round++) {
        const Body body(round % 2 == 0);
        std::vector<int32_t> tokens(size_t(whole(1, BL_MAX_CHUNK)));
        for (int32_t& token : tokens) token = whole(0, body.config.vocab - 1);
        const std::vector<float> alone = live(body, set, 1, tokens), together = live(body, set, whole(2, 4), tokens);
        require(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0,
                set + ": threads change the result");
    }
}
}  // namespace

int main() {
    std::stringstream sets(bl_instruction_sets());
    for (std::string set; std::getline(sets, set, ',');) {
        test_products(set);
        test_words(set);
        test_quantise(set);
        test_draw(set);
        test_models(set);
        test_training(set);
        test_transformers(set);
        std::printf("%s: as the plain loops\n", set.c_str());
    }
    test_packing();
    test_ternary5in3();
    require(!bl_create(nullptr, nullptr, {}, nullptr, {}, 1, "steam"), "an unknown set was taken");
    require(bl_read_seconds(1 << 20, 2, 2) > 0, "no bandwidth");
    return 0;
}
