#include "pj/execution/execute.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/execution/numbers.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Constant real(const Sizes& shape, const std::vector<double>& numbers) {
  return tensor_of({shape, NumberFormat::float32()}, numbers);
}

Constant counting(const Sizes& shape) {
  std::vector<double> numbers(static_cast<std::size_t>(element_count(shape)));
  std::iota(numbers.begin(), numbers.end(), 0.0);
  return real(shape, numbers);
}

Constant random_tensor(Rng& rng, const Sizes& shape) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < element_count(shape); ++i) {
    numbers.push_back(static_cast<double>(rng.between(-8, 8)));
  }
  return real(shape, numbers);
}

std::vector<Constant> results(const Layer& layer, const std::vector<Constant>& operands) {
  std::vector<const Constant*> pointers;
  for (const Constant& operand : operands) {
    pointers.push_back(&operand);
  }
  return execute(layer, pointers);
}

std::vector<double> numbers(const Layer& layer, const std::vector<Constant>& operands) {
  return numbers_of<double>(results(layer, operands).front());
}

/// A convolution on images with two spatial axes as the formula in layers.hpp says, one output at a time.
double convolved(const Convolution& conv, const Constant& input, const Constant& weights, const Sizes& at) {
  const auto I = numbers_of<double>(input);
  const auto W = numbers_of<double>(weights);
  const Sizes& i = input.shape;
  const Sizes& w = weights.shape;
  const std::int64_t group = at[1] / (w[0] / conv.groups);
  double sum = 0.0;
  for (std::int64_t c = 0; c < w[1]; ++c) {
    for (std::int64_t r = 0; r < w[2]; ++r) {
      for (std::int64_t s = 0; s < w[3]; ++s) {
        const std::int64_t h = at[2] * conv.stride[0] + r * conv.dilation[0] - conv.pad_begin[0];
        const std::int64_t x = at[3] * conv.stride[1] + s * conv.dilation[1] - conv.pad_begin[1];
        if (h < 0 || h >= i[2] || x < 0 || x >= i[3]) {
          continue;
        }
        const std::int64_t place = ((at[0] * i[1] + group * w[1] + c) * i[2] + h) * i[3] + x;
        sum += I[static_cast<std::size_t>(place)] *
               W[static_cast<std::size_t>(((at[1] * w[1] + c) * w[2] + r) * w[3] + s)];
      }
    }
  }
  return sum;
}

