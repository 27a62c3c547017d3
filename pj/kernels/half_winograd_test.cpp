#include "pj/kernels/half_winograd.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "pj/kernels/codes.hpp"
#include "pj/kernels/direct.hpp"
#include "pj/kernels/layout.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Tensor<float, 4> random_halves(Rng& rng, const Shape<4>& shape, double zeros) {
  Tensor<float, 4> tensor(shape);
  for (float& number : tensor.elements()) {
    number = rng.chance(zeros) ? 0.0F : from_bfloat16(to_bfloat16(static_cast<float>(rng.uniform() * 2.0 - 0.8)));
  }
  return tensor;
}

double largest_magnitude(std::span<const float> numbers) {
  double largest = 0.0;
  for (const float number : numbers) {
    largest = std::max(largest, std::abs(static_cast<double>(number)));
  }
  return largest;
}

Buffer<std::uint16_t> blocked_halves(const Tensor<float, 4>& tensor) {
  Buffer<std::uint16_t> halves;
  for (const float number : from_planar(tensor.view(), Layout::Blocked)) {
    halves.push_back(to_bfloat16(number));
  }
  return halves;
}

/// A convolution with a residual and a bound, and what it gives with sums in double precision.
struct WinogradHalfCase {
  ConvShape shape;
  Tensor<float, 4> input, weights, residual;
  Tensor<double, 4> sums;
  Epilogue epilogue;

  WinogradHalfCase(Rng& rng, const ConvShape& of, bool has_end)
      : shape(of),
        input(random_halves(rng, of.input(), 0.3)),
        weights(random_halves(rng, of.weights(), 0.0)),
        residual(random_halves(rng, of.output(), 0.0)),
        sums(of.output()) {
    epilogue = {.residual = has_end && rng.chance(0.5), .low = 0.0F, .high = 1e9F};
    epilogue.function = has_end ? Epilogue::Function::Clamp : Epilogue::Function::Identity;
    for (std::int64_t m = 0; m < shape.M && has_end; ++m) {
      epilogue.bias.push_back(static_cast<float>(rng.uniform()));
    }
    const auto as_doubles = [](const Tensor<float, 4>& tensor, const Shape<4>& size) {
      Tensor<double, 4> result(size);
      std::ranges::copy(tensor.elements(), result.elements().begin());
      return result;
    };
    const Tensor<double, 4> x = as_doubles(input, shape.input()), w = as_doubles(weights, shape.weights());
    conv_direct<double>({shape, x.view(), w.view(), sums.view()});
  }

  Tensor<float, 4> found(const HalfKernels& kernels) const {
    const PreparedHalf conv = prepare_half_winograd(kernels, shape, weights.elements(), epilogue);
    const Buffer<std::uint16_t> halves = blocked_halves(input);
    Buffer<std::uint16_t> stored = blocked_halves(residual);  // the output takes the residual's place
    Buffer<std::byte> workspace(static_cast<std::size_t>(conv.workspace));
    conv.run({halves.data(), epilogue.residual ? stored.data() : nullptr, stored.data(), workspace.data()});
    Buffer<float> floats;
    for (const std::uint16_t half : stored) {
      floats.push_back(from_bfloat16(half));
    }
    return to_planar(floats, shape.output(), Layout::Blocked);
  }

  /// What an exact sum becomes, before it is rounded.
  double ended(const Shape<4>& at) const {
    const double bias =
        epilogue.bias.empty() ? 0.0 : static_cast<double>(epilogue.bias[static_cast<std::size_t>(at[1])]);
    const double added = epilogue.residual ? static_cast<double>(residual(at[0], at[1], at[2], at[3])) : 0.0;
    const double sum = sums(at[0], at[1], at[2], at[3]) + bias + added;
    return epilogue.function == Epilogue::Function::Clamp ? std::max(sum, 0.0) : sum;
  }
};

template <class Function>
void for_each_output(const ConvShape& s, const Function& function) {
  for (std::int64_t i = 0; i < s.N * s.M * s.P() * s.Q(); ++i) {
    function(Shape<4>{i / (s.M * s.P() * s.Q()), i / (s.P() * s.Q()) % s.M, i / s.Q() % s.P(), i % s.Q()});
  }
}

}  // namespace

