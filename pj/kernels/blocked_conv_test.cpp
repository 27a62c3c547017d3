#include "pj/kernels/blocked_conv.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/rounding.hpp"
#include "pj/kernels/winograd.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

/// Small whole numbers, with which floats are exact.
template <std::size_t Rank>
Tensor<float, Rank> small_whole(Rng& rng, const Shape<Rank>& shape) {
  Tensor<float, Rank> tensor(shape);
  std::ranges::generate(tensor.elements(), [&] { return static_cast<float>(rng.between(-8, 8)); });
  return tensor;
}

/// Functions that keep multiples of 1/2 exact.
Epilogue small_epilogue(Rng& rng, std::int64_t M) {
  Epilogue epilogue{.residual = rng.chance(0.5), .function = static_cast<Epilogue::Function>(rng.between(0, 2))};
  if (rng.chance(0.5)) {
    const auto bias = small_whole<1>(rng, {M});
    epilogue.bias.assign(bias.elements().begin(), bias.elements().end());
  }
  epilogue.low = epilogue.function == Epilogue::Function::Leaky ? 0.5F : static_cast<float>(rng.between(-5, 1));
  epilogue.high = static_cast<float>(rng.between(1, 50));
  return epilogue;
}

/// The parts one by one, the last one first, in place of the residual where that is allowed.
void check_parts(const PreparedConv& conv, const ConvShape& shape, const Tensor<float, 4>& input,
                 const Tensor<float, 4>& residual, const Tensor<float, 4>& expected) {
  const Buffer<float> laid_out = from_planar(input.view(), conv.input);
  Buffer<float> output = from_planar(residual.view(), conv.output);
  const Buffer<float> added = output;
  Buffer<float> workspace(static_cast<std::size_t>(conv.workspace));
  Buffer<float> shared(static_cast<std::size_t>(conv.shared));
  const auto run = [&](const auto& stage, std::int64_t parts) {
    for (std::int64_t part = parts; part-- > 0;) {
      stage({laid_out, output, workspace, conv.in_place ? output : added, part, part + 1, shared});
    }
  };
  run(conv.run_first, conv.first_parts);
  run(conv.run, conv.parts);
  CHECK((to_planar(output, shape.output(), conv.output) == expected));
}

/// Holds a preparation to the seven loops in numbers that every order of additions keeps exact.
template <class Prepare>
void check_exact(Rng& rng, const ConvShape& shape, const Prepare& prepare) {
  CAPTURE(to_string(shape));
  const auto input = small_whole(rng, shape.input());
  const auto weights = small_whole(rng, shape.weights());
  Tensor<float, 4> expected(shape.output());
  conv_direct<float>({shape, input.view(), weights.view(), expected.view()});
  const Epilogue epilogue = small_epilogue(rng, shape.M);
  const auto residual = small_whole(rng, shape.output());
  apply(epilogue, shape.output(), Layout::Planar, residual.elements(), expected.elements());
  for (const VectorKernels* kernels : vector_kernels()) {
    CAPTURE(kernels->name);
    const PreparedConv conv = prepare(*kernels, shape, weights.elements(), epilogue);
    Buffer<float> workspace(static_cast<std::size_t>(conv.all_workspace()));
    CHECK((run_planar(conv, shape, input.view(), workspace, residual.view()) == expected));
    check_parts(conv, shape, input, residual, expected);
  }
}

/// A random shape with groups of whole blocks.
ConvShape random_blocks(Rng& rng) {
  ConvShape shape = random_conv(rng);
  shape.groups = rng.chance(0.3) ? 2 : 1;
  shape.C = shape.groups == 1 ? rng.between(1, 70) : 2 * block_size * rng.between(1, 3);
  shape.M = shape.groups == 1 ? rng.between(1, 70) : 2 * block_size * rng.between(1, 3);
  return shape;
}

}  // namespace

TEST_CASE("depthwise convolutions of every instruction set equal the seven loops to the last bit") {
  for_random_cases(100, [](Rng& rng) {
    ConvShape shape = random_conv(rng);
    shape.C = shape.M = shape.groups = rng.between(1, 40);
    REQUIRE(depthwise_can_run(shape));
    check_exact(rng, shape, prepare_depthwise);
  });
}

