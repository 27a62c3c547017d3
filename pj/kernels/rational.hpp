#pragma once

#include <stdexcept>

namespace pj {

/// 128 bits, for exact sums and fractions.
__extension__ typedef __int128 WideInteger;  // NOLINT(modernize-use-using): only a typedef takes __extension__

/// `ensure` for what is also computed while compiling.
constexpr void ensure_exact(bool kept, const char* promise) {
  if (!kept) {
    throw std::logic_error(promise);
  }
}

/// An exact fraction in lowest terms; it is a broken promise where one does not fit.
class Rational {
 public:
  constexpr Rational() = default;
  constexpr Rational(WideInteger number) : numerator_(number) {}  // NOLINT(*-explicit-*): 2 is the fraction 2/1
  constexpr Rational(WideInteger numerator, WideInteger denominator) {
    ensure_exact(denominator != 0, "no fraction has the denominator 0");
    const WideInteger divisor = greatest_common_divisor(numerator, denominator) * (denominator < 0 ? -1 : 1);
    numerator_ = numerator / divisor;
    denominator_ = denominator / divisor;
  }

  constexpr WideInteger numerator() const { return numerator_; }
  constexpr WideInteger denominator() const { return denominator_; }
  constexpr double to_double() const { return static_cast<double>(numerator_) / static_cast<double>(denominator_); }
  constexpr Rational magnitude() const { return numerator_ < 0 ? -*this : *this; }

  constexpr bool operator==(const Rational&) const = default;
  friend constexpr bool operator<(const Rational& a, const Rational& b) { return (a - b).numerator_ < 0; }

  friend constexpr Rational operator*(const Rational& a, const Rational& b) {
    const Rational left(a.numerator_, b.denominator_);  // shortened crosswise first, so that fewer products overflow
    const Rational right(b.numerator_, a.denominator_);
    return reduced(product(left.numerator_, right.numerator_), product(left.denominator_, right.denominator_));
  }
  friend constexpr Rational operator/(const Rational& a, const Rational& b) {
    return a * Rational(b.denominator_, b.numerator_);
  }
  friend constexpr Rational operator+(const Rational& a, const Rational& b) {
    const WideInteger divisor = greatest_common_divisor(a.denominator_, b.denominator_);
    const WideInteger left = product(a.numerator_, b.denominator_ / divisor);
    const WideInteger right = product(b.numerator_, a.denominator_ / divisor);
    WideInteger sum = 0;
    ensure_exact(!__builtin_add_overflow(left, right, &sum), "a fraction fits 128 bits");
    return {sum, product(a.denominator_, b.denominator_ / divisor)};
  }
  friend constexpr Rational operator-(const Rational& a) { return reduced(-a.numerator_, a.denominator_); }
  friend constexpr Rational operator-(const Rational& a, const Rational& b) { return a + -b; }
  constexpr Rational& operator+=(const Rational& other) { return *this = *this + other; }

  static constexpr WideInteger greatest_common_divisor(WideInteger a, WideInteger b) {
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b != 0) {
      const WideInteger rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }

 private:
  static constexpr Rational reduced(WideInteger numerator, WideInteger denominator) {
    Rational fraction;
    fraction.numerator_ = numerator;
    fraction.denominator_ = denominator;
    return fraction;
  }
  static constexpr WideInteger product(WideInteger a, WideInteger b) {
    WideInteger result = 0;
    ensure_exact(!__builtin_mul_overflow(a, b, &result), "a fraction fits 128 bits");
    return result;
  }

  WideInteger numerator_ = 0;
  WideInteger denominator_ = 1;
};

}  // namespace pj
