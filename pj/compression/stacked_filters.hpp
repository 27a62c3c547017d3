#pragma once

#include "pj/compression/factors.hpp"

namespace pj {

/// Two convolutions of 3 × 3 behind each other that stand for one of 5 × 5 (Simonyan and Zisserman 2015, section 2.3;
/// Szegedy et al. 2016, section 3.1): w[m][c][u][v] ≈ Σ_k Σ_{r + r' = u, s + s' = v} first[k][c][r][s] ·
/// last[m][k][r'][s'].
struct StackedFilters {
  Filters first;  ///< K × C × 3 × 3
  Filters last;   ///< M × K × 3 × 3
};

/// Alternating least squares from random filters: each half is the best for the other one.
StackedFilters stacked_filters(const Filters& w, std::int64_t channels, int rounds, Rng& rng);

/// The weights of 5 × 5 that the two stand for.
Filters multiplied(const StackedFilters& stacked);

}  // namespace pj
