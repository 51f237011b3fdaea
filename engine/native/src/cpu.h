// What this processor can run.
#pragma once

struct Processor {
    bool avx2 = false;         // and FMA
    bool avx_vnni = false;     // 256-bit dot products of bytes
    bool avx512_vnni = false;  // 512-bit ones, with AVX-512 F, BW and VL
    bool avx512_gfni = false;  // and products of bit matrices
    bool neon_dot = false;     // the dot-product extension of NEON
};

Processor this_processor();
