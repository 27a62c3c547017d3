#include "pj/network/elements.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::vector<double> through(const NumberFormat& format, const std::vector<double>& numbers) {
  return real_numbers(constant_of(format, {std::ssize(numbers)}, numbers));
}

constexpr NumberFormat half = NumberFormat::floating(16, 5);
constexpr NumberFormat brain = NumberFormat::floating(16, 8);
constexpr NumberFormat e4m3 = NumberFormat::floating(8, 4);
constexpr NumberFormat e5m2 = NumberFormat::floating(8, 5);

}  // namespace

TEST_CASE("every bit pattern of the small floats is the number nearest to itself") {
  for (const NumberFormat& format : {half, brain, e4m3, e5m2}) {
    const int width = format.bits;
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << width); ++bits) {
      Constant one{format, {1}, std::vector<std::byte>(static_cast<std::size_t>(width / 8))};
      for (std::size_t i = 0; i < one.bytes.size(); ++i) {
        one.bytes[i] = static_cast<std::byte>(bits >> (8 * i));
      }
      const double number = real_numbers(one).front();
      if (std::isfinite(number)) {
        CAPTURE(bits);
        CHECK(constant_of(format, {1}, std::span(&number, 1)).bytes == one.bytes);
      }
    }
  }
}

TEST_CASE("zero, halves of steps and numbers beyond the largest are rounded as IEEE 754 says") {
  CHECK(through(half, {0.0, -0.0, 1.0, 65504.0}) == std::vector<double>{0.0, 0.0, 1.0, 65504.0});
  CHECK(through(half, {1.0 + 0x1p-11, 1.0 + 3 * 0x1p-11}) == std::vector<double>{1.0, 1.0 + 0x1p-9});
  CHECK(std::isinf(through(half, {65520.0}).front()));
  CHECK(through(e4m3, {464.0, 1e9}) == std::vector<double>{448.0, 448.0});
  CHECK(through(brain, {0.0, 3.0}) == std::vector<double>{0.0, 3.0});
  CHECK(std::isnan(through(half, {std::numeric_limits<double>::quiet_NaN()}).front()));
}

TEST_CASE("a random number is never further than half a step from its float16") {
  for_random_cases(1000, [](Rng& rng) {
    const double number = (2.0 * rng.uniform() - 1.0) * std::ldexp(1.0, static_cast<int>(rng.between(-14, 15)));
    const double step = std::ldexp(1.0, std::max(std::ilogb(number), -14) - 10);
    CHECK(std::abs(through(half, {number}).front() - number) <= step / 2);
  });
}

}  // namespace pj
