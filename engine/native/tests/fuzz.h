// What the fuzz of the kernels is made of: random numbers, and a way to say what is wrong.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

inline std::mt19937& generator() {
    static std::mt19937 numbers(1);
    return numbers;
}

inline int whole(int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator()); }

inline std::vector<float> floats(size_t count) {
    std::normal_distribution<float> normal;
    std::vector<float> out(count);
    for (float& x : out) x = normal(generator());
    return out;
}

inline void require(bool holds, const std::string& what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}

// The functions of training against plain loops (training_test.cpp).
void test_training(const std::string& set);

// Grouped products and whole transformers (transformer_test.cpp).
void test_transformers(const std::string& set);
