#pragma once

#include <cstdint>

namespace pj {

/// What to expect of a tensor whose zeros lie where chance put them. *Independent* zeros: every element is non-zero
/// with a probability, the density (Bernoulli). *Fixed* zeros: of all elements a fixed number is non-zero, every
/// choice of them as likely as any other (hypergeometric). Random tensors hold both to account (zeros_test.cpp).

/// The probability that a tile of so many elements has no non-zero, for independent zeros: (1 − d)^n.
double empty_probability(double density, std::int64_t elements);

/// The same for a tile of a tensor with a fixed number of non-zeros: C(N − n, K) / C(N, K).
double empty_probability_of_fixed(std::int64_t all, std::int64_t nonzeros, std::int64_t elements);

/// The expected largest number of non-zeros among `lanes` tiles of so many elements each, for independent zeros:
/// Σ over k < n of 1 − F(k)^lanes with the binomial distribution function F.
double expected_largest_count(double density, std::int64_t elements, std::int64_t lanes);

}  // namespace pj
