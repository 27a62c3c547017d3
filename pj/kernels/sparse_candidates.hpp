#pragma once

#include <vector>

#include "pj/kernels/candidates.hpp"

namespace pj {

/// The rows for weights that keep a share of their numbers, with random weights and inputs of which half are 0, as a
/// ReLU leaves them.
std::vector<Candidate> sparse_candidates(const ConvShape& shape, double density);

}  // namespace pj