Convolution random_convolution(Rng& rng) {
  const auto pair = [&](std::int64_t low, std::int64_t high) {
    return Sizes{rng.between(low, high), rng.between(low, high)};
  };
  return {.stride = pair(1, 3),
          .dilation = pair(1, 2),
          .pad_begin = pair(0, 2),
          .pad_end = pair(0, 2),
          .groups = rng.between(1, 3)};
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

TEST_CASE("random convolutions are the sums of their formula") {
  for_random_cases(100, [](Rng& rng) {
    const Convolution conv = random_convolution(rng);
    const Constant input = random_tensor(rng, {2, conv.groups * 2, rng.between(5, 9), rng.between(5, 9)});
    const Constant weights = random_tensor(rng, {conv.groups * 2, 2, rng.between(1, 3), rng.between(1, 3)});
    const Constant found = results(conv, {input, weights}).front();
    const auto values = numbers_of<double>(found);
    for (std::int64_t i = 0; i < std::ssize(values); ++i) {
      const Sizes& shape = found.shape;
      const Sizes at{i / shape[3] / shape[2] / shape[1], i / shape[3] / shape[2] % shape[1], i / shape[3] % shape[2],
                     i % shape[3]};
      CHECK(values[static_cast<std::size_t>(i)] == convolved(conv, input, weights, at));
    }
  });
}

TEST_CASE("a transposed convolution is the adjoint of the convolution with the same weights") {
  for_random_cases(100, [](Rng& rng) {
    Convolution conv = random_convolution(rng);
    const Constant x = random_tensor(rng, {1, conv.groups * 2, rng.between(6, 9), rng.between(6, 9)});
    const Constant weights = random_tensor(rng, {conv.groups * 3, 2, 2, 3});
    const Constant y = results(conv, {x, weights}).front();
    Convolution adjoint = conv;
    adjoint.transposed = true;
    const Constant z = random_tensor(rng, y.shape);
    adjoint.output_padding = {0, 0};
    const Sizes back = results(adjoint, {z, weights}).front().shape;
    const std::int64_t more_rows = x.shape[2] - back[2];
    const std::int64_t more_columns = x.shape[3] - back[3];
    if (more_rows >= std::max(conv.stride[0], conv.dilation[0]) ||
        more_columns >= std::max(conv.stride[1], conv.dilation[1])) {
      return;  // the rows that no window reaches are more than output padding may be
    }
    adjoint.output_padding = {more_rows, more_columns};
    const auto turned = results(adjoint, {z, weights}).front();
    CHECK(turned.shape == x.shape);
    CHECK(dot(numbers_of<double>(y), numbers_of<double>(z)) == dot(numbers_of<double>(x), numbers_of<double>(turned)));
  });
}

TEST_CASE("a connection table lets an output channel see only its input channels") {
  const Convolution conv{.connections = {{0}, {1, 2}}};
  const Constant input = counting({1, 3, 1, 1});
  const Constant ones = real({2, 3, 1, 1}, std::vector<double>(6, 1.0));
  CHECK(numbers(conv, {input, ones}) == std::vector<double>{0.0, 3.0});
}

TEST_CASE("a fully connected layer takes all axes behind the first as features") {
  const Constant weights = real({2, 4}, {1, 1, 1, 1, 0, 0, 0, 1});
  CHECK(numbers(FullyConnected{}, {counting({1, 2, 2}), weights, real({2}, {10, 20})}) ==
        std::vector<double>{16.0, 23.0});
}

TEST_CASE("whole numbers are multiplied exactly and wrap around") {
  const auto whole = [](const Sizes& shape, const Sizes& n) { return tensor_of({shape, NumberFormat::fixed(64)}, n); };
  const Constant product = results(MatMul{}, {whole({1, 2}, {INT64_MAX, 3}), whole({2, 1}, {2, 1})}).front();
  CHECK(numbers_of<std::int64_t>(product) == Sizes{1});
  const Constant bytes = tensor_of({{2}, NumberFormat::fixed(8, false)}, Sizes{250, 10});
  CHECK(numbers_of<std::int64_t>(results(Elementwise{}, {bytes, bytes}).front()) == Sizes{244, 20});
  const Constant large = tensor_of({{1}, NumberFormat::fixed(64, false)}, std::vector<std::uint64_t>{UINT64_MAX});
  const Constant small = tensor_of({{1}, NumberFormat::fixed(64, false)}, std::vector<std::uint64_t>{1});
  CHECK(numbers(Elementwise{Elementwise::Kind::Less}, {small, large}) == std::vector<double>{1.0});
}

TEST_CASE("functions outside of ONNX are computed as they are defined") {
  using Kind = Activation::Kind;
  const Constant x = real({3}, {-1.0, 0.0, 2.0});
  CHECK(numbers(Activation{.kind = Kind::Step}, {x}) == std::vector<double>{0.0, 0.0, 1.0});
  CHECK(numbers(Activation{.kind = Kind::Swish}, {x})[2] == doctest::Approx(2.0 / (1.0 + std::exp(-2.0))));
}

TEST_CASE("fake quantisers round, clamp and scale as QONNX says") {
  const Constant x = real({5}, {-3.0, -0.74, 0.25, 0.75, 9.0});
  const Constant scale = real({}, {0.5});
  const Constant zero = real({}, {0.0});
  const Constant bits = real({}, {2.0});
  CHECK(numbers(FakeQuantize{}, {x, scale, zero, bits}) == std::vector<double>{-1.0, -0.5, 0.0, 0.5, 0.5});
  CHECK(numbers(FakeQuantize{.narrow = true}, {x, scale, zero, bits})[0] == -0.5);
  CHECK(numbers(FakeQuantize{.is_signed = false}, {x, scale, zero, bits}) ==
        std::vector<double>{0.0, 0.0, 0.0, 1.0, 1.5});
  CHECK(numbers(FakeQuantize{.kind = FakeQuantize::Kind::Bipolar}, {x, scale}) ==
        std::vector<double>{-0.5, -0.5, 0.5, 0.5, 0.5});
  CHECK(numbers(FakeQuantize{.rounding = "CEIL"}, {real({1}, {-0.9}), scale, zero, bits})[0] == -0.5);
  CHECK(numbers(FakeQuantize{.kind = FakeQuantize::Kind::Trunc, .rounding = "FLOOR"},
                {real({1}, {7.0}), real({}, {1.0}), zero, real({}, {4.0}), real({}, {2.0})})[0] == 1.0);
  CHECK_THROWS_WITH_AS(numbers(FakeQuantize{.rounding = "SOMEHOW"}, {x, scale, zero, bits}),
                       "its rounding mode is 'SOMEHOW'; known: ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN, "
                       "ROUND_TO_ZERO",
                       InputError);
}

TEST_CASE("numbers that are not what they stand for are moved but not computed with") {
  const Constant codes{NumberFormat::codebook(16), {2}, std::vector<std::byte>(2)};
  CHECK(results(Reshape{{2, 1}}, {codes}).front().shape == Sizes{2, 1});
  CHECK_THROWS_WITH_AS(results(Activation{}, {codes}),
                       "it computes with numbers kept as codebook16, which cannot be run; use floats or whole numbers",
                       InputError);
}

TEST_CASE("codes look up the numbers that they stand for") {
  Constant codes{NumberFormat::codebook(256), {2}, {std::byte{255}, std::byte{1}}};
  CHECK(numbers(Cast{.to = NumberFormat::fixed(64)}, {codes}) == std::vector<double>{255.0, 1.0});
  codes.format = NumberFormat::log2(4);  // signed: −1 is the last entry of a table
  CHECK(numbers(Cast{.to = NumberFormat::fixed(64)}, {codes}) == std::vector<double>{-1.0, 1.0});
  CHECK_THROWS_AS(results(Cast{}, {codes}), InputError);
}

TEST_CASE("a network is run layer by layer and refuses inputs of another type") {
  NetworkBuilder builder("pair");
  const ValueId x = builder.input("x", {2});
  const ValueId doubled = builder.add_one("twice", Elementwise{}, {x, x});
  const Network network = builder.finish({builder.add_one("relu", Activation{}, {doubled})});
  const Constant input = real({2}, {-1.0, 3.0});
  const Constant* operand = &input;
  CHECK(numbers_of<double>(run_plainly(network, std::span(&operand, 1)).front()) == std::vector<double>{0.0, 6.0});
  const Constant longer = real({3}, {1, 2, 3});
  operand = &longer;
  CHECK_THROWS_WITH_AS(run_plainly(network, std::span(&operand, 1)),
                       "input 'x' is 3 float32; the network takes 2 float32", InputError);
}

TEST_CASE("a weight without elements is refused with the node that needs it") {
  NetworkBuilder builder("hollow");
  const ValueId x = builder.input("x", {1, 2});
  const ValueId weight = builder.weight("w", {3, 2});
  const Network network = builder.finish({builder.add_one("fc", FullyConnected{}, {x, weight})});
  const Constant input = real({1, 2}, {1.0, 2.0});
  const Constant* operand = &input;
  CHECK_THROWS_WITH_AS(run_plainly(network, std::span(&operand, 1)),
                       "node 'fc': its operand 'w' has no elements, only a shape; give the file that holds them",
                       InputError);
}

}  // namespace pj
