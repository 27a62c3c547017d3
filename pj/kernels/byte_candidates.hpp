#pragma once

#include <vector>

#include "pj/kernels/candidates.hpp"

namespace pj {

/// Convolutions from bytes to bytes, requantised and bounded by 0: ours for every instruction set, and oneDNN's. The
/// error is the share of sampled outputs that are not the definition's.
std::vector<Candidate> byte_candidates(const ConvShape& shape);

}  // namespace pj
