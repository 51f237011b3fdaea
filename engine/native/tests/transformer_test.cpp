// Fuzzes grouped products against plain loops, and small transformers of every kind of matrix: threads change no bit,
// and a chunk gives what its tokens give one by one. Buffers end exactly where their values end.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "api.h"
#include "buffers.h"
#include "dispatch.h"
#include "fuzz.h"
#include "linear.h"

namespace {
const std::vector<int32_t> GROUPED = {BL_GROUP8, BL_GROUP4, BL_SUPER8, BL_SUPER4};

// A random matrix of a kind whose products are about as large as what goes in.
struct RandomMatrix {
    RandomMatrix(int32_t kind, int rows, int cols) : bias(floats(size_t(rows))) {
        const float size = 1.0f / std::sqrt(float(cols));
        matrix = {kind, rows, cols, size, nullptr, whole(0, 1) ? bias.data() : nullptr};
        if (kind == BL_FLOATS) {
            weights = floats(size_t(rows) * cols);
            for (float& weight : weights) weight *= size;
            matrix.data = weights.data();
            return;
        }
        const size_t eights = size_t(rows + TILE_LANES - 1) / TILE_LANES;
        bytes.resize(kind == BL_TERNARY2 ? size_t(rows) * padded(cols) / BLOCK * BLOCK_BYTES
                                         : eights * group_form(matrix).rows(cols / GROUP_COLUMNS));
        matrix.data = bytes.data();
        if (kind == BL_TERNARY2) {
            for (uint8_t& byte : bytes)
                for (int field = 0; field < 8; field += 2) byte = uint8_t(byte | whole(0, 2) << field);
            return;
        }
        for (uint8_t& byte : bytes) byte = uint8_t(whole(0, 255));
        const GroupForm form = group_form(matrix);
        const size_t every = form.super ? form.super_header() + SUPER_GROUPS * form.tile() : form.tile();
        const float largest = (form.bits == 8 ? 128.0f : 8.0f) * (form.super ? 64.0f : 1.0f);
        for (size_t at = 0; at < bytes.size(); at += every)
            for (int i = 0; i < (form.bits == 8 && !form.super ? 1 : 2) * TILE_LANES; i++) {
                const uint16_t half = float_to_half(size / largest * float(whole(1, 100)) / 50.0f);
                std::memcpy(bytes.data() + at + 2 * i, &half, sizeof half);
            }
    }
    std::vector<float> bias, weights;
    std::vector<uint8_t> bytes;
    bl_matrix matrix;
};

void test_grouped(const std::string& set) {
    for (int round = 0; round < 40; round++) {
        const int32_t kind = GROUPED[size_t(round) % GROUPED.size()];
        const int rows = whole(1, 40), tokens = whole(1, 9),
                  cols = kind >= BL_SUPER8 ? 256 * whole(1, 3) : 32 * whole(1, 9);
        const RandomMatrix w(kind, rows, cols);
        const std::vector<float> x = floats(size_t(tokens) * cols);
        std::vector<float> y(size_t(tokens) * rows);
        require(!bl_matrix_product(set.c_str(), &w.matrix, x.data(), tokens, y.data()), set + ": no product");
        RoundedInput rounded(tokens, cols);
        for (int t = 0; t < tokens; t++)
            rounded.take(*select_kernels(set.c_str()), TAKES_GROUPS, x.data() + size_t(t) * cols, cols, t);
        for (int t = 0; t < tokens; t++)
            for (int r = 0; r < rows; r++) {
                const GroupedActivations token = rounded.grouped(cols).token(t);
                double expected = w.matrix.bias ? w.bias[size_t(r)] : 0, size = 1e-3;
                for (int g = 0; g < token.groups; g++) {
                    const GroupOfRow group =
                        group_of_row(group_form(w.matrix), linear_row(w.matrix, r), g, r % TILE_LANES);
                    for (int i = 0; i < GROUP_COLUMNS; i++) {
                        const double weight = group.whole[i] * double(group.scales[i / 16]) + group.minimum;
                        const double product = weight * token.whole[g * GROUP_COLUMNS + i] * token.scales[g];
                        expected += product;
                        size += std::fabs(product);
                    }
                }
                require(std::fabs(y[size_t(t) * rows + r] - expected) <= 1e-5 * size,
                        set + ": a grouped product is wrong");
            }
    }
}

void test_halves() {
    for (int bits = 0; bits < 1 << 16; bits++) {
        const float value = half_to_float(uint16_t(bits));
        if (!std::isnan(value)) require(float_to_half(value) == bits, "a float16 does not come back");
    }
    require(float_to_half(65519.0f) == 0x7bff && float_to_half(65520.0f) == 0x7c00, "the largest float16 is another");
    require(float_to_half(1.0f + 1.0f / 2048) == 0x3c00 && float_to_half(1.0f + 3.0f / 2048) == 0x3c02,
            "ties go to even");
}

struct RandomTransformer {
    explicit RandomTransformer(int32_t kind) {
        const int unit = kind >= BL_SUPER8 ? 256 : 32;
        const int d = 32, heads = unit / d * whole(1, 2), kv = heads % 2 ? heads : heads / whole(1, 2);
        config = {whole(9, 70),       unit * whole(1, 2),  2,           heads, kv,   d,
                  unit * whole(1, 2), 2 * whole(1, d / 2), whole(0, 2), 1e-5f, 1.5f, 0.2f,
                  whole(0, 1) * 4.0f, whole(0, 1) * 9.0f};
        const auto add = [&](int32_t what, int rows, int cols) {
            matrices.push_back(std::make_unique<RandomMatrix>(what, rows, cols));
            return matrices.back()->matrix;
        };
        const auto norm = [&](int n, bool there) {
            return there ? vectors.emplace_back(floats(size_t(n))).data() : nullptr;
        };
        vectors.reserve(64);
        const int hidden = config.hidden, width = heads * d, kv_width = kv * d, mlp = config.mlp;
        embed = add(kind == BL_TERNARY2 ? BL_FLOATS : kind, config.vocab, hidden);
        embed.bias = nullptr;
        const bool post = whole(0, 1), sub = whole(0, 1), of_heads = whole(0, 1);
        for (int i = 0; i < config.layers; i++) {
            bl_transformer_layer layer{};
            layer.q = add(kind, width, hidden);
            layer.k = add(kind, kv_width, hidden);
            layer.v = add(i ? kind : int32_t(BL_FLOATS), kv_width, hidden);
            layer.o = add(kind, hidden, width);
            layer.gate = add(kind, mlp, hidden);
            layer.up = add(kind, mlp, hidden);
            layer.down = add(kind, hidden, mlp);
            layer.norm1 = norm(hidden, true), layer.norm2 = norm(hidden, true);
            layer.post_norm1 = norm(hidden, post), layer.post_norm2 = norm(hidden, post);
            layer.q_norm = norm(d, of_heads), layer.k_norm = norm(d, of_heads);
            layer.attention_norm = norm(width, sub), layer.mlp_norm = norm(mlp, sub);
            layer.frequencies = norm(config.rotary / 2, true);
            layer.amplitude = 1.0f;
            layer.window = i ? 0 : whole(0, 9);
            layers.push_back(layer);
        }
        norm_f = norm(hidden, true);
    }
    // Everything that comes out of feeding these tokens in chunks of so many.
    std::vector<float> feed(const std::string& set, int threads, const std::vector<int32_t>& tokens, int chunk) const {
        bl_transformer* model =
            bl_transformer_create(&config, layers.data(), embed, norm_f, embed, threads, set.c_str());
        require(model, set + ": no transformer");
        const size_t row = size_t(2) * config.kv_heads * config.head_dim;
        std::vector<std::vector<uint16_t>> caches(layers.size(), std::vector<uint16_t>(tokens.size() * row));
        std::vector<uint16_t*> places;
        for (auto& cache : caches) places.push_back(cache.data());
        std::vector<float> logits(tokens.size() * size_t(config.vocab));
        for (int start = 0; start < int(tokens.size()); start += chunk) {
            const int count = std::min(chunk, int(tokens.size()) - start);
            require(!bl_transformer_feed(model, tokens.data() + start, count, start, places.data(),
                                         logits.data() + size_t(start) * config.vocab, count),
                    "no memory");
        }
        bl_transformer_destroy(model);
        return logits;
    }
    bl_transformer_config config;
    std::vector<std::unique_ptr<RandomMatrix>> matrices;
    std::vector<std::vector<float>> vectors;
    std::vector<bl_transformer_layer> layers;
    bl_matrix embed;
    const float* norm_f;
};
}  // namespace

void test_transformers(const std::string& set) {
    test_halves();
    test_grouped(set);
    for (int32_t kind : {BL_FLOATS, BL_GROUP8, BL_GROUP4, BL_TERNARY2, BL_SUPER8, BL_SUPER4})
        for (int round = 0; round < 2; round++) {
            const RandomTransformer net(kind);
            std::vector<int32_t> tokens(size_t(whole(1, 90)));
            for (int32_t& token : tokens) token = whole(0, net.config.vocab - 1);
            const int chunk = whole(1, BL_MAX_CHUNK);
            const std::vector<float> alone = net.feed(set, 1, tokens, chunk),
                                     together = net.feed(set, whole(2, 4), tokens, chunk);
            require(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0,
                    set + ": threads change what a transformer computes");
            if (kind != BL_FLOATS) continue;  // elsewhere the last bit of a sum may round an activation otherwise
            const std::vector<float> steps = net.feed(set, 1, tokens, 1);
            for (size_t i = 0; i < steps.size(); i++)
                require(std::fabs(steps[i] - alone[i]) <= 1e-2f * (1 + std::fabs(steps[i])),
                        set + ": a chunk is no row of tokens");
        }
}
