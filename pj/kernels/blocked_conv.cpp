#include "pj/kernels/blocked_conv.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "pj/kernels/panels.hpp"
#include "pj/kernels/winograd.hpp"

namespace pj {

namespace {

/// The numbers of a block of channels of one group and image.
struct GroupPlanes {
  std::int64_t input, output;  ///< distances from one group to the next

  explicit GroupPlanes(const ConvShape& s)
      : input(blocks_of(s.group_C()) * s.H * s.W * block_size),
        output(blocks_of(s.group_M()) * s.P() * s.Q() * block_size) {}
};

/// G · filter · Gᵀ in double precision; the plain form is `winograd_filters`.
class FilterTransform {
 public:
  explicit FilterTransform(const CookToom& f) : n_(f.n()), r_(f.r) {
    for (int i = 0; i < n_; ++i) {
      for (int j = 0; j < r_; ++j) {
        at(G_, i, j) = static_cast<double>(f.G(i, j).numerator()) / static_cast<double>(f.G(i, j).denominator());
      }
    }
  }

  /// The n×n positions of a filter of r×r.
  std::span<const double> operator()(const float* filter) {
    for (int i = 0; i < n_; ++i) {
      for (int k = 0; k < r_; ++k) {
        double sum = 0.0;
        for (int j = 0; j < r_; ++j) {
          sum += at(G_, i, j) * static_cast<double>(filter[j * r_ + k]);
        }
        at(half_, i, k) = sum;
      }
    }
    for (int i = 0; i < n_; ++i) {
      for (int j = 0; j < n_; ++j) {
        double sum = 0.0;
        for (int k = 0; k < r_; ++k) {
          sum += at(half_, i, k) * at(G_, j, k);
        }
        whole_[static_cast<std::size_t>(i * n_ + j)] = sum;
      }
    }
    return std::span(whole_).first(static_cast<std::size_t>(n_ * n_));
  }

 private:
  static constexpr int most = CookToom::most_outputs + CookToom::most_taps;
  using Matrix = std::array<double, static_cast<std::size_t>(most* most)>;

  static double& at(Matrix& matrix, int i, int j) { return matrix[static_cast<std::size_t>(i * most + j)]; }

  int n_, r_;
  Matrix G_{}, half_{}, whole_{};
};

/// The transformed filters: for each group and position of n×n a matrix of C × M in panels.
Buffer<float> transformed_filters(const ConvShape& s, std::span<const float> weights, const CookToom& f,
                                  std::int64_t panel) {
  const PanelShape shape{s.group_C(), s.group_M(), panel};
  const std::int64_t positions = std::int64_t{f.n()} * f.n();
  FilterTransform transform(f);
  Buffer<float> packed(static_cast<std::size_t>(s.groups * positions * shape.numbers()));
  for (std::int64_t group = 0; group < s.groups; ++group) {
    float* const matrices = packed.data() + group * positions * shape.numbers();
    for (std::int64_t c = 0; c < s.group_C(); ++c) {  // neighbours in memory are neighbouring output channels
      for (std::int64_t m = 0; m < s.group_M(); ++m) {
        const std::int64_t filter = (group * s.group_M() + m) * s.group_C() + c;
        float* place = matrices + shape.place(c, m);
        for (const double number : transform(weights.data() + filter * s.R * s.S)) {
          *place = static_cast<float>(number);
          place += shape.numbers();
        }
      }
    }
  }
  return packed;
}

const WinogradKernels& transforms_for(const VectorKernels& kernels, int m, int r) {
  for (int i = 0; i < kernels.winograd_count; ++i) {
    if (kernels.winograd[i].m == m && kernels.winograd[i].r == r) {
      return kernels.winograd[i];
    }
  }
  throw std::logic_error("every row of the table has its transforms");
}

/// F(m×m, r×r) over some tiles at a time: as many as let the transformed tiles stay near.
class WinogradConv {
 public:
  WinogradConv(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights, const CookToom& f,
               const Epilogue& epilogue)
      : kernels_(kernels),
        epilogue_(epilogue, shape.M),
        transforms_(transforms_for(kernels, f.m, f.r)),
        shape_(shape),
        m_(f.m),
        positions_(std::int64_t{f.n()} * f.n()),
        C_blocks_(blocks_of(shape.group_C())),
        M_blocks_(blocks_of(shape.group_M())),
        tiles_(ceil_div(shape.P(), f.m) * ceil_div(shape.Q(), f.m)),
        together_(tiles_together()),
        filters_(transformed_filters(shape, weights, f, kernels.panel)) {}

