#include "pj/network/constant_sources.hpp"

namespace pj {

namespace {

/// Looks numbers up in a table: the indices are what differs from element to element, however few they are.
bool is_lookup(const Network& network, const Node& node) {
  return std::holds_alternative<Gather>(node.layer) && network.values[node.inputs[0]].shape.size() == 1;
}

/// The largest of the operands' sources, or null where an operand has none.
const Value* source_of(const Network& network, const Node& node, const ConstantSources& sources) {
  if (is_lookup(network, node) && sources[node.inputs[0]] != nullptr) {
    return sources[node.inputs[1]];
  }
  const Value* largest = nullptr;
  for (const ValueId id : node.inputs) {
    if (id == no_value) {
      continue;
    }
    if (sources[id] == nullptr) {
      return nullptr;
    }
    if (largest == nullptr || element_count(sources[id]->shape) > element_count(largest->shape)) {
      largest = sources[id];
    }
  }
  return largest;
}

}  // namespace

ConstantSources constant_sources(const Network& network, std::span<const Value* const> inputs) {
  ConstantSources sources(network.values.size(), nullptr);
  for (std::size_t id = 0; id < sources.size(); ++id) {
    sources[id] = network.values[id].is_constant ? &network.values[id] : nullptr;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    sources[network.inputs[i]] = inputs[i];
  }
  for (const Node& node : network.nodes) {
    const Value* source = source_of(network, node, sources);
    for (const ValueId id : node.outputs) {
      sources[id] = source;
    }
  }
  return sources;
}

}  // namespace pj
