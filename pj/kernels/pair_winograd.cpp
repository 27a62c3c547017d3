#include "pj/kernels/pair_winograd.hpp"

#include <algorithm>

namespace pj {

namespace {

/// Numbers of a position, of so many bytes each: an odd number of cache lines, so that the positions of one tile do not
/// meet in one set of a cache.
std::int64_t position_size(std::int64_t numbers, std::int64_t bytes) {
  const std::int64_t line = 64 / bytes;
  return (ceil_div(numbers, line) | 1) * line;
}

}  // namespace

PairWinograd::PairWinograd(const ByteKernels& kernels, const ConvShape& shape, std::int64_t channel_group)
    : kernels_(kernels),
      shape_(shape),
      tile_columns_(ceil_div(shape.Q(), side)),
      tiles_(ceil_div(shape.P(), side) * tile_columns_),
      pairs_(ceil_div(shape.C, 2)),
      input_pitch_(ceil_div(shape.C, channel_group) * channel_group),
      columns_(ceil_div(shape.M, byte_column)) {
  constexpr std::int64_t near_bytes = 640L << 10;             // a part of the second cache
  constexpr std::int64_t least_tiles = 24, most_columns = 8;  // with fewer tiles the filters would be read too often
  columns_together_ = std::min(columns_, ceil_div(most_columns, kernels.panel) * kernels.panel);
  const std::int64_t of_tile = positions * (input_pitch_ * 2 + columns_together_ * byte_column * 4);
  const std::int64_t fitting = std::max(near_bytes / of_tile / 12 * 12, least_tiles);
  together_ = ceil_div(tiles_, ceil_div(tiles_, fitting));
  inputs_ = position_size(together_ * input_pitch_, 2);
  sums_ = position_size(together_ * columns_together_ * byte_column, 4);
}

std::int64_t PairWinograd::place(std::int64_t column, std::int64_t pair) const {
  const std::int64_t panel = column / kernels_.panel * kernels_.panel;
  const std::int64_t width = std::min(kernels_.panel, columns_ - panel);
  return panel * column_size() + (pair * width + column - panel) * pair_lanes;
}

PairWinograd::Tiles PairWinograd::tiles(std::int64_t part) const {
  const std::int64_t first = part % image_parts() * together_;
  return {part / image_parts(), first, std::min(together_, tiles_ - first)};
}

std::int16_t* PairWinograd::input(std::uint8_t* workspace, std::int64_t i) const {
  return reinterpret_cast<std::int16_t*>(workspace) + i * input_pitch_;
}

const std::int32_t* PairWinograd::sums(const std::uint8_t* workspace, std::int64_t i) const {
  return reinterpret_cast<const std::int32_t*>(workspace + positions * inputs_ * 2) +
         i * columns_together_ * byte_column;
}

std::int64_t PairWinograd::columns_from(std::int64_t column) const {
  return std::min(columns_together_, columns_ - column);
}

void PairWinograd::multiply(const std::int16_t* filters, std::int64_t column, std::int64_t count,
                            std::uint8_t* workspace) const {
  const auto* const words = reinterpret_cast<const std::int16_t*>(workspace);
  auto* const sums = reinterpret_cast<std::int32_t*>(workspace + positions * inputs_ * 2);
  filters += column * column_size();
  for (std::int64_t i = 0; i < positions; ++i, filters += filters_of_position()) {
    kernels_.pair_product({.inputs = words + i * inputs_,
                           .input_pitch = input_pitch_,
                           .rows = count,
                           .pairs = pairs_,
                           .weights = filters,
                           .columns = columns_from(column),
                           .sums = sums + i * sums_,
                           .pitch = columns_together_ * byte_column,
                           .ahead = i + 1 < positions ? filters + filters_of_position() : nullptr});
  }
}

}  // namespace pj