  std::int64_t weights() const { return std::ssize(filters_); }
  std::int64_t workspace() const { return positions_ * (input_position() + output_position()); }
  /// The tiles that are computed together are a part.
  std::int64_t parts() const { return shape_.N * shape_.groups * ceil_div(tiles_, together_); }

  void run(const ConvMemory& memory) const {
    const GroupPlanes planes(shape_);
    const std::int64_t image_parts = ceil_div(tiles_, together_);
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts()); ++part) {
      const std::int64_t block = part / image_parts;
      const std::int64_t group = block % shape_.groups;
      const std::int64_t first = part % image_parts * together_;
      run_tiles(first, std::min(together_, tiles_ - first), memory.input.data() + block * planes.input,
                filters_.data() + weights() / shape_.groups * group, memory.output.data() + block * planes.output,
                memory.workspace.data(),
                epilogue_.at(group * shape_.group_M(), memory.residual.data(), block * planes.output));
    }
  }

 private:
  std::int64_t tiles_together() const {
    constexpr std::int64_t near_numbers = std::int64_t{1} << 18;  // 1 MiB, the second cache of today's processors
    const std::int64_t fitting = near_numbers / (positions_ * (C_blocks_ + M_blocks_) * block_size);
    const std::int64_t groups = std::max<std::int64_t>(2, fitting / kernels_.rows);
    const std::int64_t most = groups * kernels_.rows;
    return ceil_div(tiles_, ceil_div(tiles_, most));  // as even as they come
  }

  // Positions lie an odd number of cache lines apart, so that those of one tile do not meet in one set of a cache.
  std::int64_t input_position() const { return (C_blocks_ * together_ | 1) * block_size; }
  std::int64_t output_position() const { return (M_blocks_ * together_ | 1) * block_size; }

  void run_tiles(std::int64_t first, std::int64_t count, const float* input, const float* filters, float* output,
                 float* workspace, const VectorEpilogue& epilogue) const {
    float* const inputs = workspace;
    float* const products = workspace + positions_ * input_position();
    WinogradTiles tiles{ceil_div(shape_.Q(), m_),
                        first,
                        count,
                        C_blocks_,
                        shape_.H,
                        shape_.W,
                        shape_.pad_top,
                        shape_.pad_left,
                        input_position(),
                        together_ * block_size};
    transforms_.input(tiles, input, inputs);
    for (std::int64_t position = 0; position < positions_; ++position) {
      kernels_.product({inputs + position * input_position(),
                        together_ * block_size,
                        C_blocks_,
                        filters + position * C_blocks_ * M_blocks_ * block_size * block_size,
                        products + position * output_position(),
                        together_ * block_size,
                        M_blocks_,
                        count,
                        {}});
    }
    tiles.blocks = M_blocks_;
    tiles.rows = shape_.P();
    tiles.row_size = shape_.Q();
    tiles.pad_top = tiles.pad_left = 0;
    tiles.position = output_position();
    transforms_.output(tiles, products, output, epilogue);
  }

  const VectorKernels& kernels_;
  BlockedEpilogue epilogue_;
  const WinogradKernels& transforms_;
  ConvShape shape_;
  std::int64_t m_, positions_, C_blocks_, M_blocks_, tiles_, together_;
  Buffer<float> filters_;
};

}  // namespace

Verdict blocks_can_run(const ConvShape& s) {
  if (s.groups > 1 && (s.group_C() % block_size != 0 || s.group_M() % block_size != 0)) {
    return Verdict::no("the channels of a group are not whole blocks of 16");
  }
  return Verdict::yes();
}

PreparedConv prepare_winograd(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights,
                              const CookToom& f, const Epilogue& epilogue) {
  const auto conv = std::make_shared<const WinogradConv>(kernels, shape, weights, f, epilogue);
  return {.input = Layout::Blocked,
          .output = Layout::Blocked,
          .weights = conv->weights(),
          .workspace = conv->workspace(),
          .parts = conv->parts(),
          .in_place = true,
          .run = [conv](const ConvMemory& memory) { conv->run(memory); }};
}

Verdict pointwise_can_run(const ConvShape& s) {
  if (s.R != 1 || s.S != 1) {
    return Verdict::no("a pointwise convolution has filters of 1×1");
  }
  if (!s.is_pointwise()) {
    return Verdict::no("this kernel needs stride 1 and no padding");
  }
  return blocks_can_run(s);
}

