// Making and ending models, the choice of instructions, and what tests and measurements need.
#include "api.h"

#include <chrono>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

#include "bitllama.h"
#include "dispatch.h"

int32_t bl_abi() { return BL_ABI; }

const char* bl_instruction_sets() { return instruction_sets(); }

bl_model* bl_create(const bl_config* config, const bl_layer* layers, bl_table embed, const float* norm_f, bl_table head,
                    int32_t threads, const char* instructions) {
    const Kernels* kernels = select_kernels(instructions);
    if (!kernels) return nullptr;
    try {
        return new bl_model(*config, layers, embed, norm_f, head, threads, kernels);
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    } catch (const std::system_error&) {  // no more threads
    }
    return nullptr;
}

void bl_destroy(bl_model* model) { delete model; }

void bl_profile(bl_model* model, double* seconds) { model->profile = seconds; }

int32_t bl_ternary_sums(const char* instructions, bl_ternary matrix, int32_t rows, int32_t cols, const int8_t* x,
                        int32_t tokens, int32_t* out) {
    const Kernels* k = select_kernels(instructions);
    if (!k) return -1;
    const size_t width = size_t(padded(cols));
    std::vector<int8_t> values(width * size_t(tokens));
    std::vector<Quantised> scales(static_cast<size_t>(tokens));
    std::vector<uint8_t> unpacked(size_t(k->tile_rows) * width);
    std::vector<float> products(size_t(tokens) * size_t(rows));
    for (int t = 0; t < tokens; t++) {
        int32_t sum = 0;
        for (int c = 0; c < cols; c++) sum += values[t * width + c] = x[size_t(t) * cols + c];
        scales[t] = {1.0f, sum};
    }
    if (matrix.ternary5in3 && tokens == 1) {
        std::vector<uint8_t> tables(size_t(row_triples(cols)) * MOST_TABLE_BYTES);
        k->tabulate(values.data(), cols, tables.data());
        k->ternary5in3(matrix.codes, 0, rows, cols, 1.0f, tables.data(), matrix.codes, products.data(), false);
    } else if (matrix.ternary5in3) {
        k->ternary5in3_many(matrix.codes, 0, rows, cols, 1.0f, values.data(), scales.data(), tokens, products.data(),
                            size_t(rows), false, unpacked.data());
    } else {
        k->ternary(matrix.codes, rows, cols, 1.0f, values.data(), scales.data(), tokens, products.data(), size_t(rows),
                   false, unpacked.data());
    }
    for (size_t i = 0; i < products.size(); i++) out[i] = int32_t(products[i]);
    return 0;
}

double bl_read_seconds(uint64_t bytes, int32_t threads, int32_t rounds) {
    try {
        std::vector<float> memory(bytes / sizeof(float), 1.0f);
        std::vector<float> ones(4096, 1.0f), sums(size_t(threads) * 16);
        Pool pool(threads);
        const Kernels* k = select_kernels(nullptr);
        double best = -1;
        for (int round = 0; round < rounds; round++) {
            const auto began = std::chrono::steady_clock::now();
            pool.run([&](int thread) {
                const Range mine = split(int(memory.size() / ones.size()), thread, threads, 1);
                for (int i = mine.begin; i < mine.end; i++)
                    sums[size_t(thread) * 16] +=
                        k->dot(memory.data() + size_t(i) * ones.size(), ones.data(), int(ones.size()));
            });
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
            if (best < 0 || took.count() < best) best = took.count();
        }
        return sums[0] > 0 ? best : -1;
    } catch (const std::bad_alloc&) {
        return -1;
    }
}
