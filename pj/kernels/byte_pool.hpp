#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/kernels/byte_layer.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/requantize.hpp"

namespace pj {

/// Pooling from bytes to bytes in whole numbers, channels last; what is outside the map takes no part. The shape has
/// one filter a channel.
struct BytePool {
  ConvShape shape;
  bool is_average = false;
  bool count_padding = false;  ///< Average: windows count as whole
  std::int64_t input_zero = 0;
  /// One; Average: for each number of elements that a window may have, from 1 on. Numbers from 0 to 255.
  std::vector<Requantization> results;
};
PreparedByteLayer prepare_pool(const ByteKernels& kernels, const BytePool& pool);

/// One output by its definition: the plain twin.
std::int64_t byte_pool_result(const BytePool& pool, std::span<const std::uint8_t> input, const Shape<4>& at);

}  // namespace pj
