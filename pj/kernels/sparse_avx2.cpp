// Compiled for processors with AVX2; nothing here may run before it is known to be there.

#include "pj/kernels/sparse_body.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX2__

namespace {

struct Target {
  static constexpr int lanes = 8, rows = 6, wide = 8;

  static void balanced(const BalancedProduct& p) {
    __m256 sums[2] = {};
    for (std::int64_t window = 0; window < p.windows; ++window) {
      for (std::int64_t entry = window * p.entries; entry < (window + 1) * p.entries; ++entry) {
        for (std::int64_t half = 0; half < 2; ++half) {
          const std::int64_t place = entry * 16 + half * 8;
          const __m256i index =
              _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p.indices + place)));
          const __m256 x = _mm256_i32gather_ps(p.input + window * balanced_window, index, 4);
          sums[half] = _mm256_fmadd_ps(x, _mm256_loadu_ps(p.values + place), sums[half]);
        }
      }
    }
    _mm256_storeu_ps(p.output, sums[0]);
    _mm256_storeu_ps(p.output + 8, sums[1]);
  }
};

}  // namespace

const SparseKernels* avx2_sparse_kernels() {
  return sparse_kernels_for<Target>("AVX2");
}

#else

const SparseKernels* avx2_sparse_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
