#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// Pairs of indices. Where swapping both indices of every pair turns a mapping into one of equal cost, only one of the
/// two needs to be looked at.
using Symmetry = std::vector<std::pair<std::size_t, std::size_t>>;

/// A swap of one or two pairs of indices that leaves the workload and the machine's constraints as they are: in a square
/// convolution P with Q and R with S. Empty where there is none.
Symmetry find_symmetry(const Workload& workload, const Accelerator& accelerator);

}  // namespace pj
