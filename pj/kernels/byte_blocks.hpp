#pragma once

#include <cstdint>

#include "pj/base/tensor.hpp"
#include "pj/kernels/byte_kernels.hpp"
#include "pj/kernels/conv_shape.hpp"

namespace pj {

/// Bytes in whole cache lines.
constexpr std::int64_t whole_lines(std::int64_t bytes) {
  return ceil_div(bytes, 64) * 64;
}

/// A map with its channels last, taken some output rows at a time: their inputs stay in the second cache. Where the map
/// is padded they are copied, with bytes around them that spare the loops all questions.
class ByteBlocks {
 public:
  ByteBlocks(const ConvShape& shape, std::uint8_t outside);

  std::int64_t row_bytes() const { return (shape_.W + shape_.pad_left + shape_.pad_right) * shape_.C; }
  /// Output rows of a block; the last one may have fewer.
  std::int64_t rows() const { return rows_; }
  /// Bytes for the copy.
  std::int64_t workspace() const;
  /// Where the first input of each output of a block lies behind the block's first.
  Buffer<std::int32_t> places() const;

  /// The first input of output row p of a map, for so many rows.
  const std::uint8_t* inputs(const std::uint8_t* map, std::int64_t p, std::int64_t rows, std::uint8_t* copy) const;

 private:
  bool is_padded() const;
  std::int64_t input_rows(std::int64_t rows) const { return (rows - 1) * shape_.stride_h + shape_.dilated_R(); }

  ConvShape shape_;
  std::uint8_t outside_;
  std::int64_t rows_ = 1;
};

}  // namespace pj
