#pragma once

#include <cmath>
#include <vector>

#include "pj/base/tensor.hpp"

namespace pj {

/// The places of some outputs.
std::vector<Shape<4>> sampled_places(const Shape<4>& sizes);

/// The norm of the differences of some outputs from the exact values over the norm of these.
template <class Output, class Exact>
double relative_error(const Shape<4>& sizes, const Output& output, const Exact& exact) {
  double squares = 0.0;
  double exact_squares = 0.0;
  for (const Shape<4>& at : sampled_places(sizes)) {
    const double value = exact(at);
    const double error = static_cast<double>(output(at[0], at[1], at[2], at[3])) - value;
    squares += error * error;
    exact_squares += value * value;
  }
  return squares == 0.0 ? 0.0 : std::sqrt(squares / exact_squares);
}

}  // namespace pj
