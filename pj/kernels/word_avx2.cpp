// Compiled for processors with AVX2; nothing here may run before it is known to be there.

#include "pj/kernels/word_body.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX2__

namespace {

struct Target {
  static constexpr int lanes = 8, rows = 2;
  using Vector = __m256i;

  static Vector load(const std::uint32_t* words) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words)); }
  static void store(std::int32_t* numbers, Vector vector) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers), vector);
  }
  static Vector scaled(Vector sum, std::int32_t factor, std::int32_t offset) {
    return _mm256_add_epi32(_mm256_mullo_epi32(sum, _mm256_set1_epi32(factor)), _mm256_set1_epi32(offset));
  }
  /// Bytes are widened to 16 bits first: the instruction that multiplies bytes at once saturates.
  static Vector bytes(Vector sum, std::uint32_t x, Vector w) {
    const Vector inputs = _mm256_set1_epi32(static_cast<int>(x));
    const Vector low_bytes = _mm256_set1_epi16(0xff);
    const Vector even =
        _mm256_madd_epi16(_mm256_and_si256(inputs, low_bytes), _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
    const Vector odd = _mm256_madd_epi16(_mm256_srli_epi16(inputs, 8), _mm256_srai_epi16(w, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
  }
  /// The ones of each half byte are looked up (Muła, Kurz and Lemire, The Computer Journal 2018).
  static Vector signs(Vector sum, std::uint32_t x, Vector w) {
    const Vector differing = _mm256_xor_si256(_mm256_set1_epi32(static_cast<int>(x)), w);
    const Vector ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                         2, 3, 2, 3, 3, 4);
    const Vector half = _mm256_set1_epi8(0xf);
    const Vector low = _mm256_shuffle_epi8(ones, _mm256_and_si256(differing, half));
    const Vector high = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi16(differing, 4), half));
    const Vector pairs = _mm256_maddubs_epi16(_mm256_add_epi8(low, high), _mm256_set1_epi8(1));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

}  // namespace

const WordKernels* avx2_word_kernels() {
  return word_kernels_for<Target>("AVX2");
}

#else

const WordKernels* avx2_word_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
