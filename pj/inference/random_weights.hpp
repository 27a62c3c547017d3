#pragma once

#include <cstdint>

#include "pj/network/network.hpp"

namespace pj {

/// A network whose weights have shapes only, with random ones that keep activations near 1 (He et al. 2015): what it
/// computes means nothing, but takes the time and memory of the trained one. Weights that have elements stay.
Network with_random_weights(Network network, std::uint64_t seed = 1);

/// Random numbers in [-1, 1) for each input. Throws `InputError` where an input is not float32.
std::vector<Constant> random_inputs(const Network& network, std::uint64_t seed = 1);

}  // namespace pj
