#pragma once

#include <cstdint>

namespace pj {

// The innermost loops of the fast paths, compiled once for each instruction set. What they are given is laid out in
// blocks of 16 channels (`Layout::Blocked`); distances count floats. They take plain pointers, as their files may share
// no inline function with files that are compiled for other processors.

/// What becomes of each sum before it is stored (`Epilogue`): where it lies on from `output`, so do bias and residual.
struct VectorEpilogue {
  const float* bias;      ///< of each output channel, whole blocks; null: none
  const float* residual;  ///< as the output lies; null: none
  int function;           ///< Epilogue::Function
  float low, high;
};

/// output[t, m] = Σ_c input[t, c] · weights[c, m]; row t of a block of channels is 16 floats behind row t - 1.
struct BlockedProduct {
  const float* input;
  std::int64_t input_block;  ///< from one block of input channels to the next
  std::int64_t input_blocks;
  const float* weights;  ///< panels of `panel` output channels (the last one may be narrower), each C × its width
  float* output;
  std::int64_t output_block;
  std::int64_t output_blocks;
  std::int64_t rows;
  VectorEpilogue epilogue;
  const float* next;  ///< weights that are read after these; null: none
};

/// output[t, m] = Σ_k input[offsets[k] + t · step] · weights[k, m]: a row of outputs, whose windows lie `step` numbers
/// apart, for one panel of weights.
struct WindowProduct {
  const float* input;
  const std::int32_t* offsets;
  std::int64_t terms, step;
  const float* weights;  ///< terms × 16 · output_blocks
  float* output;
  std::int64_t output_block, output_blocks;
  std::int64_t rows;
  VectorEpilogue epilogue;
};

/// output[m] = Σ_k input[k] · weights[m, k], each weight read once, in order: groups of `streamed_rows` outputs, each
/// 16 · blocks terms × outputs.
struct StreamedProduct {
  const float* input;
  const float* weights;
  float* output;
  std::int64_t blocks, groups;
};
constexpr int streamed_rows = 32;

/// Some tiles of a map, counted along its rows, of all blocks of channels.
struct WinogradTiles {
  std::int64_t columns;  ///< tiles beside each other in the map
  std::int64_t first, count;
  std::int64_t blocks;             ///< of channels
  std::int64_t rows, row_size;     ///< of the map
  std::int64_t pad_top, pad_left;  ///< of the input; 0 for the output
  std::int64_t position, block;    ///< distances in the transformed tiles: positions of n×n, blocks of channels
};

/// The transforms of F(m×m, r×r): `input` from the map to transformed tiles, `output` from products to the map.
struct WinogradKernels {
  int m, r;
  void (*input)(const WinogradTiles&, const float* map, float* tiles);
  void (*output)(const WinogradTiles&, const float* tiles, float* map, const VectorEpilogue&);
};

/// One block of channels, each with a filter of its own: R × S × 16 weights.
struct DepthwiseBlock {
  std::int64_t H, W, P, Q, R, S, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w;
  const float* input;
  const float* weights;
  float* output;
  VectorEpilogue epilogue;
};

/// One block of channels of a pooling: the largest, or the sum times a factor for each output.
struct PoolBlock {
  std::int64_t H, W, P, Q, R, S, stride_h, stride_w, pad_top, pad_left;
  const float* input;
  float* output;
  bool is_max;
  const float* factors;  ///< P × Q, where it is a mean
};

/// x / (bias + scale · Σ x²)^power over `size` neighbouring channels, of some positions of maps in blocks.
struct ResponseBlock {
  std::int64_t channels, blocks, size;
  std::int64_t positions, plane;  ///< to compute; numbers from one block of channels to the next
  float bias, scale, power;
  const float* input;
  float* output;
  float* squares;  ///< workspace: (blocks + 2) · 16 numbers
};

/// Functions that have vectors of their own.
enum class VectorFunction { Exponential, Logistic, Tangent };

/// output[i] = f(input[i] − shift); both may be the same numbers.
struct FunctionRange {
  VectorFunction function;
  const float* input;
  float* output;
  std::int64_t count;
  float shift;
};

/// The loops for one instruction set.
struct VectorKernels {
  const char* name;
  std::int64_t panel;  ///< output channels of a panel of weights
  std::int64_t rows;   ///< rows of a product that are computed together
  void (*product)(const BlockedProduct&);
  const WinogradKernels* winograd;
  int winograd_count;
  void (*depthwise)(const DepthwiseBlock&);
  void (*windows)(const WindowProduct&);
  void (*streamed)(const StreamedProduct&);
  void (*pool)(const PoolBlock&);
  void (*response)(const ResponseBlock&);
  void (*function)(const FunctionRange&);
  /// So many rounds of independent multiply-adds; returns the operations of a round. The sum keeps them from being
  /// left out.
  std::int64_t (*multiply_adds)(std::int64_t rounds, float* sum);
};

/// The loops that this file was compiled for, or null where the compiler does not know the instruction set.
const VectorKernels* avx512_kernels();
const VectorKernels* avx2_kernels();
const VectorKernels* portable_kernels();

}  // namespace pj
