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
        if (kind == BL_FLOATS || kind == BL_HALVES) {
            weights = floats(size_t(rows) * cols);
            for (float& weight : weights) {
                halves.push_back(float_to_half(weight * size));
                weight = half_to_float(halves.back());
            }
            matrix.data = kind == BL_FLOATS ? static_cast<const void*>(weights.data()) : halves.data();
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
    std::vector<uint16_t> halves;
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

// Rows of float16 numbers give what the same rows of floats do.
void test_half_rows(const std::string& set) {
    for (int round = 0; round < 20; round++) {
        const int rows = whole(1, 40), tokens = whole(1, 5), cols = whole(1, 90);
        const RandomMatrix w(BL_HALVES, rows, cols);
        bl_matrix wide = w.matrix;
        wide.kind = BL_FLOATS;
        wide.data = w.weights.data();
        const std::vector<float> x = floats(size_t(tokens) * cols);
        std::vector<float> y(size_t(tokens) * rows), expected(y.size());
        require(!bl_matrix_product(set.c_str(), &w.matrix, x.data(), tokens, y.data()), set + ": no product");
        require(!bl_matrix_product(set.c_str(), &wide, x.data(), tokens, expected.data()), set + ": no product");
        require(y == expected, set + ": a product of float16 numbers is wrong");
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

// What a memory carries while tokens of these roles are fed.
struct MemoryState {
    MemoryState(const bl_memory& m, std::vector<uint8_t> roles_, std::vector<float> fast_)
        : roles(std::move(roles_)),
          fast(std::move(fast_)),
          heard(size_t(BL_MEMORY_PIECE) * m.sources * m.hidden),
          topic(size_t(m.sources) * m.hidden + size_t(m.heads) * m.key_dim + m.gate_dim),
          tokens(size_t(BL_MEMORY_PIECE)) {}
    const bl_memory_io* from(int start) {
        io = {{fast.data(), &lived, heard.data(), topic.data(), tokens.data(), &count},
              roles.data() + start,
              &loss,
              1.5f};
        return &io;
    }
    std::vector<uint8_t> roles;
    std::vector<float> fast, heard, topic;
    std::vector<int32_t> tokens;
    int32_t count = 0;
    float lived = -1, loss = 0;
    bl_memory_io io{};
};

struct RandomMemory {
    RandomMemory(int hidden, int layers) {
        const auto blocks = [&](int low, int high) {
            std::vector<int32_t> out;
            for (int block = low; block <= high; block++)
                if (whole(0, 1) || block == low) out.push_back(block);
            return out;
        };
        const int middle = whole(0, layers - 1);
        sources = blocks(0, middle);
        depths = blocks(middle, layers - 1);
        const int heads = whole(1, 3), key = whole(1, 40), value = whole(1, 70), gate = whole(1, 20),
                  adapter = whole(1, 30);
        const int seen = int(sources.size()) * hidden;
        const auto add = [&](int rows, int cols, bool biased) {
            matrices.push_back(std::make_unique<RandomMatrix>(whole(0, 1) ? BL_FLOATS : BL_HALVES, rows, cols));
            RandomMatrix& made = *matrices.back();
            made.matrix.bias = biased ? made.bias.data() : nullptr;
            return made.matrix;
        };
        const auto gate_of = [&] {
            return bl_memory_gate{add(gate, seen, true), add(gate, seen, false), add(heads, gate, true)};
        };
        for (size_t i = 0; i < depths.size(); i++) {
            strengths.push_back(floats(size_t(heads)));
            biases.push_back(floats(size_t(hidden)));
            ports.push_back({add(hidden, heads * value, false), add(heads, hidden, true), add(adapter, hidden, true),
                             add(hidden, adapter, false), add(1, hidden, true), strengths.back().data(),
                             biases.back().data(), 1.5f});
        }
        pool = floats(size_t(seen));
        conv = floats(size_t(BL_CONV_TAPS) * heads * key);
        parts = {heads,
                 key,
                 value,
                 gate,
                 adapter,
                 hidden,
                 int32_t(sources.size()),
                 int32_t(depths.size()),
                 sources.data(),
                 depths.data(),
                 add(heads * key, seen, true),
                 add(heads * key, seen, true),
                 add(heads * key, seen, false),
                 add(heads * key, seen, false),
                 add(heads * value, hidden, false),
                 pool.data(),
                 conv.data(),
                 gate_of(),
                 gate_of(),
                 ports.data()};
    }
    MemoryState newborn(const std::vector<uint8_t>& roles) const {
        return {parts, roles, std::vector<float>(size_t(parts.heads) * parts.value_dim * parts.key_dim)};
    }
    std::vector<int32_t> sources, depths;
    std::vector<std::unique_ptr<RandomMatrix>> matrices;
    std::vector<std::vector<float>> strengths, biases;
    std::vector<bl_memory_depth> ports;
    std::vector<float> pool, conv;
    bl_memory parts;
};

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
    std::vector<float> feed(const std::string& set, int threads, const std::vector<int32_t>& tokens, int chunk,
                            const RandomMemory* memory = nullptr, MemoryState* lived = nullptr) const {
        bl_transformer* model = bl_transformer_create(&config, layers.data(), embed, norm_f, embed,
                                                      memory ? &memory->parts : nullptr, threads, set.c_str());
        require(model, set + ": no transformer");
        const size_t row = size_t(2) * config.kv_heads * config.head_dim;
        std::vector<std::vector<uint16_t>> caches(layers.size(), std::vector<uint16_t>(tokens.size() * row));
        std::vector<uint16_t*> places;
        for (auto& cache : caches) places.push_back(cache.data());
        std::vector<float> logits(tokens.size() * size_t(config.vocab));
        for (int start = 0; start < int(tokens.size()); start += chunk) {
            const int count = std::min(chunk, int(tokens.size()) - start);
            require(!bl_transformer_feed(model, tokens.data() + start, count, start, places.data(),
                                         logits.data() + size_t(start) * config.vocab, count,
                                         memory ? lived->from(start) : nullptr),
                    "no memory");
        }
        if (memory) bl_memory_write(model, lived->from(0));
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

// Threads change no bit of what is read and written; a chunk is its tokens one by one; what is empty adds nothing.
void test_memory(const std::string& set) {
    for (int32_t kind : {BL_FLOATS, BL_GROUP4}) {
        const RandomTransformer net(kind);
        const RandomMemory memory(net.config.hidden, net.config.layers);
        std::vector<int32_t> tokens(size_t(BL_MEMORY_PIECE + whole(60, 120)));
        std::vector<uint8_t> roles(tokens.size(), uint8_t(BL_HEARD));  // one message longer than is written at once
        for (int32_t& token : tokens) token = whole(0, net.config.vocab - 1);
        for (size_t i = size_t(BL_MEMORY_PIECE + whole(1, 9)), end; i < roles.size(); i = end) {
            end = std::min(roles.size(), i + size_t(whole(1, 20)));
            std::fill(roles.begin() + i, roles.begin() + end, uint8_t(whole(0, 2)));
        }
        const auto live = [&](int threads, int chunk, MemoryState& state) {
            std::vector<float> out = net.feed(set, threads, tokens, chunk, &memory, &state);
            for (const auto* part : {&state.fast, &state.topic}) out.insert(out.end(), part->begin(), part->end());
            out.push_back(state.loss);
            return out;
        };
        const int chunk = whole(1, BL_MAX_CHUNK);
        MemoryState first = memory.newborn(roles), second = first, third = first;
        const std::vector<float> alone = live(1, chunk, first), together = live(whole(2, 4), chunk, second);
        require(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0,
                set + ": threads change what a memory computes");
        require(first.count == 0 && first.loss > 0, set + ": a message is not written");
        if (kind == BL_FLOATS) {
            const std::vector<float> steps = live(1, 1, third);
            for (size_t i = 0; i < steps.size(); i++)
                require(std::fabs(steps[i] - alone[i]) <= 2e-2f * (1 + std::fabs(steps[i])),
                        set + ": a memory's chunk is no row of tokens");
        }
        std::fill(first.roles.begin(), first.roles.end(), uint8_t(BL_REPLY));
        live(1, chunk, first);
        require(first.lived > 0 && first.lived <= 1, set + ": a memory that was written holds nothing");
        MemoryState woken = first;
        woken.lived = -1;
        const std::vector<float> known = live(2, chunk, first), measured = live(1, chunk, woken);
        require(std::memcmp(known.data(), measured.data(), known.size() * sizeof(float)) == 0,
                set + ": what a memory holds is measured in two ways");
        MemoryState silent = memory.newborn(std::vector<uint8_t>(tokens.size(), uint8_t(BL_REPLY)));
        const std::vector<float> newborn = net.feed(set, 1, tokens, chunk, &memory, &silent),
                                 bare = net.feed(set, 1, tokens, chunk);
        require(std::memcmp(newborn.data(), bare.data(), bare.size() * sizeof(float)) == 0,
                set + ": an empty memory changes the logits");
    }
}

void test_transformers(const std::string& set) {
    test_halves();
    test_grouped(set);
    test_half_rows(set);
    test_memory(set);
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
