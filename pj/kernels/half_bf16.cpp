// Compiled for processors with AVX-512 BF16; nothing here may run before it is known to be there.

// g++ 12 warns of its own header's operands that are meant to be undefined (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

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

  // The compiler's own conversions take several instructions each.
  static Floats load_halves(const std::uint16_t* halves) {
    const __m256i narrow = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves));
    return __builtin_bit_cast(Floats, _mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16));
  }
  static void store_words(std::int16_t* words, const Floats& x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(words), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(x)));
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
