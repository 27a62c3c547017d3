#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "pj/network/layers.hpp"

namespace pj {

/// eˣ. Of floats without a branch or a call, so that loops over it are vectorised: x = n ln 2 + r with |r| ≤ ln 2 / 2
/// (ln 2 in two parts, Cody and Waite 1980), eʳ by its Taylor series, whose rest is below 1e-8. A relative error of at
/// most 3e-7 against the library's; beyond what a float holds the nearest that it does.
inline double exponential(double x) {
  return std::exp(x);
}
inline float exponential(float x) {
  constexpr float least = -87.3F;
  constexpr float greatest = 88.3F;
  constexpr float round = 12582912.0F;  // 1.5 · 2²³: adding it rounds to a whole number
  x = x < least ? least : x;
  x = x > greatest ? greatest : x;
  const float n = (x * std::numbers::log2e_v<float> + round) - round;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float power = (1.0F / 5040.0F) * r + 1.0F / 720.0F;
  power = power * r + 1.0F / 120.0F;
  power = power * r + 1.0F / 24.0F;
  power = power * r + 1.0F / 6.0F;
  power = power * r + 0.5F;
  power = power * r + 1.0F;
  power = power * r + 1.0F;
  constexpr std::int32_t bias = 127;
  constexpr int mantissa = 23;
  return power * std::bit_cast<float>((static_cast<std::int32_t>(n) + bias) << mantissa);
}

/// The logistic function, without an overflow on the way.
template <class Real>
Real sigmoid(Real x) {
  const Real e = exponential(-std::abs(x));
  return (x >= Real{0} ? Real{1} : e) / (Real{1} + e);
}

/// tanh, of floats with an absolute error of at most 2e-7.
inline double hyperbolic_tangent(double x) {
  return std::tanh(x);
}
inline float hyperbolic_tangent(float x) {
  const float e = exponential(-2.0F * std::abs(x));
  return std::copysign((1.0F - e) / (1.0F + e), x);
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
