#pragma once

#include <compare>
#include <cstdint>

namespace pj {

/// A number with a unit that the compiler checks: quantities of different units do not mix.
template <class Unit>
struct Quantity {
  double value = 0.0;

  auto operator<=>(const Quantity&) const = default;

  Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
  friend Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend Quantity operator*(Quantity a, double factor) { return {a.value * factor}; }
  friend Quantity operator*(double factor, Quantity a) { return {factor * a.value}; }
  friend Quantity operator*(std::int64_t count, Quantity a) { return {static_cast<double>(count) * a.value}; }
  friend Quantity operator/(Quantity a, double divisor) { return {a.value / divisor}; }
  friend double operator/(Quantity a, Quantity b) { return a.value / b.value; }
};

using Picojoules = Quantity<struct PicojouleUnit>;
using Cycles = Quantity<struct CycleUnit>;
using SquareMicrons = Quantity<struct SquareMicronUnit>;
using Seconds = Quantity<struct SecondUnit>;
using Hertz = Quantity<struct HertzUnit>;

/// Storage sizes are whole bits, so that formats of any width add up exactly.
struct Bits {
  std::int64_t value = 0;

  auto operator<=>(const Bits&) const = default;

  friend Bits operator+(Bits a, Bits b) { return {a.value + b.value}; }
  friend Bits operator*(std::int64_t count, Bits b) { return {count * b.value}; }
};

constexpr Picojoules operator""_pJ(long double value) {
  return {static_cast<double>(value)};
}

inline Seconds operator/(Cycles cycles, Hertz clock) {
  return {cycles.value / clock.value};
}

}  // namespace pj
