#pragma once

#include <string>
#include <vector>

#include "pj/integers/integer_layer.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// Layers of a quantised network from DequantizeLinear to QuantizeLinear, as one layer of whole numbers.
struct IntegerGroup {
  std::string name;  ///< of the node that computes
  IntegerLayer layer;
  std::vector<ValueId> operands;  ///< values of the network's integers, weights among them
  ValueId result = 0;
};

/// Why a node of the network that was given is computed in reals; empty: it is computed in integers.
struct NodeNumbers {
  std::string node, kind;
  std::string reason;

  bool in_integers() const { return reason.empty(); }
};

/// What comes one after the other: a node of the network (in reals) or a group.
struct NumbersStep {
  bool is_group = false;
  std::size_t index = 0;
  /// Groups of one number depend on nothing in reals that depends on one of them: they can be computed together.
  int part = 0;
};

/// A network with its groups taken out.
struct IntegerNetwork {
  Network network;                   ///< its nodes are those that are left; values of integers have been added
  std::vector<IntegerGroup> groups;  ///< in an order in which each comes after those that feed it
  std::vector<NumbersStep> steps;    ///< all of them in such an order, the groups of a part side by side
  std::vector<NodeNumbers> nodes;    ///< of the network that was given, in its order
};

/// Finds all that can be computed in integers: convolutions, fully connected layers, products, sums, pooling, joins and
/// functions of one operand whose operands are dequantised integers with one scale each (weights: one a channel) and
/// whose result is quantised and used in no other way, and what moves integers only. All else is left in reals.
IntegerNetwork find_integers(const Network& network);

}  // namespace pj
