#include "pj/sparse/zeros.hpp"

#include <algorithm>
#include <cmath>

namespace pj {

double empty_probability(double density, std::int64_t elements) {
  return elements == 0 ? 1.0 : std::exp(static_cast<double>(elements) * std::log1p(-density));
}

/// C(N − n, K) / C(N, K) = Π over i < K of (N − n − i) / (N − i), and the same with n and K swapped.
double empty_probability_of_fixed(std::int64_t all, std::int64_t nonzeros, std::int64_t elements) {
  const std::int64_t fewer = std::min(nonzeros, elements);
  const std::int64_t more = std::max(nonzeros, elements);
  double probability = 1.0;
  for (std::int64_t i = 0; i < fewer && probability > 0.0; ++i) {
    probability *= static_cast<double>(std::max<std::int64_t>(0, all - more - i)) / static_cast<double>(all - i);
  }
  return probability;
}

double expected_largest_count(double density, std::int64_t elements, std::int64_t lanes) {
  if (density <= 0.0 || density >= 1.0) {
    return density <= 0.0 ? 0.0 : static_cast<double>(elements);
  }
  const auto n = static_cast<double>(elements);
  // In logarithms, because the first probabilities of a long tile are too small for a number.
  double log_probability = n * std::log1p(-density);
  const double log_odds = std::log(density) - std::log1p(-density);
  double at_most = 0.0;
  double expected = 0.0;
  for (std::int64_t k = 0; k < elements; ++k) {
    at_most = std::min(1.0, at_most + std::exp(log_probability));
    expected += 1.0 - std::pow(at_most, static_cast<double>(lanes));
    const auto next = static_cast<double>(k + 1);
    log_probability += std::log((n - next + 1.0) / next) + log_odds;
  }
  return expected;
}

}  // namespace pj