TEST_CASE("pointwise convolutions of every instruction set equal the seven loops to the last bit") {
  for_random_cases(60, [](Rng& rng) {
    const ConvShape any = random_blocks(rng);
    const ConvShape shape{.N = any.N, .C = any.C, .M = any.M, .H = any.H, .W = any.W, .groups = any.groups};
    REQUIRE(pointwise_can_run(shape));
    check_exact(rng, shape, prepare_pointwise);
  });
}

TEST_CASE("direct convolutions of every instruction set equal the seven loops to the last bit") {
  for_random_cases(150, [](Rng& rng) {
    const ConvShape shape = rng.chance(0.5) ? random_blocks(rng) : random_conv(rng);
    if (windowed_can_run(shape)) {
      check_exact(rng, shape, prepare_windowed);
    }
  });
}

TEST_CASE("streamed products of every instruction set equal the seven loops to the last bit") {
  for_random_cases(60, [](Rng& rng) {
    ConvShape shape{.C = rng.between(1, 20), .M = rng.between(1, 150), .H = rng.between(1, 4), .W = rng.between(1, 4)};
    shape.R = shape.H;
    shape.S = shape.W;
    REQUIRE(streamed_can_run(shape));
    check_exact(rng, shape, prepare_streamed);
  });
}

TEST_CASE("F(2×2,3×3) of every instruction set, whose constants are powers of two, is exact in small whole numbers") {
  for_random_cases(60, [](Rng& rng) {
    ConvShape shape = random_blocks(rng);
    shape.R = shape.S = 3;
    shape.stride_h = shape.stride_w = shape.dilation_h = shape.dilation_w = 1;
    shape.H = std::max<std::int64_t>(shape.H, 3);
    shape.W = std::max<std::int64_t>(shape.W, 3);
    check_exact(rng, shape,
                [](const VectorKernels& kernels, const ConvShape& conv, std::span<const float> weights,
                   const Epilogue& epilogue) {
                  return prepare_winograd(kernels, conv, weights, conv_cook_toom(2, 3), epilogue);
                });
  });
}

TEST_CASE("the fast transforms of every instruction set are within the error bound of their F(m,r)") {
  for_random_cases(40, [](Rng& rng) {
    ConvShape shape = random_blocks(rng);
    shape.stride_h = shape.stride_w = shape.dilation_h = shape.dilation_w = 1;
    for (const auto& [m, r] : {std::pair{4, 3}, {6, 3}, {2, 5}, {4, 5}}) {
      shape.R = shape.S = r;
      shape.H = std::max<std::int64_t>(shape.H, r);
      shape.W = std::max<std::int64_t>(shape.W, r);
      CAPTURE(to_string(shape));
      const auto input = random_real(rng, shape.input());
      const auto weights = random_real(rng, shape.weights());
      for (const VectorKernels* kernels : vector_kernels()) {
        CAPTURE(kernels->name);
        const PreparedConv conv = prepare_winograd(*kernels, shape, weights.elements(), conv_cook_toom(m, r), {});
        Buffer<float> workspace(static_cast<std::size_t>(conv.all_workspace()));
        const Tensor<float, 4> output = run_planar(conv, shape, input.view(), workspace);
        const ConvOperands<float> operands{shape, input.view(), weights.view(), {}};
        const double bound = winograd_error_bound(shape, conv_cook_toom(m, r), float_roundoff);
        for (int i = 0; i < 30; ++i) {
          const auto [N, M, P, Q] = shape.output();
          const Shape<4> at{rng.between(0, N - 1), rng.between(0, M - 1), rng.between(0, P - 1), rng.between(0, Q - 1)};
          const double exact = direct_output<float, double>(operands, at);
          CHECK(std::abs(static_cast<double>(output(at[0], at[1], at[2], at[3])) - exact) <= bound);
        }
      }
    }
  });
}

TEST_CASE("groups that are no whole blocks are refused") {
  CHECK(blocks_can_run({.C = 24, .M = 32, .groups = 2}).reason() ==
        "the channels of a group are not whole blocks of 16");
  CHECK(blocks_can_run({.C = 24, .M = 32}));
}

}  // namespace pj
