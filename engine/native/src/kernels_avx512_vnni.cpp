// AVX2 with the dot product of bytes, on 256 bits: wider ones lower the clock of
// several processors and a laptop waits for its memory anyway.
#include "kernels.h"

#if defined(BL_HAVE_AVX512_VNNI)
#include <immintrin.h>
#include <stddef.h>

namespace avx512_vnni {
#include "vec_avx2.h"

static inline __m256i dot_bytes(__m256i sums, __m256i weights, __m256i x) {
    return _mm256_dpbusd_epi32(sums, weights, x);
}

#include "vec_dot_rows.h"
#include "vec_groups.h"
#include "kernels_impl.h"
}  // namespace avx512_vnni

const Kernels* avx512_vnni_kernels() {
    static const Kernels kernels = avx512_vnni::table("AVX-512 VNNI");
    return &kernels;
}
#else
const Kernels* avx512_vnni_kernels() { return nullptr; }
#endif
