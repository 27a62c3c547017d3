#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "pj/base/error.hpp"
#include "pj/base/tensor.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/epilogue.hpp"
#include "pj/kernels/half_kernels.hpp"

namespace pj {

/// How a convolution in bfloat16 takes its input.
enum class HalfInput {
  Blocks,  ///< in blocks of 16 channels, bfloat16
  Planes,  ///< of at most 8 channels, float32
  Row,     ///< a row of numbers, bfloat16: a fully connected layer
};

/// The memory of a run: of the parts it computes those from `first` to before `last`.
struct HalfMemory {
  const void* input = nullptr;
  const std::uint16_t* residual = nullptr;  ///< lies as the output
  void* output = nullptr;
  void* workspace = nullptr;
  std::int64_t first = 0, last = std::numeric_limits<std::int64_t>::max();
};

/// A convolution whose inputs and weights are rounded to bfloat16 and whose sums are kept in float32, ready to be run
/// any number of times. What it makes is rounded to bfloat16, too, or stays float32: in blocks of 16 channels, or a
/// row.
struct PreparedHalf {
  HalfInput input = HalfInput::Blocks;
  std::int64_t weights = 0;    ///< bytes that it keeps
  std::int64_t workspace = 0;  ///< bytes that `run` needs for itself
  std::function<void(const HalfMemory&)> run;
  std::int64_t parts = 1;  ///< that can be computed at the same time
};

/// Maps of at most so many channels are taken in planes.
constexpr std::int64_t most_half_planes = 8;

/// What becomes of the sums of M channels; the bias, filled up to blocks, is kept by the caller.
HalfEnd half_end(const Epilogue& epilogue, std::int64_t M, Buffer<float>& bias);

Verdict half_can_run(const ConvShape& shape);
/// `is_float`: the output is float32; then there is no residual.
PreparedHalf prepare_half(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                          const Epilogue& epilogue, bool is_float);

/// A bound on |computed - exact| / (max|input| · max|weight|) of a sum, for inputs and weights that are bfloat16
/// numbers: n products are exact in float32, and n additions round by at most 2^-24 each; an instruction that adds two
/// products flushes what is below 2^-126, which is nothing beside it.
double half_error_bound(const ConvShape& shape);

}  // namespace pj
