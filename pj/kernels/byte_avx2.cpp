// Compiled for processors with AVX2; nothing here may run before it is known to be there.

#include "pj/kernels/byte_body.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace pj {

#ifdef __AVX2__

namespace {

struct Target {
  static constexpr int lanes = 8, columns = 1, byte_lanes = 32;
  static constexpr double pair_rate = 1.75;
  static constexpr int rows(int) { return 4; }
  using Vector = __m256i;
  using Reals = __m256;

  static Vector load(const std::int32_t* numbers) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(numbers));
  }
  static void store(std::int32_t* numbers, Vector v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers), v); }
  static Vector load_bytes(const std::int8_t* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  }
  static Reals load_reals(const float* numbers) { return _mm256_loadu_ps(numbers); }
  static Vector all(std::int32_t number) { return _mm256_set1_epi32(number); }
  static Vector all_word(const std::uint8_t* bytes) {
    std::int32_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return _mm256_set1_epi32(word);
  }
  /// Bytes are widened to 16 bits first: the instruction that multiplies bytes at once saturates.
  static Vector dot(Vector sum, Vector inputs, Vector weights) {
    const Vector even = _mm256_madd_epi16(_mm256_and_si256(inputs, _mm256_set1_epi16(0xff)),
                                          _mm256_srai_epi16(_mm256_slli_epi16(weights, 8), 8));
    const Vector odd = _mm256_madd_epi16(_mm256_srli_epi16(inputs, 8), _mm256_srai_epi16(weights, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
  }
  /// The sum with two numbers of 16 bits times two a lane, modulo 2³².
  static Vector dot_pairs(Vector sum, Vector inputs, Vector weights) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(inputs, weights));
  }

  static Reals reals(Vector v) { return _mm256_cvtepi32_ps(v); }
  /// a · b + c, rounded.
  static Vector rounded(Reals a, Reals b, float c) {
    return _mm256_cvtps_epi32(_mm256_fmadd_ps(a, b, _mm256_set1_ps(c)));
  }
  static Vector with_differing(Vector v, Vector a, Vector b) { return _mm256_or_si256(v, _mm256_xor_si256(a, b)); }
  static bool is_any(Vector v) { return _mm256_testz_si256(v, v) == 0; }
  static Vector plus(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Vector minus(Vector a, Vector b) { return _mm256_sub_epi32(a, b); }
  static Vector product(Vector a, Vector b) { return _mm256_mullo_epi32(a, b); }
  static Vector bounded(Vector v, std::int32_t low, std::int32_t high) {
    return _mm256_min_epi32(_mm256_max_epi32(v, all(low)), all(high));
  }
  /// Halves go to the even number.
  static Vector shifted(Vector v, std::int32_t shift) {
    if (shift == 0) {
      return v;
    }
    const __m128i count = _mm_cvtsi32_si128(shift);
    const Vector below = _mm256_sra_epi32(v, count);
    const Vector rest = _mm256_sub_epi32(v, _mm256_sll_epi32(below, count));
    const Vector odd = _mm256_and_si256(below, all(1));
    const Vector half = all(static_cast<std::int32_t>(1U << (shift - 1)));
    return _mm256_sub_epi32(below, _mm256_cmpgt_epi32(_mm256_add_epi32(rest, odd), half));
  }

  /// Bytes as numbers of 16 bits.
  static Vector load_words(const std::uint8_t* bytes) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
  }
  static Vector load_unsigned(const std::uint8_t* bytes, std::int64_t left) {
    std::int64_t word = 0;
    std::memcpy(&word, bytes, left >= lanes ? 8U : static_cast<std::size_t>(left));
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(word));
  }
  static void store_bytes(std::uint8_t* bytes, Vector v, std::int64_t left) {
    const __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const std::int64_t word = _mm_cvtsi128_si64(_mm_packus_epi16(halves, halves));
    if (left > 0) {
      std::memcpy(bytes, &word, left >= lanes ? 8U : static_cast<std::size_t>(left));
    }
  }

  static Vector load_wide(const std::uint8_t* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  }
  static Vector larger(Vector a, Vector b) { return _mm256_max_epu8(a, b); }
  static void store_wide(std::uint8_t* bytes, Vector v, std::int64_t left) {
    if (left >= byte_lanes) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes), v);
    } else {
      alignas(32) std::uint8_t all_bytes[byte_lanes];
      _mm256_store_si256(reinterpret_cast<__m256i*>(all_bytes), v);
      std::memcpy(bytes, all_bytes, static_cast<std::size_t>(left));
    }
  }

  /// As with wider vectors.
  static void interleave(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, const std::uint8_t* d,
                         Vector* words) {
    const Vector first = load_wide(a), second = load_wide(b), third = load_wide(c), fourth = load_wide(d);
    const Vector low = _mm256_unpacklo_epi8(first, second), high = _mm256_unpackhi_epi8(first, second);
    const Vector next_low = _mm256_unpacklo_epi8(third, fourth), next_high = _mm256_unpackhi_epi8(third, fourth);
    words[0] = _mm256_unpacklo_epi16(low, next_low);
    words[1] = _mm256_unpackhi_epi16(low, next_low);
    words[2] = _mm256_unpacklo_epi16(high, next_high);
    words[3] = _mm256_unpackhi_epi16(high, next_high);
  }
  /// Saturated, with four numbers of each vector beside each other.
  static Vector packed(const Vector& a, const Vector& b, const Vector& c, const Vector& d, const ByteResult& to) {
    const Vector zero = _mm256_set1_epi16(static_cast<std::int16_t>(to.zero));
    const Vector low = _mm256_adds_epi16(_mm256_packs_epi32(a, b), zero);
    const Vector high = _mm256_adds_epi16(_mm256_packs_epi32(c, d), zero);
    return _mm256_min_epu8(_mm256_max_epu8(_mm256_packus_epi16(low, high), _mm256_set1_epi8(static_cast<char>(to.low))),
                           _mm256_set1_epi8(static_cast<char>(to.high)));
  }
  static void store_quad(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    store_wide(bytes, packed(v[0], v[1], v[2], v[3], to), left);
  }
  /// One column: two vectors.
  template <int Columns>
  static void store_columns(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    const Vector order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const Vector in_order = _mm256_permutevar8x32_epi32(packed(v[0], v[1], v[0], v[1], to), order);
    if (left >= byte_column) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), _mm256_castsi256_si128(in_order));
    } else {
      store_wide(bytes, in_order, left);
    }
  }
};

}  // namespace

const ByteKernels* avx2_byte_kernels() {
  return byte_kernels_for<Target>("AVX2");
}

#else

const ByteKernels* avx2_byte_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
