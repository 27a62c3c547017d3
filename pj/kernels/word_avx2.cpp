// Compiled for processors with AVX2; nothing here may run before it is known to be there.

#include "pj/kernels/word_dots.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX2__

namespace {

struct Target {
  static constexpr int lanes = 8, rows = 2;
  using Vector = __m256i;
  using Floats = __m256;

  static Vector load(const std::uint32_t* words) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words)); }
  static void store(std::int32_t* numbers, Vector vector) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers), vector);
  }
  static void store(float* numbers, Floats vector) { _mm256_storeu_ps(numbers, vector); }
  static Vector plus(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Floats plus(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Vector broadcast(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }
  static Vector scaled(Vector sum, std::int32_t factor, const std::int32_t* offsets) {
    return _mm256_add_epi32(_mm256_mullo_epi32(sum, _mm256_set1_epi32(factor)),
                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(offsets)));
  }
  /// Bytes are widened to 16 bits first: the instruction that multiplies bytes at once saturates.
  static Vector bytes(Vector sum, std::uint32_t x, Vector w) {
    const Vector inputs = broadcast(x);
    const Vector low_bytes = _mm256_set1_epi16(0xff);
    const Vector even =
        _mm256_madd_epi16(_mm256_and_si256(inputs, low_bytes), _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
    const Vector odd = _mm256_madd_epi16(_mm256_srli_epi16(inputs, 8), _mm256_srai_epi16(w, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
  }
  /// The sum with the ones of each lane added: those of each half byte are looked up (Muła, Kurz and Lemire, The
  /// Computer Journal 2018).
  static Vector counted(Vector sum, Vector bits) {
    const Vector ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                         2, 3, 2, 3, 3, 4);
    const Vector half = _mm256_set1_epi8(0xf);
    const Vector low = _mm256_shuffle_epi8(ones, _mm256_and_si256(bits, half));
    const Vector high = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi16(bits, 4), half));
    const Vector pairs = _mm256_maddubs_epi16(_mm256_add_epi8(low, high), _mm256_set1_epi8(1));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static Vector signs(Vector sum, std::uint32_t x, Vector w) { return counted(sum, _mm256_xor_si256(broadcast(x), w)); }
  static Vector ternary(Vector sum, std::uint32_t x, Vector signs, Vector ones) {
    return counted(sum, _mm256_and_si256(_mm256_xor_si256(broadcast(x), signs), ones));
  }
  static Vector upper_half(Vector words) { return _mm256_and_si256(words, _mm256_set1_epi32(-65536)); }
  static Floats bfloat16(Floats sum, std::uint32_t x, Vector w) {
    sum = _mm256_fmadd_ps(_mm256_castsi256_ps(broadcast(x << 16U)), _mm256_castsi256_ps(_mm256_slli_epi32(w, 16)), sum);
    return _mm256_fmadd_ps(_mm256_castsi256_ps(upper_half(broadcast(x))), _mm256_castsi256_ps(upper_half(w)), sum);
  }
  static Floats floats(Floats sum, std::uint32_t x, Floats w) {
    return _mm256_fmadd_ps(_mm256_castsi256_ps(broadcast(x)), w, sum);
  }

  struct ByteTable {
    Vector bytes;

    explicit ByteTable(const void* codebook)
        : bytes(_mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(codebook)))) {}
    Vector codebook16(Vector indices, int step) const { return looked_up(indices, 4 * step, 0xf); }
    Vector codebook4(Vector indices, int step) const { return looked_up(indices, 2 * step, 3); }

   private:
    Vector looked_up(Vector indices, int shift, char mask) const {
      return _mm256_shuffle_epi8(bytes, _mm256_and_si256(_mm256_srli_epi32(indices, shift), _mm256_set1_epi8(mask)));
    }
  };

  /// A permutation reaches eight floats: the fourth bit of an index chooses between two.
  struct FloatTable {
    Floats low, high;

    explicit FloatTable(const void* codebook)
        : low(_mm256_loadu_ps(static_cast<const float*>(codebook))),
          high(_mm256_loadu_ps(static_cast<const float*>(codebook) + 8)) {}
    Floats codebook16(Vector indices, int step) const {
      const Vector index = _mm256_srli_epi32(indices, 4 * step);
      const Floats is_high = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
      return _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, index), _mm256_permutevar8x32_ps(high, index), is_high);
    }
  };
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
