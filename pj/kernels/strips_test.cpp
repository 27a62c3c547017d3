#include "pj/kernels/strips.hpp"

#include <doctest/doctest.h>

#include "pj/kernels/blocked_conv.hpp"
#include "pj/kernels/layout.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

/// The output computed in random strips, each from rows of the input that were copied together with those behind them
/// alone: what a strip may not read is no number.
Buffer<float> in_strips(Rng& rng, const StripLayer& layer, std::span<const float> input) {
  const std::int64_t block = layer.is_planar ? 1 : block_size;
  const std::int64_t planes = ceil_div(layer.input[1], block);
  const std::int64_t row = layer.input[3] * block;
  const Shape<4> shape = layer.output;
  Buffer<float> output(static_cast<std::size_t>(layout_size(shape, Layout::Blocked)), NAN);
  Buffer<float> workspace(static_cast<std::size_t>(layer.workspace), NAN);
  for (std::int64_t first = 0; first < shape[2];) {
    const std::int64_t last = rng.between(first + 1, shape[2]);
    const std::int64_t from = layer.first_input(first);
    const std::int64_t rows = layer.last_input(last) - from;
    Buffer<float> strip(static_cast<std::size_t>(std::max<std::int64_t>(planes * rows * row, 1)), NAN);
    for (std::int64_t plane = 0; plane < planes && rows > 0; ++plane) {
      const auto there = input.subspan(static_cast<std::size_t>((plane * layer.input[2] + from) * row));
      std::ranges::copy(there.first(static_cast<std::size_t>(rows * row)), strip.begin() + plane * rows * row);
    }
    layer.run({strip.data(), rows * row, from}, {output.data(), shape[2] * shape[3] * block_size, 0}, workspace, first,
              last);
    first = last;
  }
  return output;
}

ConvShape random_strip_conv(Rng& rng) {
  ConvShape s = random_conv(rng);
  s.N = 1;
  if (s.groups > 1 || rng.chance(0.3)) {
    s.groups = s.M = s.C = rng.between(2, 40);
  } else if (rng.chance(0.4)) {
    s.R = s.S = s.stride_h = s.stride_w = s.dilation_h = s.dilation_w = 1;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 0;
  }
  check(s);
  return s;
}

}  // namespace

TEST_CASE("convolutions in strips give what the whole ones give, to the last bit, with every instruction set") {
  for_random_cases(200, [](Rng& rng) {
    const ConvShape s = random_strip_conv(rng);
    const auto weights = random_real<4>(rng, s.weights());
    Epilogue epilogue{.function = Epilogue::Function::Clamp, .low = -0.5F, .high = 6.0F};
    epilogue.bias.assign(static_cast<std::size_t>(s.M), 0.25F);
    REQUIRE(strip_conv_can_run(s, epilogue));
    for (const VectorKernels* kernels : vector_kernels()) {
      CAPTURE(kernels->name);
      const StripLayer layer = strip_conv(*kernels, s, weights.elements(), epilogue, true);
      const auto prepare = depthwise_can_run(s)   ? prepare_depthwise
                           : pointwise_can_run(s) ? prepare_pointwise
                                                  : prepare_windowed;
      const PreparedConv whole = prepare(*kernels, s, weights.elements(), epilogue);
      const auto map = random_real<4>(rng, s.input());
      const Buffer<float> input = from_planar(map.view(), whole.input);
      Buffer<float> expected(static_cast<std::size_t>(layout_size(s.output(), Layout::Blocked)));
      Buffer<float> workspace(static_cast<std::size_t>(whole.all_workspace()));
      whole.run_all({input, expected, workspace});
      CHECK(layer.is_planar == (whole.input == Layout::Planar));
      CHECK(in_strips(rng, layer, input) == expected);
    }
  });
}

TEST_CASE("pooling in strips gives what the whole one gives, to the last bit") {
  for_random_cases(150, [](Rng& rng) {
    PoolShape s{.C = rng.between(1, 40), .H = rng.between(3, 12), .W = rng.between(3, 9), .R = rng.between(1, 3)};
    s.S = rng.between(1, 3);
    s.stride_h = rng.between(1, 3);
    s.stride_w = rng.between(1, 3);
    s.pad_top = rng.between(0, s.R - 1);
    s.pad_left = rng.between(0, s.S - 1);
    s.P = (s.H + s.pad_top - s.R) / s.stride_h + 1;
    s.Q = (s.W + s.pad_left - s.S) / s.stride_w + 1;
    s.is_max = rng.chance(0.5);
    s.count_padding = rng.chance(0.5);
    for (const VectorKernels* kernels : vector_kernels()) {
      CAPTURE(kernels->name);
      const auto map = random_real<4>(rng, {1, s.C, s.H, s.W});
      const Buffer<float> input = from_planar(map.view(), Layout::Blocked);
      Buffer<float> expected(static_cast<std::size_t>(layout_size({1, s.C, s.P, s.Q}, Layout::Blocked)));
      const PreparedMaps whole = prepare_pool(*kernels, s);
      whole.run(input, expected, {}, 0, whole.parts);
      CHECK(in_strips(rng, strip_pool(*kernels, s), input) == expected);
    }
  });
}

TEST_CASE("a residual and groups of several channels are not computed in strips") {
  const ConvShape s{.C = 32, .M = 32, .H = 4, .W = 4};
  CHECK(strip_conv_can_run(s, {.residual = true}).reason() == "a residual is added");
  CHECK(strip_conv_can_run({.C = 32, .M = 32, .H = 4, .W = 4, .groups = 2}, {}).reason() ==
        "it has groups of several channels");
}

}  // namespace pj
