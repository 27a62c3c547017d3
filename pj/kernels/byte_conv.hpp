#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/kernels/byte_layer.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/requantize.hpp"

namespace pj {

/// A convolution from bytes to bytes in whole numbers: out = requantized(bias + Σ (input - input_zero) · weight), with
/// inputs outside the map equal to `input_zero`. Maps are channels last, N × H × W × C, with `byte_slack` bytes behind
/// them that may be read.
struct ByteConv {
  ConvShape shape;
  std::vector<std::int16_t> weights;    ///< M × C/groups × R × S, each from -255 to 255
  std::vector<std::int64_t> bias;       ///< M, or empty
  std::vector<Requantization> results;  ///< one, or M with equal zeros and bounds; numbers from 0 to 255
  std::int64_t input_zero = 0;
};

/// Sums fit 32 bits and the filters of a channel span at most 255: then fast loops compute it.
Verdict bytes_can_run(const ByteConv& conv);

PreparedByteLayer prepare_bytes(const ByteKernels& kernels, const ByteConv& conv);

/// One output by its definition: the plain twin.
std::int64_t byte_conv_result(const ByteConv& conv, std::span<const std::uint8_t> input, const Shape<4>& at);

}  // namespace pj
