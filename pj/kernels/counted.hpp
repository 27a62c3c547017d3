#pragma once

#include <cstdint>

#include "pj/kernels/rational.hpp"

namespace pj {

/// Operations of an algorithm.
struct OperationCount {
  std::int64_t multiplications = 0;           ///< of two numbers that both come from the data or the weights
  std::int64_t constant_multiplications = 0;  ///< by a constant of a transform, other than 0, 1 and -1
  std::int64_t additions = 0;                 ///< and subtractions

  bool operator==(const OperationCount&) const = default;

  std::int64_t total() const { return multiplications + constant_multiplications + additions; }
  OperationCount& operator+=(const OperationCount& other) {
    multiplications += other.multiplications;
    constant_multiplications += other.constant_multiplications;
    additions += other.additions;
    return *this;
  }
  friend OperationCount operator+(OperationCount a, const OperationCount& b) { return a += b; }
  friend OperationCount operator*(std::int64_t times, const OperationCount& a) {
    return {times * a.multiplications, times * a.constant_multiplications, times * a.additions};
  }
};

/// A number that counts what is done with it in the tally that it carries. Numbers without a tally count nothing among
/// themselves, so that work on weights, which is done once and kept, stays out.
struct Counted {
  double value = 0.0;
  OperationCount* tally = nullptr;

  friend Counted operator*(Counted a, Counted b) {
    OperationCount* shared = common(a, b);
    if (shared != nullptr) {
      ++shared->multiplications;
    }
    return {a.value * b.value, shared};
  }
  friend Counted operator+(Counted a, Counted b) { return {a.value + b.value, with_addition(a, b)}; }
  friend Counted operator-(Counted a, Counted b) { return {a.value - b.value, with_addition(a, b)}; }
  friend Counted operator-(Counted a) { return {-a.value, a.tally}; }
  Counted& operator+=(Counted other) { return *this = *this + other; }

 private:
  static OperationCount* common(Counted a, Counted b) { return a.tally != nullptr ? a.tally : b.tally; }
  static OperationCount* with_addition(Counted a, Counted b) {
    OperationCount* shared = common(a, b);
    if (shared != nullptr) {
      ++shared->additions;
    }
    return shared;
  }
};

/// A zero that counts where `number` does.
template <class Number>
Number zero_like(const Number&) {
  return {};
}
inline Counted zero_like(const Counted& number) {
  return {0.0, number.tally};
}

/// A constant of a transform times a number.
inline Counted scaled_by(double constant, Counted number) {
  if (number.tally != nullptr && constant != 1.0 && constant != -1.0) {
    ++number.tally->constant_multiplications;
  }
  return {constant * number.value, number.tally};
}
inline Counted scaled_by(const Rational& constant, Counted number) {
  return scaled_by(constant.to_double(), number);
}
inline float scaled_by(const Rational& constant, float number) {
  return static_cast<float>(constant.to_double()) * number;
}
inline double scaled_by(double constant, double number) {
  return constant * number;
}
inline double scaled_by(const Rational& constant, double number) {
  return constant.to_double() * number;
}
constexpr Rational scaled_by(const Rational& constant, const Rational& number) {
  return constant * number;
}
/// Whole numbers are scaled by whole numbers only.
constexpr WideInteger scaled_by(const Rational& constant, WideInteger number) {
  ensure_exact(constant.denominator() == 1, "whole numbers are transformed by whole numbers");
  return constant.numerator() * number;
}

}  // namespace pj
