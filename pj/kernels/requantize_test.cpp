#include "pj/kernels/requantize.hpp"

#include <cmath>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// From 2^-31 to 2^30, as many of each power of two.
double random_factor(Rng& rng) {
  return std::ldexp(1.0 + rng.uniform(), static_cast<int>(rng.between(-31, 28)));
}

}  // namespace

TEST_CASE("a factor in fixed point is the nearest of 31 bits") {
  for_random_cases(500, [](Rng& rng) {
    const double factor = random_factor(rng);
    const FixedPointFactor found = fixed_point(factor);
    CHECK(found.multiplier >= 1 << 30);
    CHECK(std::abs(found.value() - factor) <= std::ldexp(0.5, -found.shift));
  });
  CHECK(fixed_point(1.0) == FixedPointFactor{1 << 30, 30});
  CHECK(fixed_point(0.75) == FixedPointFactor{3 << 29, 31});
  CHECK(fixed_point(std::nextafter(1.0, 0.0)) == FixedPointFactor{1 << 30, 30});
}

TEST_CASE("factors without a multiplier and a shift are refused") {
  for (const double factor : {0.0, -1.0, std::nan(""), HUGE_VAL, 0x1.0p-40, 0x1.0p30}) {
    CAPTURE(factor);
    CHECK_FALSE(is_fixed_point(factor));
  }
  CHECK(is_fixed_point(0x1.0p-40).reason() ==
        "the factor 0.000000000000909 has no multiplier and shift of 0 to 62 bits");
}

TEST_CASE("halves are rounded to the even number") {
  const FixedPointFactor half = fixed_point(0.5);
  for (const auto& [sum, expected] :
       {std::pair{1, 0}, {2, 1}, {3, 2}, {5, 2}, {-1, 0}, {-3, -2}, {-5, -2}, {-4, -2}, {7, 4}}) {
    CAPTURE(sum);
    CHECK(scaled(sum, half) == expected);
  }
}

TEST_CASE("a scaled sum is the nearest whole number to the exact product") {
  for_random_cases(500, [](Rng& rng) {
    const FixedPointFactor factor = fixed_point(random_factor(rng));
    const std::int64_t sum = rng.between(-(1LL << 31), (1LL << 31) - 1);
    const long double exact = std::ldexp(static_cast<long double>(sum) * factor.multiplier, -factor.shift);
    CHECK(scaled(sum, factor) == static_cast<std::int64_t>(std::nearbyint(exact)));
  });
}

TEST_CASE("what is requantised saturates at its bounds") {
  const Requantization to{.factor = fixed_point(0.25), .zero = -3, .low = -8, .high = 7};
  CHECK(requantized(20, to) == 2);
  CHECK(requantized(1000, to) == 7);
  CHECK(requantized(-1000, to) == -8);
}

TEST_CASE("the terms of a sum share a shift and fit 32 bits") {
  for_random_cases(200, [](Rng& rng) {
    const std::vector<double> factors{random_factor(rng) * 0x1.0p-10, -random_factor(rng) * 0x1.0p-10};
    if (!are_fixed_point_terms(factors, 8)) {
      return;
    }
    const FixedPointTerms terms = fixed_point_terms(factors, 8);
    std::int64_t largest = 0;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const double found = std::ldexp(static_cast<double>(terms.multipliers[i]), -terms.shift);
      CHECK(std::abs(found - factors[i]) <= std::ldexp(0.5, -terms.shift));
      largest += 255 * std::abs(terms.multipliers[i]);
    }
    CHECK(largest < 1LL << 31);
    CHECK(largest >= 1LL << 28);
  });
}

}  // namespace pj
