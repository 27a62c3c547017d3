#include "pj/kernels/byte_winograd.hpp"

#include <algorithm>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/byte_results.hpp"
#include "pj/kernels/winograd.hpp"

namespace pj {

namespace {

constexpr std::int64_t side = 4, patch = 6, positions = patch * patch;

/// Numbers of a position, of so many bytes each: an odd number of cache lines, so that the positions of one tile do not
/// meet in one set of a cache.
std::int64_t position_size(std::int64_t numbers, std::int64_t bytes) {
  const std::int64_t line = 64 / bytes;
  return (ceil_div(numbers, line) | 1) * line;
}

constexpr std::int64_t pair_lanes = 2 * byte_column;  // a pair of channels' filters for a column of output channels

/// G · filter · Gᵀ of neighbouring filters: at most 15 · 15 · 128 in magnitude.
class WholeFilters {
 public:
  using Lanes = std::array<std::int16_t, static_cast<std::size_t>(pair_lanes)>;

  WholeFilters() {
    const CookToom f = whole_winograd();
    for (int i = 0; i < 3 * patch; ++i) {
      G_[i / 3][i % 3] = static_cast<std::int16_t>(f.G(i / 3, i % 3).numerator());
    }
  }

  /// From 3×3 taps to positions that lie `step` numbers apart.
  void run(const Lanes* taps, std::int16_t* filters, std::int64_t step) const {
    for (const auto& row : G_) {
      Lanes half[3];
      for (int s = 0; s < 3; ++s) {
        half[s] = combined(row, taps[s], taps[3 + s], taps[6 + s]);
      }
      for (const auto& other : G_) {
        const Lanes whole = combined(other, half[0], half[1], half[2]);
        std::copy(whole.begin(), whole.end(), filters);
        filters += step;
      }
    }
  }

 private:
  static Lanes combined(const std::int16_t* row, const Lanes& a, const Lanes& b, const Lanes& c) {
    Lanes sums;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = static_cast<std::int16_t>(row[0] * a[i] + row[1] * b[i] + row[2] * c[i]);
    }
    return sums;
  }

  std::int16_t G_[patch][3]{};
};

/// Some tiles at a time, and for them some output channels at a time: what is transformed stays near.
struct ByteWinogradBlocks {
  std::int64_t tiles, columns;

  ByteWinogradBlocks(std::int64_t all_tiles, std::int64_t row_bytes, std::int64_t all_columns, std::int64_t panel) {
    constexpr std::int64_t near_bytes = 640L << 10;  // a part of the second cache
    constexpr std::int64_t least = 24, most_columns = 8;
    columns = std::min(all_columns, ceil_div(most_columns, panel) * panel);
    const std::int64_t of_tile = positions * (row_bytes + columns * byte_column * 4);
    const std::int64_t fitting = std::max(near_bytes / of_tile / 12 * 12, least);
    tiles = ceil_div(all_tiles, ceil_div(all_tiles, fitting));
  }
};

class ByteWinograd {
 public:
  ByteWinograd(const ByteKernels& kernels, const ByteConv& conv)
      : kernels_(kernels),
        shape_(conv.shape),
        to_(conv.results.front()),
        outside_(static_cast<std::uint8_t>(conv.input_zero)),
        tile_columns_(ceil_div(shape_.Q(), side)),
        tiles_(ceil_div(shape_.P(), side) * tile_columns_),
        pairs_(ceil_div(shape_.C, 2)),
        input_pitch_(ceil_div(shape_.C, winograd_channels) * winograd_channels),
        columns_(ceil_div(shape_.M, byte_column)),
        blocks_(tiles_, input_pitch_ * 2, columns_, kernels.panel),
        inputs_(position_size(blocks_.tiles * input_pitch_, 2)),
        sums_(position_size(blocks_.tiles * blocks_.columns * byte_column, 4)),
        results_(columns_ * byte_column) {
    pack(conv);
  }

