#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "pj/kernels/half_kernels.hpp"

// No vector crosses from one source to another, so that it does not matter how one would be handed over.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace pj {

// How the loops of half_body.hpp end a sum.

template <class Target>
[[gnu::always_inline]] inline typename Target::Floats half_all(float number) {
  return number - typename Target::Floats{};
}

template <class Target>
[[gnu::always_inline]] inline typename Target::Floats half_clamped(typename Target::Floats x, float low, float high) {
  const auto lows = half_all<Target>(low);
  const auto highs = half_all<Target>(high);
  x = x < lows ? lows : x;
  return x > highs ? highs : x;
}

/// What bounds a sum and no more, as most ends do; where none does, infinities.
template <class Target>
struct HalfBounds {
  typename Target::Floats low, high;

  [[gnu::always_inline]] explicit HalfBounds(const HalfEnd& end)
      : low(half_all<Target>(end.function == 1 ? end.low : -std::numeric_limits<float>::infinity())),
        high(half_all<Target>(end.function == 1 ? end.high : std::numeric_limits<float>::infinity())) {}

  [[gnu::always_inline]] static bool suffice(const HalfEnd& end) {
    return end.residual == nullptr && end.function <= 1;
  }
  [[gnu::always_inline]] typename Target::Floats operator()(typename Target::Floats x) const {
    x = x < low ? low : x;
    return x > high ? high : x;
  }
};

/// A sum that has its bias becomes what is stored `at` numbers behind the output, of which `left` are there.
template <class Target>
[[gnu::always_inline]] inline typename Target::Floats half_finished(const HalfEnd& end, std::int64_t at,
                                                                    std::int64_t left, typename Target::Floats x) {
  if (end.residual != nullptr && left >= 16) {
    x += Target::load_halves(end.residual + at);
  } else if (end.residual != nullptr) {
    std::uint16_t halves[16] = {};
    std::memcpy(halves, end.residual + at, static_cast<std::size_t>(left) * sizeof(*halves));
    x += Target::load_halves(halves);
  }
  switch (end.function) {
    case 1:
      return half_clamped<Target>(x, end.low, end.high);
    case 2:
      return x < typename Target::Floats{} ? end.low * x : x;
    case 3:
      return x * half_clamped<Target>(x / 6.0F + 0.5F, 0.0F, 1.0F);
    default:
      return x;
  }
}

}  // namespace pj
