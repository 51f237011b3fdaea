// AVX-512 with the dot product of bytes.
#include "kernels.h"

#if defined(BL_HAVE_AVX512_VNNI)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

namespace avx512_vnni {
#include "vec_avx512.h"

#include "products_avx512.h"

#include "kernels_impl.h"
}  // namespace avx512_vnni

const Kernels* avx512_vnni_kernels() {
    static const Kernels kernels = avx512_vnni::table("AVX-512 VNNI");
    return &kernels;
}
#else
const Kernels* avx512_vnni_kernels() { return nullptr; }
#endif
