#pragma once

#include <cstdint>

#include "pj/base/random.hpp"
#include "pj/compression/matrix.hpp"

namespace pj {

/// The weights of a convolution: M output channels, C input channels, filters of R × S.
struct Filters {
  std::int64_t M = 1, C = 1, R = 1, S = 1;
  std::vector<double> numbers;  ///< [m][c][r][s]

  std::int64_t count() const { return M * C * R * S; }
  double operator()(std::int64_t m, std::int64_t c, std::int64_t r, std::int64_t s) const {
    return numbers[static_cast<std::size_t>(((m * C + c) * R + r) * S + s)];
  }
};

/// w[m][c][r][s] ≈ Σ_k horizontal[m][k·S + s] · vertical[k][c·R + r].
struct SeparableFactors {
  Matrix vertical;    ///< k × (C·R)
  Matrix horizontal;  ///< (M·S) × k
};
SeparableFactors separable_factors(const Filters& w, std::int64_t rank, double share);

/// w[m][c][r][s] ≈ Σ_d points[m][c·D + d] · planes[c·D + d][r·S + s].
struct DepthwiseFactors {
  Matrix planes;  ///< (C·D) × (R·S)
  Matrix points;  ///< M × (C·D)
};
DepthwiseFactors depthwise_factors(const Filters& w, std::int64_t multiplier);

/// w[m][c][r][s] ≈ Σ_ab outputs[m][a] · core[a][b][r][s] · inputs[c][b].
struct TuckerFactors {
  Matrix outputs;  ///< M × a
  Matrix inputs;   ///< C × b
  Filters core;
};
/// The leading singular vectors of both unfoldings, then rounds of higher-order orthogonal iteration (De Lathauwer, De
/// Moor and Vandewalle 2000).
TuckerFactors tucker_factors(const Filters& w, std::int64_t outputs, std::int64_t inputs, double share);

/// w[m][c][r][s] ≈ Σ_k m[m][k] · c[c][k] · r[r][k] · s[s][k].
struct CpFactors {
  Matrix m, c, r, s;
};
/// Alternating least squares from random factors, until a round gains less than a billionth of Σ w².
CpFactors cp_factors(const Filters& w, std::int64_t rank, int rounds, Rng& rng);

// The weights that the factors stand for.
Filters multiplied(const SeparableFactors& factors, const Filters& like);
Filters multiplied(const DepthwiseFactors& factors, const Filters& like);
Filters multiplied(const TuckerFactors& factors, const Filters& like);
Filters multiplied(const CpFactors& factors, const Filters& like);

/// The least rank with which the share of Σ σ² is kept.
std::int64_t rank_for(const std::vector<double>& singular, double share);

}  // namespace pj
