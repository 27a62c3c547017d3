#pragma once

#include <cmath>
#include <numbers>

#include "pj/network/layers.hpp"

namespace pj {

/// The logistic function, without an overflow on the way.
template <class Real>
Real sigmoid(Real x) {
  const Real e = std::exp(-std::abs(x));
  return x >= Real{0} ? Real{1} / (Real{1} + e) : e / (Real{1} + e);
}

/// log(1 + eˣ), likewise.
template <class Real>
Real softplus(Real x) {
  return std::max(x, Real{0}) + std::log1p(std::exp(-std::abs(x)));
}

/// A function and its derivative, given the operand x and the result y.
template <class Function, class Derivative>
struct Differentiable {
  Function value;
  Derivative derivative;
};
template <class Function, class Derivative>
Differentiable(Function, Derivative) -> Differentiable<Function, Derivative>;

/// The density of the standard normal distribution, and its integral.
template <class Real>
Real normal_density(Real x) {
  return std::exp(-x * x / Real{2}) / std::sqrt(Real{2} * std::numbers::pi_v<Real>);
}
template <class Real>
Real normal_share(Real x) {
  return (Real{1} + std::erf(x / std::numbers::sqrt2_v<Real>)) / Real{2};
}

}  // namespace pj
