#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

/// What the plain executor, the twin of every plan, makes of the inputs.
inline std::vector<Constant> run_twin(const Network& network, const std::vector<Constant>& inputs) {
  std::vector<const Constant*> operands;
  std::ranges::transform(inputs, std::back_inserter(operands), [](const Constant& c) { return &c; });
  return run_plainly(network, operands);
}

/// The largest difference over the largest element, at least 1. Numbers that are the same, infinite ones too, do not
/// differ, nor do two that are none.
inline double distance(const std::vector<Constant>& found, const std::vector<Constant>& expected) {
  double far = 0.0;
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].shape == expected[i].shape);
    const auto a = numbers_of<double>(found[i]);
    const auto b = numbers_of<double>(expected[i]);
    double most = 1.0;
    double difference = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const bool is_same = a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]));
      most = std::isfinite(b[k]) ? std::max(most, std::abs(b[k])) : most;
      difference =
          is_same ? difference : std::max(difference, std::isnan(a[k] - b[k]) ? INFINITY : std::abs(a[k] - b[k]));
    }
    far = std::max(far, difference / most);
  }
  return far;
}

}  // namespace pj
