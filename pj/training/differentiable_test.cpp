#include "pj/training/differentiable.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_cases.hpp"

namespace pj {

TEST_CASE("the exponential of floats is within 3e-7 of the library's, tanh and sigmoid within 2e-7") {
  double worst = 0.0;
  double worst_tanh = 0.0;
  double worst_sigmoid = 0.0;
  for_random_cases(50000, [&](Rng& rng) {
    const auto x = static_cast<float>(87.0 * (2.0 * rng.uniform() - 1.0) * (rng.chance(0.5) ? 1.0 : 0.01));
    const double wide = x;
    worst = std::max(worst, std::abs(static_cast<double>(exponential(x)) / std::exp(wide) - 1.0));
    worst_tanh = std::max(worst_tanh, std::abs(static_cast<double>(hyperbolic_tangent(x)) - std::tanh(wide)));
    worst_sigmoid = std::max(worst_sigmoid, std::abs(static_cast<double>(sigmoid(x)) - 1.0 / (1.0 + std::exp(-wide))));
  });
  CHECK(worst <= 3e-7);
  CHECK(worst_tanh <= 2e-7);
  CHECK(worst_sigmoid <= 2e-7);
}

TEST_CASE("what no float holds becomes the nearest that it does, and no number stays none") {
  CHECK(exponential(-1000.0F) < 1e-37F);
  CHECK(exponential(1000.0F) > 1e38F);
  CHECK(sigmoid(-1000.0F) == doctest::Approx(0.0));
  CHECK(hyperbolic_tangent(1000.0F) == 1.0F);
  CHECK(std::isnan(sigmoid(std::nanf(""))));
}

}  // namespace pj
