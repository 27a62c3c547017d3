#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

double exact_function(VectorFunction function, double x) {
  switch (function) {
    case VectorFunction::Exponential:
      return std::exp(x);
    case VectorFunction::Logistic:
      return 1.0 / (1.0 + std::exp(-x));
    default:
      return std::tanh(x);
  }
}

/// Units in the last place between a float and the exact number; below the normal numbers, of the smallest of them.
double units_away(float found, double exact) {
  constexpr double smallest = 1.1754943508222875e-38;
  const double unit = std::ldexp(1.0, std::ilogb(std::max(std::abs(exact), smallest)) - 23);
  return std::abs(static_cast<double>(found) - exact) / unit;
}

}  // namespace

TEST_CASE("exponential, logistic function and hyperbolic tangent are within 4 units in the last place") {
  for_random_cases(200, [](Rng& rng) {
    const double range = rng.chance(0.3) ? 0.7 : rng.chance(0.5) ? 10.0 : 86.0;
    const auto shift = static_cast<float>(rng.chance(0.5) ? rng.uniform() : 0.0);
    std::vector<float> input(static_cast<std::size_t>(rng.between(1, 70)));
    for (float& x : input) {
      x = static_cast<float>(range * (2.0 * rng.uniform() - 1.0));
    }
    for (const VectorKernels* kernels : vector_kernels()) {
      for (const auto f : {VectorFunction::Exponential, VectorFunction::Logistic, VectorFunction::Tangent}) {
        CAPTURE(kernels->name);
        CAPTURE(static_cast<int>(f));
        std::vector<float> output(input.size() + 1, -7.0F);
        kernels->function({f, input.data(), output.data(), std::ssize(input), shift});
        CHECK(output.back() == -7.0F);
        for (std::size_t i = 0; i < input.size(); ++i) {
          const float x = input[i] - shift;
          CAPTURE(x);
          CHECK(units_away(output[i], exact_function(f, static_cast<double>(x))) <= 4.0);
        }
      }
    }
  });
}

TEST_CASE("functions at the ends of their ranges are what they tend to, and what is no number stays so") {
  for (const VectorKernels* kernels : vector_kernels()) {
    CAPTURE(kernels->name);
    const auto of = [&](VectorFunction f, float x) {
      float found = 0.0F;
      kernels->function({f, &x, &found, 1, 0.0F});
      return found;
    };
    using enum VectorFunction;
    CHECK(of(Exponential, 0.0F) == 1.0F);
    CHECK(of(Exponential, 89.0F) == INFINITY);
    CHECK(of(Exponential, INFINITY) == INFINITY);
    CHECK(of(Exponential, -INFINITY) == 0.0F);
    CHECK(of(Exponential, -120.0F) == 0.0F);
    CHECK(of(Exponential, 88.72F) == doctest::Approx(std::exp(88.72F)));
    CHECK(of(Logistic, 200.0F) == 1.0F);
    CHECK(of(Logistic, -200.0F) == 0.0F);
    CHECK(of(Tangent, 50.0F) == 1.0F);
    CHECK(of(Tangent, -INFINITY) == -1.0F);
    CHECK(of(Tangent, 1e-30F) == 1e-30F);
    for (const auto f : {Exponential, Logistic, Tangent}) {
      CHECK(std::isnan(of(f, NAN)));
    }
  }
}

}  // namespace pj
