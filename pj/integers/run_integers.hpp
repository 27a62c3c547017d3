#pragma once

#include <span>
#include <vector>

#include "pj/integers/integer_network.hpp"

namespace pj {

/// The outputs of a network for its inputs, step by step in plain loops: what is in integers by `compute_plainly`, the
/// rest by `execute`. The twin of everything fast. Throws `InputError` where an input has another type than the
/// network's.
std::vector<Constant> run_plainly(const IntegerNetwork& network, std::span<const Constant* const> inputs);

}  // namespace pj
