#pragma once

namespace pj {

/// Half the distance from 1 to the next number.
constexpr double float_roundoff = 0x1.0p-24;
constexpr double double_roundoff = 0x1.0p-53;

/// γ_k = k u / (1 - k u): the relative error that k roundings can add up to (Higham 2002, lemma 3.1).
constexpr double accumulated_roundings(double count, double unit) {
  return count * unit / (1.0 - count * unit);
}

/// The bound for a sum of `terms` products in any order, over max|a| · max|b|.
constexpr double sum_error_bound(double terms, double unit) {
  return accumulated_roundings(terms, unit) * terms;
}

}  // namespace pj