PreparedConv prepare_pointwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                               const Epilogue& epilogue) {
  const PanelShape shape{s.group_C(), s.group_M(), kernels.panel};
  const TensorView<const float, 2> filters(weights, {s.M, s.group_C()});
  Buffer<float> packed(static_cast<std::size_t>(s.groups * shape.numbers()));
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      packed[static_cast<std::size_t>(m / s.group_M() * shape.numbers()) + shape.place(c, m % s.group_M())] =
          filters(m, c);
    }
  }
  constexpr std::int64_t near_numbers = std::int64_t{1} << 16;  // 256 KiB of the second cache
  const std::int64_t most = std::max(4 * kernels.rows, near_numbers / s.group_C() / kernels.rows * kernels.rows);
  const std::int64_t image_parts = ceil_div(s.H * s.W, most);
  PreparedConv conv{.input = Layout::Blocked,
                    .output = Layout::Blocked,
                    .weights = std::ssize(packed),
                    .parts = s.N * s.groups * image_parts,
                    .in_place = true};
  conv.run = [=, &kernels, parts = conv.parts, packed = std::move(packed),
              bound = BlockedEpilogue(epilogue, s.M)](const ConvMemory& memory) {
    const GroupPlanes planes(s);
    const std::int64_t plane = s.H * s.W * block_size;
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts); ++part) {
      const std::int64_t block = part / image_parts;
      const std::int64_t group = block % s.groups;
      const std::int64_t first = part % image_parts * most;
      const std::int64_t output = block * planes.output + first * block_size;
      kernels.product({memory.input.data() + block * planes.input + first * block_size, plane, blocks_of(s.group_C()),
                       packed.data() + group * shape.numbers(), memory.output.data() + output, plane,
                       blocks_of(s.group_M()), std::min(most, s.H * s.W - first),
                       bound.at(group * s.group_M(), memory.residual.data(), output)});
    }
  };
  return conv;
}

Verdict depthwise_can_run(const ConvShape& s) {
  if (s.groups != s.C || s.M != s.C) {
    return Verdict::no("a depthwise convolution has one filter for each channel");
  }
  return Verdict::yes();
}

PreparedConv prepare_depthwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                               const Epilogue& epilogue) {
  const TensorView<const float, 3> filters(weights, {s.M, s.R, s.S});
  Tensor<float, 4> packed({blocks_of(s.M), s.R, s.S, block_size});
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t r = 0; r < s.R; ++r) {
      for (std::int64_t t = 0; t < s.S; ++t) {
        packed(m / block_size, r, t, m % block_size) = filters(m, r, t);
      }
    }
  }
  PreparedConv conv{.input = Layout::Blocked,
                    .output = Layout::Blocked,
                    .weights = std::ssize(packed.elements()),
                    .parts = s.N * blocks_of(s.C),
                    .in_place = true};
  conv.run = [=, &kernels, parts = conv.parts, packed = std::move(packed),
              bound = BlockedEpilogue(epilogue, s.M)](const ConvMemory& memory) {
    for (std::int64_t block = memory.first; block < std::min(memory.last, parts); ++block) {
      const std::int64_t channels = block % blocks_of(s.C);
      const std::int64_t output = block * s.P() * s.Q() * block_size;
      kernels.depthwise({s.H, s.W, s.P(), s.Q(), s.R, s.S, s.stride_h, s.stride_w, s.pad_top, s.pad_left, s.dilation_h,
                         s.dilation_w, memory.input.data() + block * s.H * s.W * block_size,
                         packed.elements().data() + channels * s.R * s.S * block_size, memory.output.data() + output,
                         bound.at(channels * block_size, memory.residual.data(), output)});
    }
  };
  return conv;
}

BlockedEpilogue::BlockedEpilogue(const Epilogue& epilogue, std::int64_t channels) : epilogue_(epilogue) {
  if (!epilogue.bias.empty()) {
    bias_.assign(static_cast<std::size_t>(blocks_of(channels) * block_size), 0.0F);
    std::ranges::copy(epilogue.bias, bias_.begin());
  }
}

VectorEpilogue BlockedEpilogue::at(std::int64_t channel, const float* residual, std::int64_t offset) const {
  return {bias_.empty() ? nullptr : bias_.data() + channel, epilogue_.residual ? residual + offset : nullptr,
          static_cast<int>(epilogue_.function), epilogue_.low, epilogue_.high};
}

}  // namespace pj
