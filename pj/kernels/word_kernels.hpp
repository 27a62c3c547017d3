#pragma once

#include <cstdint>

namespace pj {

// The innermost loop of low-precision convolutions, compiled once for each instruction set (see vector_kernels.hpp). A
// word of 32 bits holds neighbouring channels: 4 whole numbers of 8 bits, 32 signs, 2 numbers of bfloat16 or a float.

/// output[i, m] = offsets[m] + factor · Σ over taps and words of dot(input word, weights), for 32 output channels. The
/// products of real numbers know neither offsets nor a factor.
template <class Sum>
struct WordProduct {
  const std::uint32_t* input;  ///< the first output's first word
  std::int64_t step;           ///< words from the inputs of one output to those of the next
  const std::int64_t* taps;    ///< where each tap of the filter lies, in words
  std::int64_t tap_count;
  std::int64_t words;            ///< input words of a tap, whole groups of those that one word of weights meets
  const std::uint32_t* weights;  ///< taps × words of weights × 32
  const void* codebook;          ///< what indices stand for: 16 bytes or 16 floats
  Sum* output;
  std::int64_t outputs;         ///< numbers from one output to the next
  std::int64_t rows;            ///< outputs beside each other
  const std::int32_t* offsets;  ///< of the 32 output channels
  std::int32_t factor;
};

/// Output channels that are computed together.
constexpr std::int64_t word_panel = 32;

/// The loops for one instruction set; null where it has no better ones than the next.
struct WordKernels {
  const char* name;
  /// Four inputs from 0 to 255 times four weights from -128 to 127.
  void (*bytes)(const WordProduct<std::int32_t>&);
  /// The number of signs that differ.
  void (*signs)(const WordProduct<std::int32_t>&);
  /// The same where a second word of weights has ones: weights are -1, 0 or 1.
  void (*ternary)(const WordProduct<std::int32_t>&);
  /// Inputs from 0 to 255 times bytes of a codebook: a word holds the indices of 8 (16) weights, those that meet the
  /// first input word in the lowest four (two) bits of its bytes.
  void (*codebook16)(const WordProduct<std::int32_t>&);
  void (*codebook4)(const WordProduct<std::int32_t>&);
  /// Two inputs of bfloat16 times two weights, in float32.
  void (*bfloat16)(const WordProduct<float>&);
  /// Floats times those of a codebook: a word holds eight indices.
  void (*float_codebook16)(const WordProduct<float>&);
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const WordKernels* bf16_word_kernels();
const WordKernels* vnni_word_kernels();
const WordKernels* avx2_word_kernels();
const WordKernels* portable_word_kernels();

}  // namespace pj
