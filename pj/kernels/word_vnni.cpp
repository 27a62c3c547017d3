// Compiled for processors with AVX-512, VNNI and VPOPCNTDQ; nothing here may run before they are known to be there.

#include "pj/kernels/word_body.hpp"

#if defined(__AVX512VNNI__) && defined(__AVX512VPOPCNTDQ__)
#include <immintrin.h>
#endif

namespace pj {

#if defined(__AVX512VNNI__) && defined(__AVX512VPOPCNTDQ__)

namespace {

struct Target {
  static constexpr int lanes = 16, rows = 12;
  using Vector = __m512i;

  static Vector load(const std::uint32_t* words) { return _mm512_loadu_si512(words); }
  static void store(std::int32_t* numbers, Vector vector) { _mm512_storeu_si512(numbers, vector); }
  static Vector scaled(Vector sum, std::int32_t factor, std::int32_t offset) {
    return _mm512_add_epi32(_mm512_mullo_epi32(sum, _mm512_set1_epi32(factor)), _mm512_set1_epi32(offset));
  }
  static Vector bytes(Vector sum, std::uint32_t x, Vector w) {
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(static_cast<int>(x)), w);
  }
  static Vector signs(Vector sum, std::uint32_t x, Vector w) {
    const Vector differing = _mm512_xor_si512(_mm512_set1_epi32(static_cast<int>(x)), w);
    return _mm512_add_epi32(sum, _mm512_popcnt_epi32(differing));
  }
};

}  // namespace

const WordKernels* vnni_word_kernels() {
  return word_kernels_for<Target>("AVX-512 VNNI");
}

#else

const WordKernels* vnni_word_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
