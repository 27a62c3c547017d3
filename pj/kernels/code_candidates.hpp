#pragma once

#include <vector>

#include "pj/kernels/candidates.hpp"

namespace pj {

/// The rows of low precision for a shape, on random numbers that those of one kind of codes share.
std::vector<Candidate> code_candidates(const ConvShape& shape, Numbers numbers);

}  // namespace pj
