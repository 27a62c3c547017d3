#include "pj/kernels/blocked_maps.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/kernels/layout.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

/// Runs the parts one by one, the last one first, and gives the map back planar.
Tensor<float, 4> run_parts(const PreparedMaps& maps, const Tensor<float, 4>& input, const Shape<4>& output_shape) {
  const Buffer<float> laid_out = from_planar(input.view(), Layout::Blocked);
  Buffer<float> output(static_cast<std::size_t>(layout_size(output_shape, Layout::Blocked)));
  Buffer<float> workspace(static_cast<std::size_t>(maps.workspace), 1e30F);
  for (std::int64_t part = maps.parts; part-- > 0;) {
    maps.run(laid_out, output, workspace, part, part + 1);
  }
  return to_planar(output, output_shape, Layout::Blocked);
}

PoolShape random_pool(Rng& rng) {
  PoolShape s{.N = rng.between(1, 2), .C = rng.between(1, 40), .H = rng.between(1, 9), .W = rng.between(1, 9)};
  s.R = rng.between(1, 4);
  s.S = rng.between(1, 4);
  s.stride_h = rng.between(1, 3);
  s.stride_w = rng.between(1, 3);
  s.pad_top = rng.between(0, s.R - 1);
  s.pad_left = rng.between(0, s.S - 1);
  s.pad_bottom = rng.between(0, s.R);
  s.pad_right = rng.between(0, s.S);
  s.P = std::max<std::int64_t>(1, (s.H + s.pad_top + s.pad_bottom - s.R) / s.stride_h + 1);
  s.Q = std::max<std::int64_t>(1, (s.W + s.pad_left + s.pad_right - s.S) / s.stride_w + 1);
  s.is_max = rng.chance(0.5);
  s.count_padding = rng.chance(0.5);
  return s;
}

/// The definition.
double pooled(const PoolShape& s, const Tensor<float, 4>& input, const Shape<4>& at) {
  double sum = 0.0;
  double most = -INFINITY;
  int seen = 0;
  int padded = 0;
  for (std::int64_t r = 0; r < s.R; ++r) {
    for (std::int64_t t = 0; t < s.S; ++t) {
      const std::int64_t y = at[2] * s.stride_h - s.pad_top + r;
      const std::int64_t x = at[3] * s.stride_w - s.pad_left + t;
      padded += y < s.H + s.pad_bottom && x < s.W + s.pad_right ? 1 : 0;
      if (y >= 0 && y < s.H && x >= 0 && x < s.W) {
        const auto number = static_cast<double>(input(at[0], at[1], y, x));
        ++seen;
        sum += number;
        most = std::max(most, number);
      }
    }
  }
  return s.is_max ? most : sum / (s.count_padding ? padded : seen);
}

}  // namespace

TEST_CASE("pooling in blocks of every instruction set is what the definition says") {
  for_random_cases(150, [](Rng& rng) {
    const PoolShape s = random_pool(rng);
    if (!pool_can_run(s)) {
      return;
    }
    const auto input = random_real<4>(rng, {s.N, s.C, s.H, s.W});
    const Shape<4> shape{s.N, s.C, s.P, s.Q};
    for (const VectorKernels* kernels : vector_kernels()) {
      CAPTURE(kernels->name);
      const Tensor<float, 4> output = run_parts(prepare_pool(*kernels, s), input, shape);
      for (int i = 0; i < 20; ++i) {
        const Shape<4> at{rng.between(0, s.N - 1), rng.between(0, s.C - 1), rng.between(0, s.P - 1),
                          rng.between(0, s.Q - 1)};
        CHECK(std::abs(static_cast<double>(output(at[0], at[1], at[2], at[3])) - pooled(s, input, at)) <= 1e-6);
      }
    }
  });
}

TEST_CASE("a window outside the map is refused") {
  CHECK(pool_can_run({.H = 2, .W = 2, .P = 2, .Q = 2, .R = 1, .S = 1, .pad_top = 1}).reason() ==
        "a window lies outside the map");
}

TEST_CASE("local response normalisation in blocks of every instruction set is what the definition says") {
  for_random_cases(100, [](Rng& rng) {
    ResponseShape s{.N = rng.between(1, 2), .C = rng.between(1, 50), .positions = rng.between(1, 20)};
    s.size = rng.between(1, 9);
    s.alpha = static_cast<float>(rng.uniform());
    s.bias = static_cast<float>(0.5 + rng.uniform());
    s.beta = rng.chance(0.3) ? 0.5F : rng.chance(0.5) ? 0.75F : 1.0F;
    REQUIRE(response_can_run(s));
    const auto input = random_real<4>(rng, {s.N, s.C, 1, s.positions});
    for (const VectorKernels* kernels : vector_kernels()) {
      CAPTURE(kernels->name);
      const Tensor<float, 4> output = run_parts(prepare_response(*kernels, s), input, input.shape());
      for (int i = 0; i < 20; ++i) {
        const Shape<4> at{rng.between(0, s.N - 1), rng.between(0, s.C - 1), 0, rng.between(0, s.positions - 1)};
        double squares = 0.0;
        for (std::int64_t c = at[1] - (s.size - 1) / 2; c <= at[1] + s.size / 2; ++c) {
          squares += c < 0 || c >= s.C ? 0.0 : std::pow(static_cast<double>(input(at[0], c, at[2], at[3])), 2.0);
        }
        const double sum =
            static_cast<double>(s.bias) + static_cast<double>(s.alpha) / static_cast<double>(s.size) * squares;
        const double expected =
            static_cast<double>(input(at[0], at[1], at[2], at[3])) / std::pow(sum, static_cast<double>(s.beta));
        CHECK(std::abs(static_cast<double>(output(at[0], at[1], at[2], at[3])) - expected) <=
              1e-6 * std::max(1.0, std::abs(expected)));
      }
    }
  });
}

TEST_CASE("other powers of the response are refused") {
  CHECK(response_can_run({.beta = 0.6F}).reason() == "this kernel knows the powers 1/2, 3/4 and 1");
}

}  // namespace pj
