// What this processor can run, and the best set of kernels for it.
#include "dispatch.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace {
struct Processor {
    bool avx2 = false;         // and FMA and F16C
    bool avx_vnni = false;     // 256-bit dot products of bytes
    bool avx512_vnni = false;  // 512-bit ones, with AVX-512 F, BW and VL
    bool avx512_gfni = false;  // and products of bit matrices
    bool neon_dot = false;     // the dot-product extension of NEON
};
}  // namespace

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

namespace {
struct Leaf {
    uint32_t a, b, c, d;
};

Leaf cpuid(uint32_t leaf, uint32_t sub) {
    Leaf out{};
#if defined(_MSC_VER)
    int r[4];
    __cpuidex(r, int(leaf), int(sub));
    out = {uint32_t(r[0]), uint32_t(r[1]), uint32_t(r[2]), uint32_t(r[3])};
#else
    __get_cpuid_count(leaf, sub, &out.a, &out.b, &out.c, &out.d);
#endif
    return out;
}

// Which registers the operating system keeps.
uint64_t kept_registers() {
#if defined(_MSC_VER)
    return _xgetbv(0);
#else
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return uint64_t(high) << 32 | low;
#endif
}

bool bit(uint64_t word, int place) { return word >> place & 1; }
}  // namespace

static Processor this_processor() {
    Processor p;
    const uint32_t leaves = cpuid(0, 0).a;
    const Leaf one = cpuid(1, 0);
    if (leaves < 7 || !bit(one.c, 27)) return p;
    const uint64_t kept = kept_registers();
    const Leaf seven = cpuid(7, 0);
    const bool ymm = bit(kept, 1) && bit(kept, 2), zmm = ymm && bit(kept, 5) && bit(kept, 6) && bit(kept, 7);
    p.avx2 = ymm && bit(one.c, 12) && bit(one.c, 29) && bit(seven.b, 5);
    p.avx_vnni = p.avx2 && seven.a >= 1 && bit(cpuid(7, 1).a, 4);
    p.avx512_vnni = p.avx2 && zmm && bit(seven.b, 16) && bit(seven.b, 30) && bit(seven.b, 31) && bit(seven.c, 11);
    p.avx512_gfni = p.avx512_vnni && bit(seven.c, 8) && bit(seven.c, 6);  // and VBMI2
    return p;
}

#elif defined(__aarch64__) || defined(_M_ARM64)
#if defined(__linux__)
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

static Processor this_processor() {
    Processor p;
#if defined(__linux__)
    p.neon_dot = getauxval(AT_HWCAP) >> 20 & 1;  // HWCAP_ASIMDDP
#elif defined(__APPLE__)
    int has = 0;
    size_t size = sizeof has;
    p.neon_dot = sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, nullptr, 0) == 0 && has;
#elif defined(_WIN32)
    p.neon_dot = IsProcessorFeaturePresent(43);  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE
#endif
    return p;
}

#else
static Processor this_processor() { return {}; }
#endif

namespace {
// Best first.
const std::vector<const Kernels*>& usable() {
    static const std::vector<const Kernels*> kernels = [] {
        const Processor p = this_processor();
        std::vector<const Kernels*> found;
        if (p.avx512_gfni) found.push_back(avx512_gfni_kernels());
        if (p.avx512_vnni) found.push_back(avx512_vnni_kernels());
        if (p.avx_vnni) found.push_back(avx_vnni_kernels());
        if (p.avx2) found.push_back(avx2_kernels());
        if (p.neon_dot) found.push_back(neon_kernels());
        found.push_back(scalar_kernels());
        std::vector<const Kernels*> built;
        for (const Kernels* k : found)
            if (k) built.push_back(k);
        return built;
    }();
    return kernels;
}
}  // namespace

const Kernels* select_kernels(const char* instructions) {
    if (!instructions) return usable().front();
    for (const Kernels* k : usable())
        if (std::strcmp(k->name, instructions) == 0) return k;
    return nullptr;
}

const char* instruction_sets() {
    static const std::string names = [] {
        std::string joined;
        for (const Kernels* k : usable()) joined += (joined.empty() ? "" : ",") + std::string(k->name);
        return joined;
    }();
    return names.c_str();
}
