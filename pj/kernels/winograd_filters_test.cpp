#include "pj/kernels/winograd_filters.hpp"

#include <doctest/doctest.h>

#include "pj/kernels/panels.hpp"
#include "pj/kernels/winograd.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

TEST_CASE("transformed filters are G g Gᵀ in exact fractions, rounded") {
  for_random_cases(20, [](Rng& rng) {
    const int r = rng.chance(0.5) ? 3 : 5;
    const CookToom f = conv_cook_toom(r == 3 ? 2 * static_cast<int>(rng.between(1, 3)) : 4, r);
    ConvShape shape{.C = rng.between(1, 20), .M = rng.between(1, 40), .H = 8, .W = 8, .R = r, .S = r};
    if (rng.chance(0.3)) {
      shape = {.C = 32, .M = 64, .H = 8, .W = 8, .R = r, .S = r, .groups = 2};
    }
    const auto weights = random_real(rng, shape.weights());
    constexpr std::int64_t panel = 32;
    const Buffer<float> packed = transformed_filters(shape, weights.elements(), f, panel);
    const PanelShape panels{shape.group_C(), shape.group_M(), panel};
    const int n = f.n();
    for (int sample = 0; sample < 30; ++sample) {
      const std::int64_t m = rng.between(0, shape.M - 1);
      const std::int64_t c = rng.between(0, shape.group_C() - 1);
      const int i = static_cast<int>(rng.between(0, n - 1));
      const int j = static_cast<int>(rng.between(0, n - 1));
      double exact = 0.0;
      for (int y = 0; y < r; ++y) {
        for (int x = 0; x < r; ++x) {
          const Rational factor = f.G(i, y) * f.G(j, x);
          exact += static_cast<double>(factor.numerator()) / static_cast<double>(factor.denominator()) *
                   static_cast<double>(weights(m, c, y, x));
        }
      }
      const std::int64_t matrix = m / shape.group_M() * n * n + i * n + j;
      const float found =
          packed[static_cast<std::size_t>(matrix * panels.numbers()) + panels.place(c, m % shape.group_M())];
      CHECK(static_cast<double>(found) == doctest::Approx(exact).epsilon(1e-6).scale(1.0));
    }
  });
}

TEST_CASE("without weights there are as many numbers, and all are finite") {
  const ConvShape shape{.C = 5, .M = 40, .H = 8, .W = 8, .R = 3, .S = 3};
  const auto random = transformed_filters(shape, {}, conv_cook_toom(4, 3), 32);
  CHECK(random.size() == transformed_filters(shape, Buffer<float>(1800, 1.0F), conv_cook_toom(4, 3), 32).size());
  CHECK(random.front() == 0.5F);
}

}  // namespace pj