TEST_CASE("F(4x4,3x3) of bfloat16 in whole numbers stays within its bound with every instruction set") {
  for_random_cases(60, [](Rng& rng) {
    ConvShape shape{.N = rng.between(1, 2),
                    .C = rng.between(9, rng.chance(0.2) ? 300 : 50),
                    .M = rng.between(1, rng.chance(0.2) ? 150 : 40),
                    .H = rng.between(2, 13),
                    .W = rng.between(2, 13),
                    .R = 3,
                    .S = 3,
                    .pad_top = rng.between(1, 2),
                    .pad_bottom = rng.between(0, 2),
                    .pad_left = rng.between(1, 2),
                    .pad_right = rng.between(0, 2)};
    CAPTURE(to_string(shape));
    REQUIRE(half_winograd_can_run(shape, false));
    const WinogradHalfCase one(rng, shape, rng.chance(0.5));
    const double bound = half_winograd_error_bound(shape) * largest_magnitude(one.input.elements()) *
                         largest_magnitude(one.weights.elements());
    for (const HalfKernels* kernels : half_kernels()) {
      CAPTURE(kernels->name);
      const Tensor<float, 4> found = one.found(*kernels);
      double worst = 0.0;
      for_each_output(shape, [&](const Shape<4>& at) {
        const double expected = one.ended(at);
        const double error = std::abs(static_cast<double>(found(at[0], at[1], at[2], at[3])) - expected);
        worst = std::max(worst, error - bound - 0x1.0p-8 * (std::abs(expected) + bound));
      });
      CHECK(worst <= 0.0);
    }
  });
}

TEST_CASE("F(4x4,3x3) of bfloat16 is off by little more than its results are rounded") {
  Rng rng(1);
  for (const std::int64_t C : {64, 256, 512}) {
    const WinogradHalfCase one(rng, {.C = C, .M = 16, .H = 14, .W = 14, .R = 3, .S = 3}, false);
    const Tensor<float, 4> found = one.found(*half_kernels().front());
    double error = 0.0, rounding = 0.0, norm = 0.0;
    for_each_output(one.shape, [&](const Shape<4>& at) {
      const double exact = one.ended(at);
      error += std::pow(static_cast<double>(found(at[0], at[1], at[2], at[3])) - exact, 2.0);
      rounding += std::pow(static_cast<double>(from_bfloat16(to_bfloat16(static_cast<float>(exact)))) - exact, 2.0);
      norm += exact * exact;
    });
    CAPTURE(C);
    CHECK(std::sqrt(error / norm) < 0.005);  // of bytes it would be 0.013 and more
    CHECK(std::sqrt(error / rounding) < 3.0);
  }
}

TEST_CASE("a tile with an infinite number makes none of its outputs numbers, and leaves the others alone") {
  Rng rng(1);
  WinogradHalfCase one(rng, {.C = 32, .M = 16, .H = 10, .W = 10, .R = 3, .S = 3}, false);
  const Tensor<float, 4> before = one.found(*half_kernels().front());
  one.input(0, 3, 0, 0) = std::numeric_limits<float>::infinity();
  for (const HalfKernels* kernels : half_kernels()) {
    const Tensor<float, 4> found = one.found(*kernels);
    int wrong = 0;
    for_each_output(one.shape, [&](const Shape<4>& at) {
      const bool is_hit = at[2] < 4 && at[3] < 4;
      wrong += std::isnan(found(at[0], at[1], at[2], at[3])) != is_hit ? 1 : 0;
      wrong +=
          !is_hit && std::abs(found(at[0], at[1], at[2], at[3]) - before(at[0], at[1], at[2], at[3])) > 0.1F ? 1 : 0;
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("what F(4x4,3x3) of bfloat16 cannot do is refused with its reason") {
  ConvShape shape{.C = 16, .M = 16, .H = 9, .W = 9, .R = 3, .S = 3};
  CHECK(half_winograd_can_run(shape, false));
  CHECK(half_winograd_can_run(shape, true).reason() == "F(4×4,3×3) of bfloat16 is from and to blocks of channels");
  shape.groups = 2;
  CHECK(half_winograd_can_run(shape, false).reason() == "F(4×4,3×3) of bfloat16 is for one group");
  shape.stride_h = 2;
  CHECK(half_winograd_can_run(shape, false).reason() == "Winograd needs stride 1");
}

}  // namespace pj
