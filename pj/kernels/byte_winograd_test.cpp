#include "pj/kernels/byte_winograd.hpp"

#include <algorithm>
#include <cmath>

#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// 3×3 with stride 1: maps and channels that are no multiples of tiles and vectors, numbers often the extreme ones.
ByteConv random_winograd_conv(Rng& rng) {
  ByteConv conv{.shape = {.N = rng.between(1, 2),
                          .C = rng.between(1, 70),
                          .M = rng.between(1, rng.chance(0.3) ? 200 : 40),
                          .H = rng.between(1, 13),
                          .W = rng.between(1, 13),
                          .R = 3,
                          .S = 3},
                .input_zero = rng.chance(0.4)   ? 0
                              : rng.chance(0.3) ? 255
                                                : rng.between(0, 255)};
  ConvShape& s = conv.shape;
  s.pad_top = rng.between(s.H < 3 ? 1 : 0, 2);
  s.pad_bottom = rng.between(s.H < 3 ? 1 : 0, 2);
  s.pad_left = rng.between(s.W < 3 ? 1 : 0, 2);
  s.pad_right = rng.between(s.W < 3 ? 1 : 0, 2);
  const double extreme = rng.uniform();
  for (std::int64_t i = 0; i < s.M * s.C * 9; ++i) {
    const std::int64_t weight = rng.chance(extreme) ? (rng.chance(0.5) ? -128 : 127) : rng.between(-128, 127);
    conv.weights.push_back(static_cast<std::int16_t>(weight));
  }
  for (std::int64_t m = 0; m < s.M; ++m) {
    conv.bias.push_back(rng.between(-100000, 100000));
    const double factor = (0.2 + rng.uniform()) / (128.0 * std::sqrt(static_cast<double>(s.C * 9)));
    conv.results.push_back({fixed_point(factor), 100, 0, 255});
  }
  return conv;
}

Buffer<std::uint8_t> extreme_bytes(Rng& rng, std::int64_t count) {
  Buffer<std::uint8_t> bytes(static_cast<std::size_t>(count + byte_slack), 0xaa);
  const double share = rng.uniform();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t byte = rng.chance(share) ? (rng.chance(0.5) ? 0 : 255) : rng.between(0, 255);
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(byte);
  }
  return bytes;
}

std::vector<std::uint8_t> bytes_of(const ByteConv& conv, const PreparedByteLayer& layer,
                                   const Buffer<std::uint8_t>& input) {
  const ConvShape& s = conv.shape;
  Buffer<std::uint8_t> workspace(static_cast<std::size_t>(layer.workspace), 0xbb);
  std::vector<std::uint8_t> output(static_cast<std::size_t>(s.N * s.P() * s.Q() * s.M), 0xcc);
  layer.run(input.data(), output.data(), workspace.data());
  return output;
}

/// The largest number that a product with both matrices' rows makes of numbers from `low` to `high`.
std::int64_t largest_made(const RationalMatrix& matrix, std::int64_t low, std::int64_t high) {
  std::int64_t largest = 0;
  const auto entry = [&](int i, int j) { return static_cast<std::int64_t>(matrix(i, j).numerator()); };
  for (int i = 0; i < matrix.rows; ++i) {
    for (int j = 0; j < matrix.rows; ++j) {
      std::int64_t greatest = 0, least = 0;
      for (int k = 0; k < matrix.columns * matrix.columns; ++k) {
        const std::int64_t factor = entry(i, k / matrix.columns) * entry(j, k % matrix.columns);
        greatest += std::max(factor * low, factor * high);
        least += std::min(factor * low, factor * high);
      }
      largest = std::max({largest, greatest, -least});
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("F(4x4,3x3) of bytes equals the direct convolution to the last bit") {
  for_random_cases(150, [](Rng& rng) {
    const ByteConv conv = random_winograd_conv(rng);
    const ConvShape& s = conv.shape;
    CAPTURE(to_string(s));
    REQUIRE(byte_winograd_can_run(conv));
    const Buffer<std::uint8_t> input = extreme_bytes(rng, s.N * s.H * s.W * s.C);
    for (const ByteKernels* kernels : byte_kernels()) {
      CAPTURE(kernels->name);
      const auto found = bytes_of(conv, prepare_byte_winograd(*kernels, conv), input);
      CHECK(found == bytes_of(conv, prepare_bytes(*kernels, conv), input));
    }
  });
}

TEST_CASE("sums of up to 30 bits are exact though what is summed overflows 32 many times") {
  ByteConv conv{.shape = {.C = 1600, .M = 2, .H = 3, .W = 3, .R = 3, .S = 3},
                .results = {{fixed_point(0x1.0p-22), 128, 0, 255}}};
  conv.weights.assign(28800, -128);
  std::fill(conv.weights.begin() + 14400, conv.weights.end(), std::int16_t{127});
  REQUIRE(byte_winograd_can_run(conv));
  const Buffer<std::uint8_t> input(std::size_t{14400 + byte_slack}, 255);
  for (const ByteKernels* kernels : byte_kernels()) {
    const auto found = bytes_of(conv, prepare_byte_winograd(*kernels, conv), input);
    for (std::int64_t m = 0; m < 2; ++m) {
      CHECK(found[static_cast<std::size_t>(m)] == byte_conv_result(conv, input, {0, m, 0, 0}));
    }
  }
}

TEST_CASE("the whole matrices are those of the filter, and what they make of bytes fits 16 bits") {
  const CookToom f = whole_winograd();
  CHECK(is_exact(f));
  CHECK(f.scale == Rational{30});
  CHECK(largest_made(f.G, -128, 127) == 28800);
  CHECK(largest_made(f.B, 0, 255) == 24990);
  // With 0, ±1 and ±2 the divisors have 8, not 2, in each axis; F(6,3) has no points whose tiles fit.
  CHECK(made_whole_by_points(cook_toom(4, 3)).scale == Rational{24});
  CHECK(largest_made(made_whole_by_points(cook_toom(6, 3)).B, 0, 255) > 32767);
}

TEST_CASE("what whole Winograd cannot do is refused with its reason") {
  ByteConv conv{.shape = {.C = 2000, .M = 1, .H = 3, .W = 3, .R = 3, .S = 3},
                .weights = std::vector<std::int16_t>(18000, 127),
                .results = {{fixed_point(0x1.0p-24), 0, 0, 255}}};
  CHECK(byte_winograd_can_run(conv).reason() == "a sum may not fit the 30 bits that F(4×4,3×3) leaves");
  std::fill(conv.weights.begin(), conv.weights.end(), std::int16_t{0});
  CHECK(byte_winograd_can_run(conv));
  conv.weights[5] = 128;
  CHECK(byte_winograd_can_run(conv).reason() == "a weight needs 9 bits, and F(4×4,3×3) of it more than 16");
  conv.weights[5] = 0;
  conv.shape.groups = 2;
  conv.shape.M = 2;
  CHECK(byte_winograd_can_run(conv).reason() == "F(4×4,3×3) of bytes is for one group");
  conv.shape.stride_w = 2;
  CHECK(byte_winograd_can_run(conv).reason() == "Winograd needs stride 1");
}

}  // namespace pj
