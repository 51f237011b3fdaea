// AVX-512 with the dot product of bytes and products of bit matrices.
#include "kernels.h"

#if defined(BL_HAVE_AVX512_GFNI)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

namespace avx512_gfni {
#include "vec_avx512.h"

#include "products_avx512.h"

#include "kernels_impl.h"
}  // namespace avx512_gfni

const Kernels* avx512_gfni_kernels() {
    static const Kernels kernels = avx512_gfni::table("AVX-512 VNNI GFNI");
    return &kernels;
}
#else
const Kernels* avx512_gfni_kernels() { return nullptr; }
#endif
