#include "pj/kernels/codes_conv.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "pj/kernels/direct.hpp"
#include "pj/kernels/processor.hpp"
#include "pj/kernels/random_codes.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

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

template <class Sum, class Operands>
Tensor<Sum, 4> run(const WordKernels& kernels, const Operands& operands) {
  const CodesLayout& layout = operands.layout;
  const PreparedWords<Sum> conv = prepare_codes(kernels, layout, operands.weights.elements());
  Buffer<Sum> sums(static_cast<std::size_t>(layout.sums()));
  Buffer<std::uint32_t> workspace(static_cast<std::size_t>(conv.workspace), 0xdeadbeefU);
  conv.run(pack_codes(layout, operands.input.view()), sums, workspace);
  return unpack_sums(layout, sums);
}

void check_exact(const WholeOperands& operands, const Tensor<std::int32_t, 4>& expected) {
  const CodesLayout& layout = operands.layout;
  CAPTURE(to_string(layout.shape));
  REQUIRE(codes_can_run(layout));
  int runs = 0;
  for (const WordKernels* kernels : word_kernels()) {
    CAPTURE(kernels->name);
    if (has_product(*kernels, layout.codes)) {
      ++runs;
      CHECK((run<std::int32_t>(*kernels, operands) == expected));
    }
  }
  CHECK(runs > 0);
  const auto [N, M, P, Q] = layout.shape.output();
  const Shape<4> last{N - 1, M - 1, P - 1, 0};
  CHECK(code_sum(layout, operands.input, operands.weights, last) == expected(N - 1, M - 1, P - 1, 0));
}

ConvShape random_shape(Rng& rng) {
  ConvShape shape = random_conv(rng);
  shape.C = shape.groups * rng.between(1, 70);
  shape.M = shape.groups * rng.between(1, 40);
  return shape;
}

}  // namespace

TEST_CASE("whole numbers of every instruction set equal the seven loops to the last bit") {
  for (const Codes codes : {Codes::Bytes, Codes::Signs, Codes::Ternary, Codes::Codebook16, Codes::Codebook4}) {
    CAPTURE(static_cast<int>(codes));
    for_random_cases(60, [&](Rng& rng) {
      const WholeOperands operands = random_whole_codes(rng, {codes, random_shape(rng)}, {});
      const CodesLayout& layout = operands.layout;
      check_exact(operands, twin(layout.shape, operands.input, operands.weights, layout.form().is_signs ? 1 : 0));
    });
  }
}

TEST_CASE("real numbers of every instruction set are within the error bound of the seven loops") {
  for (const Codes codes : {Codes::Bfloat16, Codes::FloatCodebook16}) {
    CAPTURE(static_cast<int>(codes));
    for_random_cases(60, [&](Rng& rng) {
      const RealOperands operands = random_real_codes(rng, {codes, random_shape(rng)});
      const ConvShape& shape = operands.layout.shape;
      const ConvOperands<float> exact{shape, operands.input.view(), operands.weights.view(), {}};
      int runs = 0;
      for (const WordKernels* kernels : word_kernels()) {
        if (has_product(*kernels, codes)) {
          ++runs;
          CAPTURE(kernels->name);
          const Tensor<float, 4> sums = run<float>(*kernels, operands);
          double largest = 0.0;
          for (std::int64_t i = 0; i < element_count(shape.output()); ++i) {
            const Shape<4> at{i / (shape.M * shape.P() * shape.Q()), i / (shape.P() * shape.Q()) % shape.M,
                              i / shape.Q() % shape.P(), i % shape.Q()};
            const double error = static_cast<double>(sums.elements()[static_cast<std::size_t>(i)]) -
                                 direct_output<float, double>(exact, at);
            largest = std::max(largest, std::isnan(error) ? INFINITY : std::abs(error));
          }
          CHECK(largest <= code_error_bound(operands.layout));
        }
      }
      CHECK(runs > 1);
    });
  }
}

TEST_CASE("products with powers of two are shifts and additions") {
  for_random_cases(20, [](Rng& rng) {
    const std::array<std::int8_t, 15> powers{-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64};
    const WholeOperands operands = random_whole_codes(rng, {Codes::Codebook16, random_shape(rng)}, powers);
    const ConvShape& shape = operands.layout.shape;
    Tensor<std::int32_t, 4> expected(shape.output());
    for (std::int64_t i = 0; i < element_count(shape.output()); ++i) {
      const Shape<4> at{i / (shape.M * shape.P() * shape.Q()), i / (shape.P() * shape.Q()) % shape.M,
                        i / shape.Q() % shape.P(), i % shape.Q()};
      expected.elements()[static_cast<std::size_t>(i)] =
          static_cast<std::int32_t>(shift_sum(operands.layout, operands.input, operands.weights, at));
    }
    check_exact(operands, expected);
  });
}

TEST_CASE("floats are rounded to the nearest bfloat16, the even one of two") {
  CHECK(to_bfloat16(1.0F) == 0x3f80);
  CHECK(to_bfloat16(-2.5F) == 0xc020);
  CHECK(to_bfloat16(std::bit_cast<float>(0x3f808000U)) == 0x3f80);  // half way, down to the even one
  CHECK(to_bfloat16(std::bit_cast<float>(0x3f818000U)) == 0x3f82);  // half way, up to the even one
  CHECK(to_bfloat16(std::bit_cast<float>(0x3f808001U)) == 0x3f81);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);  // infinity is nearer than the largest number
  CHECK(to_bfloat16(-INFINITY) == 0xff80);
  CHECK(std::isnan(from_bfloat16(to_bfloat16(std::bit_cast<float>(0x7f800001U)))));
  for_random_cases(200, [](Rng& rng) {
    const auto number = static_cast<float>(rng.uniform() - 0.5);
    const float rounded = from_bfloat16(to_bfloat16(number));
    CHECK(std::abs(rounded - number) <= std::ldexp(std::abs(number), -8));
  });
}

TEST_CASE("the weights of a layer take the bytes of their format") {
  const ConvShape shape{.C = 9, .M = 3};
  for (const auto& [codes, bytes] : {std::pair{Codes::Bytes, 27},
                                     {Codes::Signs, 4},
                                     {Codes::Ternary, 7},
                                     {Codes::Codebook16, 14},
                                     {Codes::Codebook4, 7},
                                     {Codes::Bfloat16, 54},
                                     {Codes::FloatCodebook16, 14}}) {
    CHECK(CodesLayout{codes, shape}.weight_bytes() == bytes);
  }
}

TEST_CASE("the largest sums of bytes fit, and sums that may not are refused") {
  WholeOperands largest{{Codes::Bytes, {.C = 65793, .M = 1}}, {}, {}};
  largest.input = Tensor<std::int16_t, 4>(largest.layout.shape.input());
  largest.weights = Tensor<std::int8_t, 4>(largest.layout.shape.weights());
  std::ranges::fill(largest.input.elements(), std::int16_t{255});
  std::ranges::fill(largest.weights.elements(), std::int8_t{-128});
  Tensor<std::int32_t, 4> expected(largest.layout.shape.output());
  expected(0, 0, 0, 0) = -65793 * 255 * 128;
  check_exact(largest, expected);
  CHECK(codes_can_run({Codes::Bytes, {.C = 65794, .M = 1}}).reason() == "a sum of 65794 products may not fit 32 bits");
}

}  // namespace pj
