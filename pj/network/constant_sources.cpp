#include "pj/network/constant_sources.hpp"

namespace pj {

namespace {

/// The largest of the operands' sources, or null where an operand has none.
const Value* source_of(const Node& node, const ConstantSources& sources) {
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
    const Value* source = source_of(node, sources);
    for (const ValueId id : node.outputs) {
      sources[id] = source;
    }
  }
  return sources;
}

}  // namespace pj
