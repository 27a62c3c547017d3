// Compiled for processors with AVX-512 and VNNI; nothing here may run before they are known to be there.

// g++ 12 warns of its own header's operands that are meant to be undefined (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "pj/kernels/byte_body.hpp"

#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif

namespace pj {

#if defined(__AVX512VNNI__)

namespace {

struct Target {
  static constexpr int lanes = 16, columns = 4, byte_lanes = 64;
  static constexpr double pair_rate = 0.5;
  static constexpr int rows(int columns_of_tile) {
    return columns_of_tile == 1 ? 12 : columns_of_tile == 2 ? 12 : columns_of_tile == 3 ? 8 : 6;
  }
  using Vector = __m512i;
  using Reals = __m512;

  static Vector load(const std::int32_t* numbers) { return _mm512_loadu_si512(numbers); }
  static void store(std::int32_t* numbers, Vector v) { _mm512_storeu_si512(numbers, v); }
  static Vector load_bytes(const std::int8_t* bytes) { return _mm512_loadu_si512(bytes); }
  static Reals load_reals(const float* numbers) { return _mm512_loadu_ps(numbers); }
  static Vector all(std::int32_t number) { return _mm512_set1_epi32(number); }
  static Vector all_word(const std::uint8_t* bytes) {
    std::int32_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return _mm512_set1_epi32(word);
  }
  static Vector dot(Vector sum, Vector inputs, Vector weights) { return _mm512_dpbusd_epi32(sum, inputs, weights); }

  /// The sum with two numbers of 16 bits times two a lane, modulo 2³².
  static Vector dot_pairs(Vector sum, Vector inputs, Vector weights) {
    return _mm512_dpwssd_epi32(sum, inputs, weights);
  }

  static Reals near_inverse_root(Reals x) { return _mm512_rsqrt14_ps(x); }
  static Reals reals(Vector v) { return _mm512_cvtepi32_ps(v); }
  /// a · b + c, rounded.
  static Vector rounded(Reals a, Reals b, float c) {
    return _mm512_cvtps_epi32(_mm512_fmadd_ps(a, b, _mm512_set1_ps(c)));
  }
  /// v | (a ^ b).
  static Vector with_differing(Vector v, Vector a, Vector b) { return _mm512_ternarylogic_epi32(v, a, b, 0xf6); }
  static bool is_any(Vector v) { return _mm512_test_epi32_mask(v, v) != 0; }
  static Vector plus(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  static Vector minus(Vector a, Vector b) { return _mm512_sub_epi32(a, b); }
  static Vector product(Vector a, Vector b) { return _mm512_mullo_epi32(a, b); }
  static Vector bounded(Vector v, std::int32_t low, std::int32_t high) {
    return _mm512_min_epi32(_mm512_max_epi32(v, _mm512_set1_epi32(low)), _mm512_set1_epi32(high));
  }

  /// Halves go to the even number: half - 1, and the last bit that stays, are added before the shift.
  static Vector shifted(Vector v, std::int32_t shift) {
    if (shift == 0) {
      return v;
    }
    const __m128i count = _mm_cvtsi32_si128(shift);
    const Vector below = _mm512_sra_epi32(v, count);
    const Vector rest = _mm512_sub_epi32(v, _mm512_sll_epi32(below, count));
    const Vector half = _mm512_set1_epi32(static_cast<std::int32_t>(1U << (shift - 1)));
    const Vector odd = _mm512_and_si512(below, _mm512_set1_epi32(1));
    const __mmask16 up = _mm512_cmpgt_epi32_mask(_mm512_add_epi32(rest, odd), half);
    return _mm512_mask_add_epi32(below, up, below, _mm512_set1_epi32(1));
  }

  static __mmask16 first(std::int64_t count) {
    return static_cast<__mmask16>(count >= lanes ? 0xffffU : (1U << count) - 1U);
  }
  /// Bytes as numbers of 16 bits.
  static Vector load_words(const std::uint8_t* bytes) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)));
  }
  static Vector load_unsigned(const std::uint8_t* bytes, std::int64_t left) {
    return _mm512_cvtepu8_epi32(left >= lanes ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes))
                                              : _mm_maskz_loadu_epi8(first(left), bytes));
  }
  static void store_bytes(std::uint8_t* bytes, Vector v, std::int64_t left) {
    if (left >= lanes) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), _mm512_cvtepi32_epi8(v));
    } else if (left > 0) {
      _mm_mask_storeu_epi8(bytes, first(left), _mm512_cvtepi32_epi8(v));
    }
  }

  static Vector load_wide(const std::uint8_t* bytes) { return _mm512_loadu_si512(bytes); }
  static Vector larger(Vector a, Vector b) { return _mm512_max_epu8(a, b); }
  static void store_wide(std::uint8_t* bytes, Vector v, std::int64_t left) {
    if (left >= byte_lanes) {
      _mm512_storeu_si512(bytes, v);
    } else {
      _mm512_mask_storeu_epi8(bytes, (1ULL << left) - 1U, v);
    }
  }

  /// words[j] holds, of each 16 channels, those from 4 j on: four bytes a channel, one a tap.
  static void interleave(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, const std::uint8_t* d,
                         Vector* words) {
    const Vector first = load_wide(a), second = load_wide(b), third = load_wide(c), fourth = load_wide(d);
    const Vector low = _mm512_unpacklo_epi8(first, second), high = _mm512_unpackhi_epi8(first, second);
    const Vector next_low = _mm512_unpacklo_epi8(third, fourth), next_high = _mm512_unpackhi_epi8(third, fourth);
    words[0] = _mm512_unpacklo_epi16(low, next_low);
    words[1] = _mm512_unpackhi_epi16(low, next_low);
    words[2] = _mm512_unpacklo_epi16(high, next_high);
    words[3] = _mm512_unpackhi_epi16(high, next_high);
  }
  /// Saturated, with four numbers of each vector beside each other.
  static Vector packed(const Vector& a, const Vector& b, const Vector& c, const Vector& d, const ByteResult& to) {
    const Vector zero = _mm512_set1_epi16(static_cast<std::int16_t>(to.zero));
    const Vector low = _mm512_adds_epi16(_mm512_packs_epi32(a, b), zero);
    const Vector high = _mm512_adds_epi16(_mm512_packs_epi32(c, d), zero);
    return _mm512_min_epu8(_mm512_max_epu8(_mm512_packus_epi16(low, high), _mm512_set1_epi8(static_cast<char>(to.low))),
                           _mm512_set1_epi8(static_cast<char>(to.high)));
  }
  /// Packing brings channels back into their order.
  static void store_quad(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    store_wide(bytes, packed(v[0], v[1], v[2], v[3], to), left);
  }
  template <int Columns>
  static void store_columns(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    constexpr int last = Columns - 1;
    constexpr std::int64_t width = std::int64_t{16} * Columns;
    const Vector order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const Vector all_bytes = packed(v[0], v[last < 1 ? last : 1], v[last < 2 ? last : 2], v[last], to);
    const Vector in_order = _mm512_permutexvar_epi32(order, all_bytes);
    if (left < width || Columns == 3) {
      store_wide(bytes, in_order, left < width ? left : width);
    } else if (Columns == 4) {
      _mm512_storeu_si512(bytes, in_order);
    } else if (Columns == 2) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes), _mm512_castsi512_si256(in_order));
    } else {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), _mm512_castsi512_si128(in_order));
    }
  }
};

}  // namespace

const ByteKernels* vnni_byte_kernels() {
  return byte_kernels_for<Target>("AVX-512 VNNI");
}

#else

const ByteKernels* vnni_byte_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