  std::int64_t workspace() const {
    return positions * (inputs_ * 2 + sums_ * 4) + whole_lines(positions * shape_.C + byte_slack);
  }
  std::int64_t weights() const { return std::ssize(filters_) * 2 + results_.bytes(); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      for (std::int64_t first = 0; first < tiles_; first += blocks_.tiles) {
        const std::int64_t count = std::min(blocks_.tiles, tiles_ - first);
        transform(input, first, count, workspace);
        for (std::int64_t column = 0; column < columns_; column += blocks_.columns) {
          multiply(column, count, workspace);
          transform_back(column, first, count, workspace, output);
        }
      }
      input += shape_.H * shape_.W * shape_.C;
      output += shape_.P() * shape_.Q() * shape_.M;
    }
  }

 private:
  std::int64_t column_size() const { return pairs_ * 2 * byte_column; }
  std::int64_t filters_of_position() const { return columns_ * column_size(); }

  /// Where the weights of a pair of channels stand for a column of output channels, among those of a position.
  std::int64_t place(std::int64_t column, std::int64_t pair) const {
    const std::int64_t panel = column / kernels_.panel * kernels_.panel;
    const std::int64_t width = std::min(kernels_.panel, columns_ - panel);
    return panel * column_size() + (pair * width + column - panel) * pair_lanes;
  }

  void pack(const ByteConv& conv) {
    filters_.assign(static_cast<std::size_t>(positions * filters_of_position()), 0);
    for (std::int64_t m = 0; m < shape_.M; ++m) {
      results_.set(conv, m, m);
    }
    const WholeFilters transform;
    for (std::int64_t column = 0; column < columns_; ++column) {
      for (std::int64_t pair = 0; pair < pairs_; ++pair) {
        WholeFilters::Lanes taps[9] = {};
        for (std::int64_t lane = 0; lane < pair_lanes; ++lane) {
          const std::int64_t m = column * byte_column + lane / 2, c = pair * 2 + lane % 2;
          for (std::int64_t tap = 0; tap < 9 && m < shape_.M && c < shape_.C; ++tap) {
            taps[tap][static_cast<std::size_t>(lane)] =
                conv.weights[static_cast<std::size_t>((m * shape_.C + c) * 9 + tap)];
          }
        }
        transform.run(taps, filters_.data() + place(column, pair), filters_of_position());
      }
    }
  }

  void transform(const std::uint8_t* map, std::int64_t first, std::int64_t count, std::uint8_t* workspace) const {
    auto* const words = reinterpret_cast<std::int16_t*>(workspace);
    std::uint8_t* const copy = workspace + positions * (inputs_ * 2 + sums_ * 4);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t y = (first + i) / tile_columns_ * side - shape_.pad_top;
      const std::int64_t x = (first + i) % tile_columns_ * side - shape_.pad_left;
      const bool is_inside = y >= 0 && x >= 0 && y + patch <= shape_.H && x + patch <= shape_.W;
      if (!is_inside) {
        copy_patch(map, y, x, copy);
      }
      kernels_.winograd_input({.corner = is_inside ? map + (y * shape_.W + x) * shape_.C : copy,
                               .row = (is_inside ? shape_.W : patch) * shape_.C,
                               .pixel = shape_.C,
                               .channels = shape_.C,
                               .words = words + i * input_pitch_,
                               .position = inputs_});
    }
  }

  /// A tile with what stands for 0 around the map.
  void copy_patch(const std::uint8_t* map, std::int64_t y, std::int64_t x, std::uint8_t* copy) const {
    const std::int64_t C = shape_.C;
    std::fill_n(copy, positions * C, outside_);
    const std::int64_t left = std::max<std::int64_t>(-x, 0), right = std::min(patch, shape_.W - x);
    for (std::int64_t i = std::max<std::int64_t>(-y, 0); i < patch && y + i < shape_.H && left < right; ++i) {
      std::copy_n(map + ((y + i) * shape_.W + x + left) * C, (right - left) * C, copy + (i * patch + left) * C);
    }
  }

  void multiply(std::int64_t column, std::int64_t count, std::uint8_t* workspace) const {
    const auto* const words = reinterpret_cast<const std::int16_t*>(workspace);
    auto* const sums = reinterpret_cast<std::int32_t*>(workspace + positions * inputs_ * 2);
    const std::int16_t* filters = filters_.data() + column * column_size();
    for (std::int64_t i = 0; i < positions; ++i, filters += filters_of_position()) {
      kernels_.pair_product({.inputs = words + i * inputs_,
                             .input_pitch = input_pitch_,
                             .rows = count,
                             .pairs = pairs_,
                             .weights = filters,
                             .columns = std::min(blocks_.columns, columns_ - column),
                             .sums = sums + i * sums_,
                             .pitch = blocks_.columns * byte_column,
                             .ahead = i + 1 < positions ? filters + filters_of_position() : nullptr});
    }
  }

  void transform_back(std::int64_t column, std::int64_t first, std::int64_t count, std::uint8_t* workspace,
                      std::uint8_t* output) const {
    const auto* const sums = reinterpret_cast<const std::int32_t*>(workspace + positions * inputs_ * 2);
    const std::int64_t channel = column * byte_column;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t p = (first + i) / tile_columns_ * side, q = (first + i) % tile_columns_ * side;
      kernels_.winograd_output({.sums = sums + i * blocks_.columns * byte_column,
                                .position = sums_,
                                .columns = std::min(blocks_.columns, columns_ - column),
                                .channels = std::min(blocks_.columns * byte_column, shape_.M - channel),
                                .result = results_.view(to_, channel),
                                .output = output + (p * shape_.Q() + q) * shape_.M + channel,
                                .row = shape_.Q() * shape_.M,
                                .pixel = shape_.M,
                                .rows = std::min(side, shape_.P() - p),
                                .row_count = std::min(side, shape_.Q() - q)});
    }
  }

  const ByteKernels& kernels_;
  ConvShape shape_;
  Requantization to_;
  std::uint8_t outside_;
  std::int64_t tile_columns_, tiles_, pairs_;
  std::int64_t input_pitch_;  ///< numbers of a tile at a position
  std::int64_t columns_;
  ByteWinogradBlocks blocks_;
  std::int64_t inputs_, sums_;  ///< numbers of a position
  ByteResults results_;
  Buffer<std::int16_t> filters_;  ///< positions × panels (`PairProduct`)
};

}  // namespace

