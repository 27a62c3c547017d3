// Compiled for processors with AVX-512, VNNI and VPOPCNTDQ; nothing here may run before they are known to be there.

#include "pj/kernels/word_dots.hpp"

#if defined(__AVX512VNNI__) && defined(__AVX512VPOPCNTDQ__)
#include "pj/kernels/word_512.hpp"
#endif

namespace pj {

#if defined(__AVX512VNNI__) && defined(__AVX512VPOPCNTDQ__)

namespace {

struct Target : Words512<Target> {
  static constexpr int rows = 12;
  // Shifts, broadcasts and permutations of all lanes are written as masked ones: g++ 12 warns of the others (GCC bug
  // 105593).
  static constexpr __mmask16 all = 0xffff;

  static Vector scaled(Vector sum, std::int32_t factor, const std::int32_t* offsets) {
    return _mm512_add_epi32(_mm512_mullo_epi32(sum, _mm512_set1_epi32(factor)), _mm512_loadu_si512(offsets));
  }
  static Vector bytes(Vector sum, std::uint32_t x, Vector w) { return _mm512_dpbusd_epi32(sum, broadcast(x), w); }
  static Vector signs(Vector sum, std::uint32_t x, Vector w) {
    return _mm512_add_epi32(sum, _mm512_popcnt_epi32(_mm512_xor_si512(broadcast(x), w)));
  }
  static Vector ternary(Vector sum, std::uint32_t x, Vector signs, Vector ones) {
    constexpr int exclusive_or_of_two_and_third = 0x28;  // the truth table of (a ^ b) & c
    return _mm512_add_epi32(
        sum, _mm512_popcnt_epi32(_mm512_ternarylogic_epi32(broadcast(x), signs, ones, exclusive_or_of_two_and_third)));
  }
  static Vector upper_half(Vector words) { return _mm512_and_si512(words, _mm512_set1_epi32(-65536)); }
  static Floats bfloat16(Floats sum, std::uint32_t x, Vector w) {
    sum = _mm512_fmadd_ps(_mm512_castsi512_ps(broadcast(x << 16U)),
                          _mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, w, 16)), sum);
    return _mm512_fmadd_ps(_mm512_castsi512_ps(upper_half(broadcast(x))), _mm512_castsi512_ps(upper_half(w)), sum);
  }
  static Floats floats(Floats sum, std::uint32_t x, Floats w) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(broadcast(x)), w, sum);
  }

  struct ByteTable {
    Vector bytes;

    explicit ByteTable(const void* codebook)
        : bytes(_mm512_maskz_broadcast_i32x4(all, _mm_loadu_si128(static_cast<const __m128i*>(codebook)))) {}
    Vector codebook16(Vector indices, int step) const {
      return looked_up(indices, 4U * static_cast<unsigned>(step), 0xf);
    }
    Vector codebook4(Vector indices, int step) const { return looked_up(indices, 2U * static_cast<unsigned>(step), 3); }

   private:
    Vector looked_up(Vector indices, unsigned shift, char mask) const {
      return _mm512_shuffle_epi8(
          bytes, _mm512_and_si512(_mm512_maskz_srli_epi32(all, indices, shift), _mm512_set1_epi8(mask)));
    }
  };

  struct FloatTable {
    Floats numbers;

    explicit FloatTable(const void* codebook) : numbers(_mm512_loadu_ps(codebook)) {}
    /// The permutation reads the lowest four bits of each lane.
    Floats codebook16(Vector indices, int step) const {
      return _mm512_maskz_permutexvar_ps(all, _mm512_maskz_srli_epi32(all, indices, 4U * static_cast<unsigned>(step)),
                                         numbers);
    }
  };
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
