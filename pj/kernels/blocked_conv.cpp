#include "pj/kernels/blocked_conv.hpp"

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

/// The transformed filters: for each group and position of n×n a matrix of C × M in panels.
Buffer<float> transformed_filters(const ConvShape& s, std::span<const float> weights, const CookToom& f,
                                  std::int64_t panel) {
  const PanelShape shape{s.group_C(), s.group_M(), panel};
  const std::int64_t positions = std::int64_t{f.n()} * f.n();
  const TensorView<const float, 4> taps(weights, s.weights());
  Buffer<float> packed(static_cast<std::size_t>(s.groups * positions * shape.numbers()));
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      const Tensor<double, 2> filter =
          transformed<double>(f.G, [&](int i, int j) { return static_cast<double>(taps(m, c, i, j)); });
      for (std::int64_t position = 0; position < positions; ++position) {
        const std::int64_t matrix = m / s.group_M() * positions + position;
        packed[static_cast<std::size_t>(matrix * shape.numbers()) + shape.place(c, m % s.group_M())] =
            static_cast<float>(filter(position / f.n(), position % f.n()));
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
  WinogradConv(const VectorKernels& kernels, const ConvShape& shape, std::span<const float> weights, const CookToom& f)
      : kernels_(kernels),
        transforms_(transforms_for(kernels, f.m, f.r)),
        shape_(shape),
        m_(f.m),
        positions_(std::int64_t{f.n()} * f.n()),
        C_blocks_(blocks_of(shape.group_C())),
        M_blocks_(blocks_of(shape.group_M())),
        tiles_(ceil_div(shape.P(), f.m) * ceil_div(shape.Q(), f.m)),
        together_(tiles_together()),
        filters_(transformed_filters(shape, weights, f, kernels.panel)) {}

  std::int64_t workspace() const { return positions_ * (input_position() + output_position()); }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace) const {
    const GroupPlanes planes(shape_);
    for (std::int64_t block = 0; block < shape_.N * shape_.groups; ++block) {
      const auto filters = static_cast<std::int64_t>(filters_.size()) / shape_.groups * (block % shape_.groups);
      for (std::int64_t first = 0; first < tiles_; first += together_) {
        run_tiles(first, std::min(together_, tiles_ - first), input.data() + block * planes.input,
                  filters_.data() + filters, output.data() + block * planes.output, workspace.data());
      }
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
                 float* workspace) const {
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
      kernels_.product({inputs + position * input_position(), together_ * block_size, C_blocks_,
                        filters + position * C_blocks_ * M_blocks_ * block_size * block_size,
                        products + position * output_position(), together_ * block_size, M_blocks_, count});
    }
    tiles.blocks = M_blocks_;
    tiles.rows = shape_.P();
    tiles.row_size = shape_.Q();
    tiles.pad_top = tiles.pad_left = 0;
    tiles.position = output_position();
    transforms_.output(tiles, products, output);
  }

  const VectorKernels& kernels_;
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
                              int m, int r) {
  const auto conv = std::make_shared<const WinogradConv>(kernels, shape, weights, conv_cook_toom(m, r));
  return {.input = Layout::Blocked,
          .output = Layout::Blocked,
          .workspace = conv->workspace(),
          .run = [conv](auto input, auto output, auto workspace) { conv->run(input, output, workspace); }};
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

PreparedConv prepare_pointwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const PanelShape shape{s.group_C(), s.group_M(), kernels.panel};
  const TensorView<const float, 2> filters(weights, {s.M, s.group_C()});
  Buffer<float> packed(static_cast<std::size_t>(s.groups * shape.numbers()));
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      packed[static_cast<std::size_t>(m / s.group_M() * shape.numbers()) + shape.place(c, m % s.group_M())] =
          filters(m, c);
    }
  }
  const auto run = [s, &kernels, packed = std::move(packed)](auto input, auto output, auto) {
    const GroupPlanes planes(s);
    const std::int64_t plane = s.H * s.W * block_size;
    constexpr std::int64_t near_numbers = std::int64_t{1} << 16;  // 256 KiB of the second cache
    const std::int64_t most = std::max(4 * kernels.rows, near_numbers / s.group_C() / kernels.rows * kernels.rows);
    for (std::int64_t block = 0; block < s.N * s.groups; ++block) {
      const auto group_size = static_cast<std::int64_t>(packed.size()) / s.groups;
      for (std::int64_t first = 0; first < s.H * s.W; first += most) {
        kernels.product({input.data() + block * planes.input + first * block_size, plane, blocks_of(s.group_C()),
                         packed.data() + block % s.groups * group_size,
                         output.data() + block * planes.output + first * block_size, plane, blocks_of(s.group_M()),
                         std::min(most, s.H * s.W - first)});
      }
    }
  };
  return {.input = Layout::Blocked, .output = Layout::Blocked, .run = run};
}

Verdict depthwise_can_run(const ConvShape& s) {
  if (s.groups != s.C || s.M != s.C) {
    return Verdict::no("a depthwise convolution has one filter for each channel");
  }
  return Verdict::yes();
}

PreparedConv prepare_depthwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const TensorView<const float, 3> filters(weights, {s.M, s.R, s.S});
  Tensor<float, 4> packed({blocks_of(s.M), s.R, s.S, block_size});
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t r = 0; r < s.R; ++r) {
      for (std::int64_t t = 0; t < s.S; ++t) {
        packed(m / block_size, r, t, m % block_size) = filters(m, r, t);
      }
    }
  }
  const auto run = [s, &kernels, packed = std::move(packed)](auto input, auto output, auto) {
    for (std::int64_t block = 0; block < s.N * blocks_of(s.C); ++block) {
      kernels.depthwise({s.H, s.W, s.P(), s.Q(), s.R, s.S, s.stride_h, s.stride_w, s.pad_top, s.pad_left, s.dilation_h,
                         s.dilation_w, input.data() + block * s.H * s.W * block_size,
                         packed.elements().data() + block % blocks_of(s.C) * s.R * s.S * block_size,
                         output.data() + block * s.P() * s.Q() * block_size});
    }
  };
  return {.input = Layout::Blocked, .output = Layout::Blocked, .run = run};
}

}  // namespace pj
