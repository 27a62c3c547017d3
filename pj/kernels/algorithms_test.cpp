#include "pj/kernels/algorithms.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/base/text.hpp"
#include "pj/kernels/direct.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

Tensor<double, 4> as_doubles(const Tensor<float, 4>& numbers) {
  Tensor<double, 4> result(numbers.shape());
  std::ranges::copy(numbers.elements(), result.elements().begin());
  return result;
}

/// Calls `test(algorithm)` for each row that can run the shape, whose name stands beside every failure.
template <class Test>
void for_algorithms(const ConvShape& shape, const Test& test) {
  for (const ConvAlgorithm& algorithm : conv_algorithms()) {
    if (algorithm.can_run(shape)) {
      CAPTURE(algorithm.name);
      CAPTURE(to_string(shape));
      test(algorithm);
    }
  }
}

}  // namespace

TEST_CASE("every algorithm gives the very integers of the seven loops") {
  for_random_cases(100, [](Rng& rng) {
    const ConvShape shape = random_conv(rng);
    const auto input = random_whole<WideInteger>(rng, shape.input());
    const auto weights = random_whole<WideInteger>(rng, shape.weights());
    Tensor<WideInteger, 4> expected(shape.output());
    conv_direct<WideInteger>({shape, input.view(), weights.view(), expected.view()});
    for_algorithms(shape, [&](const ConvAlgorithm& algorithm) {
      if (algorithm.run_whole != nullptr) {
        Tensor<WideInteger, 4> output(shape.output());
        algorithm.run_whole({shape, input.view(), weights.view(), output.view()});
        CHECK((output == expected));
      }
    });
  });
}

TEST_CASE("every algorithm counts the operations that its formula says") {
  for_random_cases(60, [](Rng& rng) {
    const ConvShape shape = random_conv(rng);
    for_algorithms(shape, [&](const ConvAlgorithm& algorithm) {
      if (algorithm.count != nullptr) {
        const OperationCount formula = algorithm.operations(shape);
        const OperationCount counted = algorithm.count(shape);
        CHECK(counted.multiplications == formula.multiplications);
        CHECK(counted.constant_multiplications == formula.constant_multiplications);
        CHECK(counted.additions == formula.additions);
      }
    });
  });
}

TEST_CASE("every algorithm is within its error bound of the seven loops in double precision") {
  for_random_cases(200, [](Rng& rng) {
    const ConvShape shape = random_conv(rng);
    const auto input = random_real(rng, shape.input());
    const auto weights = random_real(rng, shape.weights());
    Tensor<double, 4> expected(shape.output());
    conv_direct<double>({shape, as_doubles(input).view(), as_doubles(weights).view(), expected.view()});
    for_algorithms(shape, [&](const ConvAlgorithm& algorithm) {
      const Tensor<float, 4> output = run_planar(algorithm, shape, input.view(), weights.view());
      double largest = 0.0;
      for (std::size_t i = 0; i < expected.elements().size(); ++i) {
        const double error = std::abs(expected.elements()[i] - static_cast<double>(output.elements()[i]));
        largest = std::max(largest, std::isnan(error) ? INFINITY : error);
      }
      CHECK(largest <= algorithm.error_bound(shape));
    });
  });
}

TEST_CASE("every algorithm ends as the pass over its output does that is the twin of its epilogue") {
  for_random_cases(100, [](Rng& rng) {
    const ConvShape shape = random_conv(rng);
    const auto input = random_real(rng, shape.input());
    const auto weights = random_real(rng, shape.weights());
    const auto residual = random_real(rng, shape.output());
    Epilogue epilogue{.residual = rng.chance(0.5), .function = static_cast<Epilogue::Function>(rng.between(0, 3))};
    const auto bias = random_real<1>(rng, {shape.M});
    epilogue.bias.assign(bias.elements().begin(), bias.elements().end());
    epilogue.low = rng.chance(0.5) ? 0.0F : 0.25F;
    for_algorithms(shape, [&](const ConvAlgorithm& algorithm) {
      Tensor<float, 4> expected = run_planar(algorithm, shape, input.view(), weights.view());
      apply(epilogue, shape.output(), Layout::Planar, residual.elements(), expected.elements());
      const PreparedConv conv = algorithm.prepare(shape, weights.elements(), epilogue);
      Buffer<float> workspace(static_cast<std::size_t>(conv.all_workspace()));
      const Tensor<float, 4> output = run_planar(conv, shape, input.view(), workspace, residual.view());
      double largest = 0.0;
      double most = 1.0;
      for (std::size_t i = 0; i < expected.elements().size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(output.elements()[i] - expected.elements()[i])));
        most = std::max(most, std::abs(static_cast<double>(expected.elements()[i])));
      }
      CHECK(largest <= 1e-5 * most);
    });
  });
}

TEST_CASE("a prepared convolution gives the same again") {
  Rng rng(1);
  const ConvShape shape{.N = 2, .C = 16, .M = 32, .H = 9, .W = 7, .R = 3, .S = 3, .pad_top = 1, .pad_left = 1};
  const auto weights = random_real(rng, shape.weights());
  const auto first = random_real(rng, shape.input());
  const auto second = random_real(rng, shape.input());
  for_algorithms(shape, [&](const ConvAlgorithm& algorithm) {
    const PreparedConv conv = algorithm.prepare(shape, weights.elements(), {});
    Buffer<float> workspace(static_cast<std::size_t>(conv.workspace), 1e30F);
    const Tensor<float, 4> expected = run_planar(algorithm, shape, second.view(), weights.view());
    run_planar(conv, shape, first.view(), workspace);
    CHECK((run_planar(conv, shape, second.view(), workspace) == expected));
  });
}

TEST_CASE("an unknown algorithm is refused with the name that was meant") {
  CHECK(std::string(conv_algorithm("im2col").name) == "im2col");
  CHECK_THROWS_WITH_AS(conv_algorithm("im2cl"), "there is no algorithm 'im2cl'; did you mean 'im2col'?", InputError);
}

TEST_CASE("the fewest operations are Winograd's at 3×3 and the Fourier transform's at 11×11") {
  const ConvShape vgg{.C = 256,
                      .M = 256,
                      .H = 56,
                      .W = 56,
                      .R = 3,
                      .S = 3,
                      .pad_top = 1,
                      .pad_bottom = 1,
                      .pad_left = 1,
                      .pad_right = 1};
  CHECK(std::string(fewest_operations(vgg).name).starts_with("F("));
  ConvShape wide = vgg;
  wide.R = wide.S = 11;
  CHECK(std::string(fewest_operations(wide).name) == "FFT");
}

}  // namespace pj
