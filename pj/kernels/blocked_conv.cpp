#include "pj/kernels/blocked_conv.hpp"

#include <algorithm>
#include <memory>

#include "pj/kernels/panels.hpp"

namespace pj {

Verdict blocks_can_run(const ConvShape& s) {
  if (s.groups > 1 && (s.group_C() % block_size != 0 || s.group_M() % block_size != 0)) {
    return Verdict::no("the channels of a group are not whole blocks of 16");
  }
  return Verdict::yes();
}

ChannelChunks::ChannelChunks(std::int64_t M_blocks, std::int64_t panel_blocks, std::int64_t other_parts) {
  constexpr std::int64_t least_parts = 8;
  const std::int64_t panels = ceil_div(M_blocks, panel_blocks);
  const std::int64_t wanted = std::min(panels, ceil_div(least_parts, other_parts));
  blocks = ceil_div(panels, wanted) * panel_blocks;
  count = ceil_div(M_blocks, blocks);
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

Buffer<float> pointwise_panels(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights) {
  const PanelShape shape{s.group_C(), s.group_M(), kernels.panel};
  const TensorView<const float, 2> filters(weights, {s.M, s.group_C()});
  Buffer<float> packed(static_cast<std::size_t>(s.groups * shape.numbers()));
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      packed[static_cast<std::size_t>(m / s.group_M() * shape.numbers()) + shape.place(c, m % s.group_M())] =
          filters(m, c);
    }
  }
  return packed;
}

PreparedConv prepare_pointwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                               const Epilogue& epilogue) {
  const PanelShape shape{s.group_C(), s.group_M(), kernels.panel};
  Buffer<float> packed = pointwise_panels(kernels, s, weights);
  constexpr std::int64_t near_numbers = std::int64_t{1} << 16;  // 256 KiB of the second cache
  const std::int64_t most = std::max(4 * kernels.rows, near_numbers / s.group_C() / kernels.rows * kernels.rows);
  const std::int64_t image_parts = ceil_div(s.H * s.W, most);
  const std::int64_t rows = ceil_div(ceil_div(s.H * s.W, image_parts), kernels.rows) * kernels.rows;
  const ChannelChunks chunks(blocks_of(s.group_M()), kernels.panel / block_size, s.N * s.groups * image_parts);
  PreparedConv conv{.input = Layout::Blocked,
                    .output = Layout::Blocked,
                    .weights = std::ssize(packed),
                    .parts = s.N * s.groups * image_parts * chunks.count,
                    .in_place = true};
  conv.run = [=, &kernels, parts = conv.parts, packed = std::move(packed),
              bound = BlockedEpilogue(epilogue, s.M)](const ConvMemory& memory) {
    const GroupPlanes planes(s);
    const std::int64_t plane = s.H * s.W * block_size;
    for (std::int64_t part = memory.first; part < std::min(memory.last, parts); ++part) {
      const std::int64_t block = part / chunks.count / image_parts;
      const std::int64_t group = block % s.groups;
      const std::int64_t first = part / chunks.count % image_parts * rows;
      const std::int64_t m = part % chunks.count * chunks.blocks;
      const std::int64_t output = block * planes.output + m * plane + first * block_size;
      kernels.product({memory.input.data() + block * planes.input + first * block_size, plane, blocks_of(s.group_C()),
                       packed.data() + group * shape.numbers() + m * block_size * shape.padded_C(),
                       memory.output.data() + output, plane, std::min(chunks.blocks, blocks_of(s.group_M()) - m),
                       std::min(rows, s.H * s.W - first),
                       bound.at(group * s.group_M() + m * block_size, memory.residual.data(), output), nullptr});
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

Tensor<float, 4> depthwise_filters(const ConvShape& s, std::span<const float> weights) {
  const TensorView<const float, 3> filters(weights, {s.M, s.R, s.S});
  Tensor<float, 4> packed({blocks_of(s.M), s.R, s.S, block_size});
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t r = 0; r < s.R; ++r) {
      for (std::int64_t t = 0; t < s.S; ++t) {
        packed(m / block_size, r, t, m % block_size) = filters(m, r, t);
      }
    }
  }
  return packed;
}

PreparedConv prepare_depthwise(const VectorKernels& kernels, const ConvShape& s, std::span<const float> weights,
                               const Epilogue& epilogue) {
  Tensor<float, 4> packed = depthwise_filters(s, weights);
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
