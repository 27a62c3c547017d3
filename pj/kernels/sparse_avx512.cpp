// Compiled for processors with AVX-512; nothing here may run before it is known to be there.

#include "pj/kernels/sparse_body.hpp"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX512F__

namespace {

/// 28 sums and the weights fit the registers; inputs are broadcast from memory.
struct Target {
  static constexpr int lanes = 16, rows = 28, wide = 4;

  /// A permutation of two vectors reaches the whole window.
  static void balanced(const BalancedProduct& p) {
    constexpr int chains = 4;
    __m512 sums[chains] = {};
    std::int64_t place = 0;
    for (std::int64_t window = 0; window < p.windows; ++window) {
      const __m512 low = _mm512_loadu_ps(p.input + window * balanced_window);
      const __m512 high = _mm512_loadu_ps(p.input + window * balanced_window + 16);
      for (std::int64_t entry = 0; entry < p.entries; ++entry, place += 16) {
        constexpr __mmask16 all = 0xffff;  // g++ 12 warns of the form without a mask (GCC bug 105593)
        const __m512i index =
            _mm512_maskz_cvtepu8_epi32(all, _mm_loadu_si128(reinterpret_cast<const __m128i*>(p.indices + place)));
        __m512& sum = sums[entry % chains];
        sum = _mm512_fmadd_ps(_mm512_permutex2var_ps(low, index, high), _mm512_loadu_ps(p.values + place), sum);
      }
    }
    _mm512_storeu_ps(p.output, (sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
};

}  // namespace

const SparseKernels* avx512_sparse_kernels() {
  return sparse_kernels_for<Target>("AVX-512");
}

#else

const SparseKernels* avx512_sparse_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
