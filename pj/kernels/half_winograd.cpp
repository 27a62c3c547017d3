#include "pj/kernels/half_winograd.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/codes.hpp"
#include "pj/kernels/pair_winograd.hpp"
#include "pj/kernels/panels.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/rounding.hpp"
#include "pj/kernels/winograd.hpp"
#include "pj/kernels/winograd_filters.hpp"

namespace pj {

namespace {

constexpr std::int64_t half_side = PairWinograd::side, half_patch = PairWinograd::patch;
constexpr std::int64_t half_positions = PairWinograd::positions;
constexpr double most_sum = 0x1.0p31 - 1.0, most_word = 32767.0;

/// The matrices with the columns of A for 0 and ±3/2 times 2 and 1/4 (`half_output_line`), so that the filters of all
/// positions are about as large.
CookToom balanced_cook_toom() {
  CookToom f = conv_cook_toom(4, 3);
  const auto scale = [&](int i, const Rational& factor) {
    for (int k = 0; k < f.m; ++k) {
      f.A(k, i) = f.A(k, i) * factor;
    }
    for (int j = 0; j < f.r; ++j) {
      f.G(i, j) = f.G(i, j) / factor;
    }
  };
  scale(0, 2);
  scale(3, Rational{1, 4});
  scale(4, Rational{1, 4});
  return f;
}

/// The largest whole number of a tile: as many bits as filters get whose numbers are a quarter of their largest.
double most_of_tile(std::int64_t C) {
  return std::min(most_word, std::floor(std::sqrt(2.0 * most_sum / std::max(1.0, static_cast<double>(C) / 2.0))));
}

/// By what transformed filters are multiplied where `largest` is their largest number and `sum` the largest of their
/// magnitudes' sums over C channels: so that whole numbers fit 16 bits, and 32 their products' sum with any tile.
double filter_factor(double largest, double sum, std::int64_t C) {
  const double room = most_sum / most_of_tile(C) - 0.5 * static_cast<double>(C);
  return largest > 0.0 ? std::min(most_word / largest, room / sum) : 1.0;
}

class HalfWinograd {
 public:
  HalfWinograd(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights,
               const Epilogue& epilogue)
      : kernels_(kernels),
        z_(*byte_kernels().front(), shape, block_size),
        end_(half_end(epilogue, shape.M, bias_)),
        steps_(bias_.size()),
        filters_(static_cast<std::size_t>(z_.filters())) {
    std::vector<float> rounded(weights.size());
    std::ranges::transform(weights, rounded.begin(), [](float w) { return from_bfloat16(to_bfloat16(w)); });
    const Buffer<float> filters = transformed_filters(shape, rounded, balanced_cook_toom(), block_size);
    for (std::int64_t m = 0; m < shape.M; ++m) {
      pack(filters, m);
    }
  }

  std::int64_t weights() const { return std::ssize(filters_) * 2 + std::ssize(steps_) * 8; }
  std::int64_t workspace() const {
    return whole_lines(z_.workspace()) + copy_bytes() + scratch_bytes() + whole_lines(z_.tiles_together() * 4);
  }

  std::int64_t parts() const { return z_.parts(); }

  void run(const HalfMemory& memory) const {
    const ConvShape& s = z_.shape();
    const auto* const input = static_cast<const std::uint16_t*>(memory.input);
    auto* const output = static_cast<std::uint16_t*>(memory.output);
    auto* const workspace = static_cast<std::uint8_t*>(memory.workspace);
    auto* const steps =
        reinterpret_cast<float*>(workspace + whole_lines(z_.workspace()) + copy_bytes() + scratch_bytes());
    for (std::int64_t part = memory.first; part < std::min(memory.last, z_.parts()); ++part) {
      const PairWinograd::Tiles tiles = z_.tiles(part);
      transform(input + tiles.image * blocks_of(s.C) * s.H * s.W * block_size, tiles, workspace, steps);
      for (std::int64_t column = 0; column < z_.columns(); column += z_.columns_together()) {
        z_.multiply(filters_.data(), column, tiles.count, workspace);
        transform_back(column, tiles, workspace, steps, memory.residual, output);
      }
    }
  }

