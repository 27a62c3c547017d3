#include "pj/kernels/gemm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Whole numbers, whose sums are exact in any order.
template <class Real>
std::vector<Real> random_numbers(Rng& rng, std::int64_t count) {
  std::vector<Real> numbers(static_cast<std::size_t>(count));
  for (Real& number : numbers) {
    number = static_cast<Real>(rng.between(-9, 9));
  }
  return numbers;
}

template <class Real>
void compare_with_three_loops(Rng& rng) {
  const Gemm gemm{.M = rng.between(1, 20),
                  .N = rng.between(1, 20),
                  .K = rng.between(0, 20),
                  .transpose_a = rng.chance(0.5),
                  .transpose_b = rng.chance(0.5),
                  .adds = rng.chance(0.5)};
  const auto a = random_numbers<Real>(rng, gemm.M * gemm.K);
  const auto b = random_numbers<Real>(rng, gemm.K * gemm.N);
  auto c = random_numbers<Real>(rng, gemm.M * gemm.N);
  auto wanted = c;
  for (std::int64_t m = 0; m < gemm.M; ++m) {
    for (std::int64_t n = 0; n < gemm.N; ++n) {
      Real sum = gemm.adds ? c[static_cast<std::size_t>(m * gemm.N + n)] : Real{0};
      for (std::int64_t k = 0; k < gemm.K; ++k) {
        sum += a[static_cast<std::size_t>(gemm.transpose_a ? k * gemm.M + m : m * gemm.K + k)] *
               b[static_cast<std::size_t>(gemm.transpose_b ? n * gemm.K + k : k * gemm.N + n)];
      }
      wanted[static_cast<std::size_t>(m * gemm.N + n)] = sum;
    }
  }
  multiply(gemm, a, b, c);
  CHECK(c == wanted);
}

}  // namespace

TEST_CASE("a product by OpenBLAS equals three loops") {
  for_random_cases(200, [](Rng& rng) {
    compare_with_three_loops<float>(rng);
    compare_with_three_loops<double>(rng);
  });
}

}  // namespace pj
