// Compiled for processors with AVX-512 BF16; nothing here may run before it is known to be there.

#include "pj/kernels/half_body.hpp"
#include "pj/kernels/half_vectors.hpp"

#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX512BF16__

namespace {

struct Target : HalfVectors<Target> {
  static constexpr int columns = 4;
  static constexpr int rows(int columns_of_tile) {
    return columns_of_tile == 1 ? 14 : columns_of_tile == 2 ? 12 : columns_of_tile == 3 ? 8 : 6;
  }

  static void store_halves(std::uint16_t* halves, const Floats& x) {
    const auto stored = _mm512_cvtneps_pbh(x);
    std::memcpy(halves, &stored, sizeof(stored));
  }
  /// Numbers nearer to 0 than the least normal one count as 0.
  static Floats dot(const Floats& sum, const Pairs& x, const Pairs& w) {
    return _mm512_dpbf16_ps(sum, __builtin_bit_cast(__m512bh, x), __builtin_bit_cast(__m512bh, w));
  }
};

}  // namespace

const HalfKernels* bf16_half_kernels() {
  return half_kernels_for<Target>("AVX-512 BF16");
}

#else

const HalfKernels* bf16_half_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
