#pragma once

#include <cstdint>

namespace pj {

// The innermost loops of layers in bfloat16 with sums in float32, compiled once for each instruction set (see
// vector_kernels.hpp). Maps lie in blocks of 16 channels, a number the upper half of a float.

/// What becomes of a sum: f(sum + bias + residual), as in `Epilogue`.
struct HalfEnd {
  const float* bias = nullptr;              ///< of all channels, filled up to blocks
  const std::uint16_t* residual = nullptr;  ///< lies as the output does
  int function = 0;                         ///< as in `Epilogue::Function`
  float low = 0.0F, high = 0.0F;
};

/// output[i, m] = end(Σ over taps and pairs of input · weight), for neighbouring outputs of blocks of channels.
struct HalfProduct {
  const std::uint16_t* map;
  const std::int32_t* places;  ///< of the first input of each output, in numbers
  std::int64_t count;          ///< outputs
  const std::int32_t* taps;    ///< where each run of inputs lies, in numbers from there
  std::int64_t tap_count;
  std::int64_t pairs;            ///< of a run
  const std::uint16_t* weights;  ///< columns × taps × pairs × 16 × 2
  std::int64_t columns;          ///< of 16 output channels
  HalfEnd end;
  std::uint16_t* output;  ///< null: there are floats,
  float* floats;          ///< of which
  std::int64_t channels;  ///< so many in all columns are written
  std::int64_t block;     ///< numbers from one column of the output to the next
};

/// One block of channels, each with a filter of its own.
struct HalfDepthwise {
  const std::uint16_t* map;
  const std::int32_t* places;
  std::int64_t count;
  const std::int32_t* taps;
  std::int64_t tap_count;
  const float* weights;  ///< taps × 16
  HalfEnd end;
  std::uint16_t* output;
};

/// The largest, or the mean, of the windows of one block of channels; what is outside takes no part.
struct HalfPool {
  const std::uint16_t* map;
  std::uint16_t* output;
  std::int64_t H, W, P, Q, R, S, stride_h, stride_w, pad_top, pad_left;
  const float* factors;  ///< of each output's mean; null: the largest
};

/// One tile of F(4×4,3×3): 36 numbers of 16 bits a channel, of whole steps of which the largest number takes `largest`.
struct HalfWinogradInput {
  const std::uint16_t* corner;
  std::int64_t row, block;  ///< numbers from a row to the next, and from a block of channels
  std::int64_t blocks;
  std::int16_t* words;
  std::int64_t position;  ///< numbers from one of the 36 to the next
  float* scratch;         ///< room for 36 × 16 floats of each block
  float largest;
};

/// The whole sums of a tile's 36 products become 4×4 outputs.
struct HalfWinogradOutput {
  const std::int32_t* sums;
  std::int64_t position;  ///< numbers from one of the 36 to the next
  std::int64_t blocks;    ///< of 16 output channels
  const float* steps;     ///< what 1 stands for in each channel's filters,
  float step;             ///< and in the tile
  HalfEnd end;
  std::uint16_t* output;
  std::int64_t row, block;       ///< numbers from one row of outputs to the next, and from a block
  std::int64_t rows, row_count;  ///< of the 4×4 those inside the map: rows, and in a row
};

/// The loops for one instruction set.
struct HalfKernels {
  const char* name;
  void (*product)(const HalfProduct&);
  void (*depthwise)(const HalfDepthwise&);
  void (*pool)(const HalfPool&);
  void (*to_halves)(const float* numbers, std::int64_t count, std::uint16_t* halves);
  void (*to_floats)(const std::uint16_t* halves, std::int64_t count, float* numbers);
  /// Returns the tile's step: not a number where one of its numbers is not finite.
  float (*winograd_input)(const HalfWinogradInput&);
  void (*winograd_output)(const HalfWinogradOutput&);
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const HalfKernels* bf16_half_kernels();
const HalfKernels* avx512_half_kernels();
const HalfKernels* avx2_half_kernels();
const HalfKernels* portable_half_kernels();

}  // namespace pj
