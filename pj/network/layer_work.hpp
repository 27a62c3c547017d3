#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pj/network/constant_sources.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

/// A part of a node's work: the product with one set of weights, or all that the node does.
struct LayerWork {
  std::string part;  ///< `W_x`; empty where the node has one part only
  LayerShape shape;
  std::int64_t macs = 0;
  std::optional<std::size_t> weights;  ///< the operand that holds the weights
  std::vector<std::size_t> operands;   ///< the operands that belong to this part
};

/// The parts of a node's work, at least one; each operand belongs to one of them.
/// Throws `InputError` where a count does not fit 64 bits.
std::vector<LayerWork> layer_work(const Network& network, const Node& node, const ConstantSources& sources);

/// The numbers of an operand that training adjusts, were it a constant; 0 where its role has none
/// (`statistics` says which).
std::int64_t parameter_count(const Network& network, const Node& node, std::size_t operand);

}  // namespace pj
