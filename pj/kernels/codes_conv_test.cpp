#include "pj/kernels/codes_conv.hpp"

#include <doctest/doctest.h>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

template <class Number>
Tensor<Number, 4> codes(Rng& rng, const Shape<4>& shape, std::int64_t low, std::int64_t high) {
  Tensor<Number, 4> tensor(shape);
  for (Number& number : tensor.elements()) {
    number = static_cast<Number>(rng.chance(0.1) ? low : rng.chance(0.1) ? high : rng.between(low, high));
  }
  return tensor;
}

/// The seven loops over a map with `outside` written around it.
Tensor<std::int32_t, 4> twin(const ConvShape& shape, const Tensor<std::int16_t, 4>& input,
                             const Tensor<std::int8_t, 4>& weights, std::int64_t outside) {
  ConvShape padded = shape;
  padded.H += shape.pad_top + shape.pad_bottom;
  padded.W += shape.pad_left + shape.pad_right;
  padded.pad_top = padded.pad_bottom = padded.pad_left = padded.pad_right = 0;
  Tensor<std::int64_t, 4> map(padded.input());
  std::ranges::fill(map.elements(), outside);
  for (std::int64_t i = 0; i < shape.N * shape.C * shape.H * shape.W; ++i) {
    map(i / (shape.C * shape.H * shape.W), i / (shape.H * shape.W) % shape.C, i / shape.W % shape.H + shape.pad_top,
        i % shape.W + shape.pad_left) = input.elements()[static_cast<std::size_t>(i)];
  }
  Tensor<std::int64_t, 4> filters(shape.weights());
  std::ranges::copy(weights.elements(), filters.elements().begin());
  Tensor<std::int64_t, 4> sums(shape.output());
  conv_direct<std::int64_t>({padded, map.view(), filters.view(), sums.view()});
  Tensor<std::int32_t, 4> result(shape.output());
  std::ranges::transform(sums.elements(), result.elements().begin(),
                         [](std::int64_t sum) { return static_cast<std::int32_t>(sum); });
  return result;
}

void check_exact(const CodesLayout& layout, const Tensor<std::int16_t, 4>& input, const Tensor<std::int8_t, 4>& weights,
                 const Tensor<std::int32_t, 4>& expected) {
  CAPTURE(to_string(layout.shape));
  REQUIRE(codes_can_run(layout));
  const Buffer<std::uint32_t> packed = pack_codes(layout, input.view());
  for (const WordKernels* kernels : word_kernels()) {
    CAPTURE(kernels->name);
    const PreparedCodes conv = prepare_codes(*kernels, layout, weights.elements());
    Buffer<std::int32_t> sums(static_cast<std::size_t>(layout.sums()));
    Buffer<std::uint32_t> workspace(static_cast<std::size_t>(conv.workspace), 0xdeadbeefU);
    conv.run(packed, sums, workspace);
    CHECK((unpack_sums(layout, sums) == expected));
  }
  const auto [N, M, P, Q] = layout.shape.output();
  const Shape<4> last{N - 1, M - 1, P - 1, 0};
  CHECK(code_sum(layout, input, weights, last) == expected(N - 1, M - 1, P - 1, 0));
}

ConvShape random_shape(Rng& rng) {
  ConvShape shape = random_conv(rng);
  shape.C = shape.groups * rng.between(1, 70);
  shape.M = shape.groups * rng.between(1, 40);
  return shape;
}

}  // namespace

TEST_CASE("convolutions of bytes of every instruction set equal the seven loops to the last bit") {
  for_random_cases(80, [](Rng& rng) {
    const ConvShape shape = random_shape(rng);
    const auto input = codes<std::int16_t>(rng, shape.input(), 0, 255);
    const auto weights = codes<std::int8_t>(rng, shape.weights(), -128, 127);
    check_exact({Codes::Bytes, shape}, input, weights, twin(shape, input, weights, 0));
  });
}

TEST_CASE("convolutions of signs of every instruction set equal the seven loops over +1 and -1 to the last bit") {
  for_random_cases(80, [](Rng& rng) {
    const ConvShape shape = random_shape(rng);
    auto input = codes<std::int16_t>(rng, shape.input(), 0, 1);
    auto weights = codes<std::int8_t>(rng, shape.weights(), 0, 1);
    std::ranges::for_each(input.elements(), [](std::int16_t& code) { code = code == 0 ? -1 : 1; });
    std::ranges::for_each(weights.elements(), [](std::int8_t& code) { code = code == 0 ? -1 : 1; });
    check_exact({Codes::Signs, shape}, input, weights, twin(shape, input, weights, 1));
  });
}

TEST_CASE("the largest sums of bytes fit, and sums that may not are refused") {
  const CodesLayout largest{Codes::Bytes, {.C = 65793, .M = 1}};
  Tensor<std::int16_t, 4> input(largest.shape.input());
  Tensor<std::int8_t, 4> weights(largest.shape.weights());
  std::ranges::fill(input.elements(), std::int16_t{255});
  std::ranges::fill(weights.elements(), std::int8_t{-128});
  Tensor<std::int32_t, 4> expected(largest.shape.output());
  expected(0, 0, 0, 0) = -65793 * 255 * 128;
  check_exact(largest, input, weights, expected);
  CHECK(codes_can_run({Codes::Bytes, {.C = 65794, .M = 1}}).reason() == "a sum of 65794 products may not fit 32 bits");
}

}  // namespace pj
