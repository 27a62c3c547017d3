#pragma once

#include <cstdint>

#include "pj/base/tensor.hpp"
#include "pj/kernels/byte_kernels.hpp"
#include "pj/kernels/conv_shape.hpp"

namespace pj {

/// F(4×4,3×3) with tiles and filters of 16 bits and sums of 32: what convolutions of bytes and of bfloat16 have in
/// common. Some tiles are transformed at a time and multiplied by some output channels' filters at a time, so that what
/// is transformed stays in the second cache.
class PairWinograd {
 public:
  static constexpr std::int64_t side = 4, patch = 6, positions = patch * patch;
  static constexpr std::int64_t pair_lanes = 2 * byte_column;  ///< a pair of channels for a column of output channels

  /// Tiles are kept with whole groups of `channel_group` channels.
  PairWinograd(const ByteKernels& kernels, const ConvShape& shape, std::int64_t channel_group);

  const ConvShape& shape() const { return shape_; }
  std::int64_t columns() const { return columns_; }  ///< of 16 output channels
  std::int64_t pairs() const { return pairs_; }      ///< of input channels

  /// The filters of all positions, and the place of a pair's among those of a position.
  std::int64_t filters() const { return positions * filters_of_position(); }
  std::int64_t filters_of_position() const { return columns_ * column_size(); }
  std::int64_t place(std::int64_t column, std::int64_t pair) const;

  /// Some tiles of one image.
  struct Tiles {
    std::int64_t image, first, count;
  };
  std::int64_t parts() const { return shape_.N * image_parts(); }
  Tiles tiles(std::int64_t part) const;
  std::int64_t tiles_together() const { return together_; }
  /// The first output of tile i of all.
  std::int64_t tile_p(std::int64_t i) const { return i / tile_columns_ * side; }
  std::int64_t tile_q(std::int64_t i) const { return i % tile_columns_ * side; }
  bool is_inside(std::int64_t y, std::int64_t x) const {
    return y >= 0 && x >= 0 && y + patch <= shape_.H && x + patch <= shape_.W;
  }

  /// Bytes of transformed tiles and sums in front of a workspace.
  std::int64_t workspace() const { return positions * (inputs_ * 2 + sums_ * 4); }
  /// Where the numbers of tile i of some begin; from one position to the next are `input_position()`.
  std::int16_t* input(std::uint8_t* workspace, std::int64_t i) const;
  std::int64_t input_position() const { return inputs_; }
  const std::int32_t* sums(const std::uint8_t* workspace, std::int64_t i) const;
  std::int64_t sum_position() const { return sums_; }

  /// Output channels at a time: columns from each multiple of these on.
  std::int64_t columns_together() const { return columns_together_; }
  std::int64_t columns_from(std::int64_t column) const;
  /// The sums of so many tiles for the columns from `column` on.
  void multiply(const std::int16_t* filters, std::int64_t column, std::int64_t count, std::uint8_t* workspace) const;

 private:
  std::int64_t column_size() const { return pairs_ * pair_lanes; }
  std::int64_t image_parts() const { return ceil_div(tiles_, together_); }

  const ByteKernels& kernels_;
  ConvShape shape_;
  std::int64_t tile_columns_, tiles_, pairs_;
  std::int64_t input_pitch_;  ///< numbers of a tile at a position
  std::int64_t columns_, columns_together_, together_;
  std::int64_t inputs_, sums_;  ///< numbers of a position
};

}  // namespace pj
