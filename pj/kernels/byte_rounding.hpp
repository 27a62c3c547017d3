#pragma once

#include "pj/kernels/byte_kernels.hpp"

namespace pj {

// How the loops of byte_body.hpp requantise sums.

/// Where |result| < 257, and nothing larger stays inside a byte, an estimate in floats is off by less than
/// 257 · 4.01 · 2^-24: one rounding each of the sum, the factor, their product and the doubt added to it. What is
/// rounded to the same number so much above it and below it is surely right.
constexpr float byte_doubt = 7e-5F;

/// Rounds the scaled sums of `Count` vectors of neighbouring channels; false where a number may be wrong.
template <class Target, int Count>
[[gnu::always_inline]] inline bool byte_round(const typename Target::Vector* sums, const ByteResult& to,
                                              std::int64_t first, typename Target::Vector* numbers) {
  auto differing = Target::all(0);
#pragma GCC unroll 16
  for (int j = 0; j < Count; ++j) {
    const auto reals = Target::reals(sums[j]);
    const auto factors = Target::load_reals(to.estimates + first + j * Target::lanes);
    numbers[j] = Target::rounded(reals, factors, -byte_doubt);
    differing = Target::with_differing(differing, numbers[j], Target::rounded(reals, factors, byte_doubt));
  }
  return !Target::is_any(differing);
}

/// Corrects what may be wrong, in whole numbers; twice the doubt covers that products are rounded here.
template <class Target>
[[gnu::noinline, gnu::cold]] void byte_correct(const std::int32_t* sums, const ByteResult& to, std::int64_t first,
                                               int count, std::int32_t* numbers) {
  for (int i = 0; i < count; ++i) {
    const std::int64_t channel = first + i;
    const float rest = static_cast<float>(sums[i]) * to.estimates[channel] - static_cast<float>(numbers[i]);
    if (rest > 0.5F - 2 * byte_doubt || rest < 2 * byte_doubt - 0.5F) {
      numbers[i] = exact_scaled(sums[i], to.multipliers[channel], to.shifts[channel]);
    }
  }
}

/// scaled(sum) of `Count` vectors.
template <class Target, int Count>
[[gnu::always_inline]] inline void byte_scaled(const typename Target::Vector* sums, const ByteResult& to,
                                               std::int64_t first, typename Target::Vector* numbers) {
  if (byte_round<Target, Count>(sums, to, first, numbers)) [[likely]] {
    return;
  }
  constexpr int lanes = Target::lanes;
  std::int32_t kept[Count * lanes], results[Count * lanes];
  for (int j = 0; j < Count; ++j) {
    Target::store(kept + j * lanes, sums[j]);
    Target::store(results + j * lanes, numbers[j]);
  }
  byte_correct<Target>(kept, to, first, Count * lanes, results);
  for (int j = 0; j < Count; ++j) {
    numbers[j] = Target::load(results + j * lanes);
  }
}

}  // namespace pj
