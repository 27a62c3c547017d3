#include "pj/kernels/byte_conv.hpp"

#include <cmath>

#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

namespace {

Buffer<std::uint8_t> random_bytes(Rng& rng, std::int64_t count) {
  Buffer<std::uint8_t> bytes(static_cast<std::size_t>(count + byte_slack), 0xaa);
  for (std::int64_t i = 0; i < count; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(rng.chance(0.1)   ? 0
                                                                   : rng.chance(0.1) ? 255
                                                                                     : rng.between(0, 255));
  }
  return bytes;
}

ConvShape random_byte_shape(Rng& rng) {
  ConvShape shape = random_conv(rng);
  const bool is_depthwise = rng.chance(0.4);
  if (is_depthwise) {
    shape.groups = shape.C = shape.M = rng.between(2, 150);
    return shape;
  }
  shape.C = shape.groups * rng.between(1, 70);
  shape.M = shape.groups * rng.between(1, rng.chance(0.3) ? 140 : 20);
  return shape;
}

/// A convolution whose results fill the range of bytes, so that both bounds and all roundings are met.
ByteConv random_byte_conv(Rng& rng) {
  ByteConv conv{.shape = random_byte_shape(rng), .input_zero = rng.chance(0.4) ? 0 : rng.between(0, 255)};
  const ConvShape& s = conv.shape;
  const bool is_wide = rng.chance(0.3);  // weights that need 9 bits
  for (std::int64_t m = 0; m < s.M; ++m) {
    const std::int64_t low = is_wide ? rng.between(-255, 0) : -128;
    for (std::int64_t i = 0; i < s.group_C() * s.R * s.S; ++i) {
      conv.weights.push_back(static_cast<std::int16_t>(rng.between(low, low + 255)));
    }
    conv.bias.push_back(rng.between(-100000, 100000));
  }
  const double spread = std::sqrt(static_cast<double>(s.group_C() * s.R * s.S)) * 128 * 128;
  const std::size_t factors = rng.chance(0.5) ? 1 : static_cast<std::size_t>(s.M);
  const std::int64_t zero = rng.between(0, 255);
  const std::int64_t low = rng.chance(0.5) ? 0 : rng.between(0, 200);
  for (std::size_t m = 0; m < factors; ++m) {
    // Powers of two make sums that lie half way between two numbers.
    const double factor =
        rng.chance(0.5) ? 100.0 * (0.2 + rng.uniform()) / spread : std::exp2(-std::floor(std::log2(spread / 100.0)));
    conv.results.push_back({fixed_point(factor), zero, low, rng.chance(0.5) ? 255 : std::max(low, zero)});
    conv.results.back().high = conv.results.front().high;
  }
  return conv;
}

}  // namespace

TEST_CASE("convolutions of bytes of every instruction set equal their definition to the last bit") {
  for_random_cases(60, [](Rng& rng) {
    const ByteConv conv = random_byte_conv(rng);
    const ConvShape& s = conv.shape;
    CAPTURE(to_string(s));
    REQUIRE(bytes_can_run(conv));
    const Buffer<std::uint8_t> input = random_bytes(rng, s.N * s.H * s.W * s.C);
    std::vector<std::uint8_t> expected;
    const std::int64_t outputs = s.N * s.P() * s.Q() * s.M;
    for (std::int64_t i = 0; i < outputs; ++i) {
      const Shape<4> at{i / s.M / s.Q() / s.P(), i % s.M, i / s.M / s.Q() % s.P(), i / s.M % s.Q()};
      expected.push_back(static_cast<std::uint8_t>(byte_conv_result(conv, input, at)));
    }
    for (const ByteKernels* kernels : byte_kernels()) {
      CAPTURE(kernels->name);
      const PreparedByteLayer prepared = prepare_bytes(*kernels, conv);
      Buffer<std::uint8_t> workspace(static_cast<std::size_t>(prepared.workspace), 0xbb);
      std::vector<std::uint8_t> output(static_cast<std::size_t>(outputs));
      prepared.run(input.data(), output.data(), workspace.data());
      CHECK(output == expected);
    }
  });
}

TEST_CASE("sums that may not fit 32 bits and weights that span more than 8 are refused") {
  ByteConv conv{.shape = {.C = 70000}, .weights = std::vector<std::int16_t>(70000, 127), .results = {{}}};
  CHECK(bytes_can_run(conv).reason() == "a sum or what becomes of it may not fit 32 bits");
  conv.weights.assign(70000, 0);
  CHECK(bytes_can_run(conv));
  conv.weights[0] = -255;
  conv.weights[1] = 1;
  CHECK(bytes_can_run(conv).reason() == "the weights of a channel span more than 8 bits");
}

}  // namespace pj