 private:
  std::int64_t copy_bytes() const { return blocks_of(z_.shape().C) * half_positions * block_size * 2; }
  std::int64_t scratch_bytes() const { return 2 * copy_bytes(); }

  /// The filters of an output channel as whole numbers.
  void pack(const Buffer<float>& filters, std::int64_t m) {
    const ConvShape& s = z_.shape();
    const PanelShape panels{s.C, s.M, block_size};
    const auto number = [&](std::int64_t position, std::int64_t c) {
      return static_cast<double>(filters[static_cast<std::size_t>(position * panels.numbers()) + panels.place(c, m)]);
    };
    double largest = 0.0, most = 0.0;
    for (std::int64_t position = 0; position < half_positions; ++position) {
      double sum = 0.0;
      for (std::int64_t c = 0; c < s.C; ++c) {
        sum += std::abs(number(position, c));
        largest = std::max(largest, std::abs(number(position, c)));
      }
      most = std::max(most, sum);
    }
    const double factor = filter_factor(largest, most, s.C);
    steps_[static_cast<std::size_t>(m)] = static_cast<float>(1.0 / factor);
    for (std::int64_t position = 0; position < half_positions; ++position) {
      for (std::int64_t c = 0; c < s.C; ++c) {
        const std::int64_t place = z_.place(m / byte_column, c / 2) + 2 * (m % byte_column) + c % 2;
        filters_[static_cast<std::size_t>(position * z_.filters_of_position() + place)] =
            static_cast<std::int16_t>(std::nearbyint(number(position, c) * factor));
      }
    }
  }

  void transform(const std::uint16_t* map, const PairWinograd::Tiles& tiles, std::uint8_t* workspace,
                 float* steps) const {
    const ConvShape& s = z_.shape();
    std::uint8_t* const behind = workspace + whole_lines(z_.workspace());
    auto* const copy = reinterpret_cast<std::uint16_t*>(behind);
    for (std::int64_t i = 0; i < tiles.count; ++i) {
      const std::int64_t y = z_.tile_p(tiles.first + i) - s.pad_top, x = z_.tile_q(tiles.first + i) - s.pad_left;
      const bool is_inside = z_.is_inside(y, x);
      if (!is_inside) {
        copy_patch(map, y, x, copy);
      }
      steps[i] = kernels_.winograd_input({.corner = is_inside ? map + (y * s.W + x) * block_size : copy,
                                          .row = (is_inside ? s.W : half_patch) * block_size,
                                          .block = (is_inside ? s.H * s.W : half_positions) * block_size,
                                          .blocks = blocks_of(s.C),
                                          .words = z_.input(workspace, i),
                                          .position = z_.input_position(),
                                          .scratch = reinterpret_cast<float*>(behind + copy_bytes()),
                                          .largest = static_cast<float>(most_of_tile(s.C))});
    }
  }

  /// A tile with zeros around the map.
  void copy_patch(const std::uint16_t* map, std::int64_t y, std::int64_t x, std::uint16_t* copy) const {
    const ConvShape& s = z_.shape();
    const std::int64_t left = std::max<std::int64_t>(-x, 0), right = std::min(half_patch, s.W - x);
    for (std::int64_t b = 0; b < blocks_of(s.C); ++b, map += s.H * s.W * block_size) {
      std::fill_n(copy, half_positions * block_size, std::uint16_t{0});
      for (std::int64_t i = std::max<std::int64_t>(-y, 0); i < half_patch && y + i < s.H && left < right; ++i) {
        std::copy_n(map + ((y + i) * s.W + x + left) * block_size, (right - left) * block_size,
                    copy + (i * half_patch + left) * block_size);
      }
      copy += half_positions * block_size;
    }
  }

