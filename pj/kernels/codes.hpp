#pragma once

#include <cstdint>

namespace pj {

/// What the products of low precision multiply: inputs × weights.
enum class Codes {
  Bytes,            ///< 0 … 255 × -128 … 127
  Signs,            ///< +1 and -1 × +1 and -1
  Ternary,          ///< +1 and -1 × -1, 0 and 1
  Codebook16,       ///< 0 … 255 × 16 values from -128 to 127 at the most
  Codebook4,        ///< 0 … 255 × 4 such values at the most
  Bfloat16,         ///< bfloat16 × bfloat16, sums in float32
  FloatCodebook16,  ///< float32 × 16 values of float32 at the most
};

/// How codes lie in words of 32 bits.
struct CodesForm {
  std::int64_t channels;  ///< neighbouring input channels of a word
  std::int64_t steps;     ///< input words that one word of weights meets
  std::int64_t planes;    ///< words of weights that they take
  int weight_bits;        ///< of one weight, in all planes
  bool is_signs;          ///< inputs are signs, which have no 0
};

constexpr CodesForm form_of(Codes codes) {
  switch (codes) {
    case Codes::Bytes:
      return {4, 1, 1, 8, false};
    case Codes::Signs:
      return {32, 1, 1, 1, true};
    case Codes::Ternary:
      return {32, 1, 2, 2, true};
    case Codes::Codebook16:
      return {4, 2, 1, 4, false};
    case Codes::Codebook4:
      return {4, 4, 1, 2, false};
    case Codes::Bfloat16:
      return {2, 1, 1, 16, false};
    case Codes::FloatCodebook16:
      return {1, 8, 1, 4, false};
  }
  return {};
}

/// The number of bfloat16 next to a float, the even one of two (IEEE 754 rounding, NaN stays NaN), as its bits.
std::uint16_t to_bfloat16(float number);
/// The float with these upper bits.
float from_bfloat16(std::uint16_t bits);

}  // namespace pj
