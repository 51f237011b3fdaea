// AVX2 with the dot product of bytes in its VEX form.
#include "kernels.h"

#if defined(BL_HAVE_AVX_VNNI)
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

namespace avx_vnni {
#include "vec_avx2.h"
#include "vec_parts.h"

static inline __m256i dot_bytes(__m256i sums, __m256i weights, __m256i x) {
    return _mm256_dpbusd_avx_epi32(sums, weights, x);
}

#include "vec_dot_rows.h"
#include "vec_groups.h"

#include "triples_avx2.h"

#include "products.h"

#include "kernels_impl.h"
}  // namespace avx_vnni

const Kernels* avx_vnni_kernels() {
    static const Kernels kernels = avx_vnni::table("AVX-VNNI");
    return &kernels;
}
#else
const Kernels* avx_vnni_kernels() { return nullptr; }
#endif
