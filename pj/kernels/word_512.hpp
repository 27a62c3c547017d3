#pragma once

#include <immintrin.h>

#include <cstdint>

namespace pj {

/// What the targets of 512 bits have in common, for word_body.hpp. `Own` keeps files for different processors from
/// sharing a function.
template <class Own>
struct Words512 {
  static constexpr int lanes = 16;
  using Vector = __m512i;
  using Floats = __m512;

  static Vector load(const std::uint32_t* words) { return _mm512_loadu_si512(words); }
  static void store(std::int32_t* numbers, Vector vector) { _mm512_storeu_si512(numbers, vector); }
  static void store(float* numbers, Floats vector) { _mm512_storeu_ps(numbers, vector); }
  static Vector plus(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  static Floats plus(Floats a, Floats b) { return a + b; }
  static Vector broadcast(std::uint32_t word) { return _mm512_set1_epi32(static_cast<int>(word)); }
};

}  // namespace pj
