#pragma once

#include <cstdint>
#include <span>

#include "pj/base/error.hpp"
#include "pj/kernels/byte_layer.hpp"

namespace pj {

/// Local response normalisation from bytes to bytes, channels last (Krizhevsky, Sutskever and Hinton 2012, section 3.3,
/// with ONNX's alpha / size): byte q stands for scale · (q - zero), and what the reals give is quantised.
struct ByteResponse {
  std::int64_t positions = 1, channels = 1, size = 5;
  float alpha = 1e-4F, beta = 0.75F, bias = 1.0F;
  float input_scale = 1.0F, result_scale = 1.0F;
  std::int64_t input_zero = 0;
  std::int64_t zero = 0, low = 0, high = 255;  ///< of the result
};

/// The power is 1/2, 3/4 or 1, and no sum is negative or beyond what a float holds exactly.
Verdict response_can_run(const ByteResponse& response);

PreparedByteLayer prepare_response(const ByteKernels& kernels, const ByteResponse& response);

/// One result by the definition of Dequantize, the layer and Quantize, rounded where the plain executor rounds: the
/// plain twin. `pixel` has all channels of a position.
std::int64_t byte_response_result(const ByteResponse& response, std::span<const std::uint8_t> pixel,
                                  std::int64_t channel);

}  // namespace pj
