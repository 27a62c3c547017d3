#include "pj/kernels/byte_winograd.hpp"

#include <algorithm>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/byte_results.hpp"
#include "pj/kernels/pair_winograd.hpp"
#include "pj/kernels/winograd.hpp"

namespace pj {

namespace {

constexpr std::int64_t side = PairWinograd::side, patch = PairWinograd::patch, positions = PairWinograd::positions;
constexpr std::int64_t pair_lanes = PairWinograd::pair_lanes;

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

class ByteWinograd {
 public:
  ByteWinograd(const ByteKernels& kernels, const ByteConv& conv)
      : kernels_(kernels),
        z_(kernels, conv.shape, winograd_channels),
        to_(conv.results.front()),
        outside_(static_cast<std::uint8_t>(conv.input_zero)),
        results_(z_.columns() * byte_column) {
    pack(conv);
  }

  std::int64_t workspace() const { return z_.workspace() + whole_lines(positions * z_.shape().C + byte_slack); }
  std::int64_t weights() const { return std::ssize(filters_) * 2 + results_.bytes(); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    const ConvShape& s = z_.shape();
    for (std::int64_t part = 0; part < z_.parts(); ++part) {
      const PairWinograd::Tiles tiles = z_.tiles(part);
      transform(input + tiles.image * s.H * s.W * s.C, tiles, workspace);
      for (std::int64_t column = 0; column < z_.columns(); column += z_.columns_together()) {
        z_.multiply(filters_.data(), column, tiles.count, workspace);
        transform_back(column, tiles, workspace, output + tiles.image * s.P() * s.Q() * s.M);
      }
    }
  }

 private:
  void pack(const ByteConv& conv) {
    const ConvShape& s = z_.shape();
    filters_.assign(static_cast<std::size_t>(z_.filters()), 0);
    for (std::int64_t m = 0; m < s.M; ++m) {
      results_.set(conv, m, m);
    }
    const WholeFilters transform;
    for (std::int64_t column = 0; column < z_.columns(); ++column) {
      for (std::int64_t pair = 0; pair < z_.pairs(); ++pair) {
        WholeFilters::Lanes taps[9] = {};
        for (std::int64_t lane = 0; lane < pair_lanes; ++lane) {
          const std::int64_t m = column * byte_column + lane / 2, c = pair * 2 + lane % 2;
          for (std::int64_t tap = 0; tap < 9 && m < s.M && c < s.C; ++tap) {
            taps[tap][static_cast<std::size_t>(lane)] = conv.weights[static_cast<std::size_t>((m * s.C + c) * 9 + tap)];
          }
        }
        transform.run(taps, filters_.data() + z_.place(column, pair), z_.filters_of_position());
      }
    }
  }

  void transform(const std::uint8_t* map, const PairWinograd::Tiles& tiles, std::uint8_t* workspace) const {
    const ConvShape& s = z_.shape();
    std::uint8_t* const copy = workspace + z_.workspace();
    for (std::int64_t i = 0; i < tiles.count; ++i) {
      const std::int64_t y = z_.tile_p(tiles.first + i) - s.pad_top, x = z_.tile_q(tiles.first + i) - s.pad_left;
      const bool is_inside = z_.is_inside(y, x);
      if (!is_inside) {
        copy_patch(map, y, x, copy);
      }
      kernels_.winograd_input({.corner = is_inside ? map + (y * s.W + x) * s.C : copy,
                               .row = (is_inside ? s.W : patch) * s.C,
                               .pixel = s.C,
                               .channels = s.C,
                               .words = z_.input(workspace, i),
                               .position = z_.input_position()});
    }
  }

  /// A tile with what stands for 0 around the map.
  void copy_patch(const std::uint8_t* map, std::int64_t y, std::int64_t x, std::uint8_t* copy) const {
    const ConvShape& s = z_.shape();
    std::fill_n(copy, positions * s.C, outside_);
    const std::int64_t left = std::max<std::int64_t>(-x, 0), right = std::min(patch, s.W - x);
    for (std::int64_t i = std::max<std::int64_t>(-y, 0); i < patch && y + i < s.H && left < right; ++i) {
      std::copy_n(map + ((y + i) * s.W + x + left) * s.C, (right - left) * s.C, copy + (i * patch + left) * s.C);
    }
  }

  void transform_back(std::int64_t column, const PairWinograd::Tiles& tiles, const std::uint8_t* workspace,
                      std::uint8_t* output) const {
    const ConvShape& s = z_.shape();
    const std::int64_t channel = column * byte_column;
    for (std::int64_t i = 0; i < tiles.count; ++i) {
      const std::int64_t p = z_.tile_p(tiles.first + i), q = z_.tile_q(tiles.first + i);
      kernels_.winograd_output({.sums = z_.sums(workspace, i),
                                .position = z_.sum_position(),
                                .columns = z_.columns_from(column),
                                .channels = std::min(z_.columns_together() * byte_column, s.M - channel),
                                .result = results_.view(to_, channel),
                                .output = output + (p * s.Q() + q) * s.M + channel,
                                .row = s.Q() * s.M,
                                .pixel = s.M,
                                .rows = std::min(side, s.P() - p),
                                .row_count = std::min(side, s.Q() - q)});
    }
  }

  const ByteKernels& kernels_;
  PairWinograd z_;
  Requantization to_;
  std::uint8_t outside_;
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