CookToom whole_winograd() {
  return made_whole_by_points(cook_toom(4, 3, whole_points));
}

Verdict byte_winograd_can_run(const ByteConv& conv) {
  if (const Verdict verdict = winograd_can_run(conv.shape, 4, 3); !verdict) {
    return verdict;
  }
  if (conv.shape.groups != 1) {
    return Verdict::no("F(4×4,3×3) of bytes is for one group");
  }
  for (std::int64_t m = 0; m < conv.shape.M; ++m) {
    if (weight_offset(conv, m) != 0) {
      return Verdict::no("a weight needs 9 bits, and F(4×4,3×3) of it more than 16");
    }
    std::int64_t least = 0, greatest = 0;
    for (const std::int16_t weight : filter_of(conv, m)) {
      (weight < 0 ? least : greatest) += 255 * weight;
    }
    if (std::max(-least, greatest) >= std::int64_t{1} << (31 - byte_winograd_shift)) {
      return Verdict::no("a sum may not fit the 30 bits that F(4×4,3×3) leaves");
    }
  }
  return bytes_can_run(conv);
}

bool byte_winograd_pays(const ByteKernels& kernels, const ConvShape& s) {
  // In products of bytes that take as long, measured with AVX-512 VNNI: transforms of a channel of a tile, and
  // transformed filters of 72 bytes each, which a large network reads from memory while it multiplies by others.
  constexpr double input = 400.0, output = 1240.0, filter = 768.0;
  const auto tiles = static_cast<double>(s.N * ceil_div(s.P(), side) * ceil_div(s.Q(), side));
  const auto C = static_cast<double>(s.C), M = static_cast<double>(s.M);
  const double products = tiles * static_cast<double>(positions) * C * M / kernels.pair_rate;
  return std::max(products, filter * C * M) + tiles * (input * C + output * M) < static_cast<double>(s.macs());
}

PreparedByteLayer prepare_byte_winograd(const ByteKernels& kernels, const ByteConv& conv) {
  const auto made = std::make_shared<const ByteWinograd>(kernels, conv);
  return {made->workspace(), made->weights(),
          [made](const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) {
            made->run(input, output, workspace);
          }};
}

}  // namespace pj
