#include "pj/kernels/byte_blocks.hpp"

#include <algorithm>

namespace pj {

namespace {

constexpr std::int64_t most_bytes = 192L << 10;  // of a block: a part of the second cache, which holds weights, too

}  // namespace

ByteBlocks::ByteBlocks(const ConvShape& shape, std::uint8_t outside) : shape_(shape), outside_(outside) {
  const std::int64_t fitting = most_bytes / row_bytes();
  rows_ = std::clamp((fitting - shape_.dilated_R()) / shape_.stride_h + 1, std::int64_t{1}, shape_.P());
}

bool ByteBlocks::is_padded() const {
  return shape_.pad_left + shape_.pad_right + shape_.pad_top + shape_.pad_bottom > 0;
}

std::int64_t ByteBlocks::workspace() const {
  return is_padded() ? whole_lines(input_rows(rows_) * row_bytes() + byte_slack) : 0;
}

Buffer<std::int32_t> ByteBlocks::places() const {
  Buffer<std::int32_t> places;
  for (std::int64_t i = 0; i < rows_ * shape_.Q(); ++i) {
    places.push_back(static_cast<std::int32_t>(i / shape_.Q() * shape_.stride_h * row_bytes() +
                                               i % shape_.Q() * shape_.stride_w * shape_.C));
  }
  return places;
}

const std::uint8_t* ByteBlocks::inputs(const std::uint8_t* map, std::int64_t p, std::int64_t rows,
                                       std::uint8_t* copy) const {
  const std::int64_t top = p * shape_.stride_h - shape_.pad_top;
  if (!is_padded()) {
    return map + top * row_bytes();
  }
  const std::int64_t before = shape_.pad_left * shape_.C;
  const std::int64_t size = shape_.W * shape_.C;
  for (std::int64_t i = 0; i < input_rows(rows); ++i) {
    std::uint8_t* const row = copy + i * row_bytes();
    if (top + i < 0 || top + i >= shape_.H) {
      std::fill_n(row, row_bytes(), outside_);
      continue;
    }
    std::fill_n(row, before, outside_);
    std::copy_n(map + (top + i) * size, size, row + before);
    std::fill_n(row + before + size, shape_.pad_right * shape_.C, outside_);
  }
  return copy;
}

}  // namespace pj
