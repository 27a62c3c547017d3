#include "pj/training/training_cost.hpp"

#include <algorithm>

#include "pj/inference/memory.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

namespace {

/// For each value: does it depend on a weight of a layer with products?
std::vector<bool> values_behind_weights(const Network& network, const std::vector<bool>& has_weights) {
  std::vector<bool> behind(network.values.size(), false);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    const bool reads = std::ranges::any_of(node.inputs, [&](ValueId id) { return id != no_value && behind[id]; });
    for (const ValueId id : node.outputs) {
      behind[id] = reads || has_weights[n];
    }
  }
  return behind;
}

/// The most numbers of values that are alive at a time, given up after their last use.
std::int64_t most_alive(const Network& network) {
  const auto dead_after = last_uses(network);
  std::int64_t alive = 0;
  for (const ValueId id : network.inputs) {
    alive += element_count(network.values[id].shape);
  }
  std::int64_t most = alive;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (const ValueId id : network.nodes[n].outputs) {
      alive += element_count(network.values[id].shape);
    }
    most = std::max(most, alive);
    for (const ValueId id : dead_after[n]) {
      alive -= network.values[id].is_constant ? 0 : element_count(network.values[id].shape);
    }
  }
  return most;
}

}  // namespace

TrainingCost training_cost(const Network& network) {
  const NetworkStatistics counted = statistics(network);
  std::vector<bool> has_weights(network.nodes.size(), false);
  for (const LayerStatistics& layer : counted.layers) {
    has_weights[layer.node] = has_weights[layer.node] || layer.weights > 0;
  }
  const std::vector<bool> behind = values_behind_weights(network, has_weights);
  TrainingCost cost{.run_numbers = most_alive(network)};
  for (const LayerStatistics& layer : counted.layers) {
    const Node& node = network.nodes[layer.node];
    const bool hands_on = std::ranges::any_of(node.inputs, [&](ValueId id) { return id != no_value && behind[id]; });
    cost.forward_macs += layer.macs;
    cost.weight_gradient_macs += layer.weights > 0 ? layer.macs : 0;
    cost.input_gradient_macs += hands_on ? layer.macs : 0;
  }
  for (const Value& value : network.values) {
    cost.stored_numbers += value.is_constant ? 0 : element_count(value.shape);
  }
  return cost;
}

}  // namespace pj
