#pragma once

#include <span>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// For every value of a network the constant that it is made of, or null where it depends on the network's inputs.
using ConstantSources = std::vector<const Value*>;

/// Traces constants through nodes all of whose operands are constants or made of constants alone; where several
/// meet, as weights, scale and zero point in a Dequantize, the one with the most elements is the source, and of a list
/// of numbers and indices into it the indices are. `inputs` gives the sources of the network's inputs, where it is the
/// branch of another network.
ConstantSources constant_sources(const Network& network, std::span<const Value* const> inputs = {});

}  // namespace pj