  void transform_back(std::int64_t column, const PairWinograd::Tiles& tiles, const std::uint8_t* workspace,
                      const float* steps, const std::uint16_t* residual, std::uint16_t* output) const {
    const ConvShape& s = z_.shape();
    const std::int64_t plane = s.P() * s.Q() * block_size;
    for (std::int64_t i = 0; i < tiles.count; ++i) {
      const std::int64_t p = z_.tile_p(tiles.first + i), q = z_.tile_q(tiles.first + i);
      const std::int64_t at = (tiles.image * z_.columns() + column) * plane + (p * s.Q() + q) * block_size;
      HalfEnd end = end_;
      end.bias += column * block_size;
      end.residual = residual == nullptr ? nullptr : residual + at;
      kernels_.winograd_output({.sums = z_.sums(workspace, i),
                                .position = z_.sum_position(),
                                .blocks = z_.columns_from(column),
                                .steps = steps_.data() + column * block_size,
                                .step = steps[i],
                                .end = end,
                                .output = output + at,
                                .row = s.Q() * block_size,
                                .block = plane,
                                .rows = std::min(half_side, s.P() - p),
                                .row_count = std::min(half_side, s.Q() - q)});
    }
  }

  const HalfKernels& kernels_;
  PairWinograd z_;
  Buffer<float> bias_;
  HalfEnd end_;
  Buffer<float> steps_;  ///< what 1 stands for in each channel's filters
  Buffer<std::int16_t> filters_;
};

}  // namespace

Verdict half_winograd_can_run(const ConvShape& shape, bool is_float) {
  if (const Verdict verdict = winograd_can_run(shape, half_side, 3); !verdict) {
    return verdict;
  }
  if (shape.groups != 1) {
    return Verdict::no("F(4×4,3×3) of bfloat16 is for one group");
  }
  if (shape.C <= most_half_planes || is_float) {
    return Verdict::no("F(4×4,3×3) of bfloat16 is from and to blocks of channels");
  }
  return half_can_run(shape);
}

bool half_winograd_pays(const ConvShape& s) {
  // In products of pairs that take as long, as in `byte_winograd_pays`: these transforms are in float32.
  constexpr double input = 600.0, output = 800.0, filter = 384.0;
  const auto tiles = static_cast<double>(s.N * ceil_div(s.P(), half_side) * ceil_div(s.Q(), half_side));
  const auto C = static_cast<double>(s.C), M = static_cast<double>(s.M);
  const double products = tiles * static_cast<double>(half_positions) * C * M;
  return std::max(products, filter * C * M) + tiles * (input * C + output * M) < 0.9 * static_cast<double>(s.macs());
}

PreparedHalf prepare_half_winograd(const HalfKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                                   const Epilogue& epilogue) {
  const auto made = std::make_shared<const HalfWinograd>(kernels, shape, weights, epilogue);
  return {HalfInput::Blocks, made->weights(), made->workspace(),
          [made](const HalfMemory& memory) { made->run(memory); }, made->parts()};
}

double half_winograd_error_bound(const ConvShape& shape) {
  const CookToom f = balanced_cook_toom();
  const auto square = [](const RationalMatrix& matrix) { return std::pow(largest_row_sum(matrix).to_double(), 2.0); };
  const auto C = static_cast<double>(shape.group_C());
  // Transformed numbers are at most so large; each is rounded to half a step.
  const double tile = square(f.B), filter = square(f.G);
  const double tile_error = 0.5 * tile / most_of_tile(shape.C);
  const double filter_error = 0.5 / filter_factor(filter, C * filter, shape.C);
  const double error = C * square(f.A) * (tile * filter_error + filter * tile_error + tile_error * filter_error);
  return error + winograd_error_bound(shape, f, 0x1.0p-24) * (1.0 + error);
}

}  // namespace pj
