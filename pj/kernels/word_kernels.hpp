#pragma once

#include <cstdint>

namespace pj {

// The innermost loop of low-precision convolutions, compiled once for each instruction set (see vector_kernels.hpp). A
// word of 32 bits holds neighbouring channels: four whole numbers of 8 bits, or 32 signs.

/// output[i, m] = offset + factor · Σ over taps and words of dot(input word, weight word), for 32 output channels.
struct WordProduct {
  const std::uint32_t* input;  ///< the first output's first word
  std::int64_t step;           ///< words from the inputs of one output to those of the next
  const std::int64_t* taps;    ///< where each tap of the filter lies, in words
  std::int64_t tap_count;
  std::int64_t words;            ///< of a tap
  const std::uint32_t* weights;  ///< taps × words × 32
  std::int32_t* output;
  std::int64_t outputs;  ///< numbers from one output to the next
  std::int64_t rows;     ///< outputs beside each other
  std::int32_t offset, factor;
};

/// Output channels that are computed together.
constexpr std::int64_t word_panel = 32;

/// The loops for one instruction set.
struct WordKernels {
  const char* name;
  /// Four inputs from 0 to 255 times four weights from -128 to 127.
  void (*bytes)(const WordProduct&);
  /// The number of signs that differ.
  void (*signs)(const WordProduct&);
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const WordKernels* vnni_word_kernels();
const WordKernels* avx2_word_kernels();
const WordKernels* portable_word_kernels();

}  // namespace pj
