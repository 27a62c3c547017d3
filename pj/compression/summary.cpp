#include "pj/compression/summary.hpp"

#include <algorithm>

#include "pj/compression/weights.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

namespace {

std::optional<std::size_t> node_named(const Network& network, const std::string& name) {
  const auto found = std::ranges::find(network.nodes, name, &Node::name);
  return found == network.nodes.end() ? std::nullopt
                                      : std::optional(static_cast<std::size_t>(found - network.nodes.begin()));
}

/// How far the weights are from those of the layer with the same name, where both have the same shapes.
std::optional<double> weight_error(const Network& original, std::size_t old_node, const Network& network,
                                   std::size_t node) {
  std::vector<double> wanted;
  std::vector<double> found;
  const auto old_places = weight_places(original, old_node);
  const auto places = weight_places(network, node);
  for (std::size_t i = 0; i < std::min(places.size(), old_places.size()); ++i) {
    const Weights before = read_weights(original, old_places[i]);
    const Weights after = read_weights(network, places[i]);
    if (before.shape != after.shape) {
      return std::nullopt;
    }
    wanted.insert(wanted.end(), before.numbers.begin(), before.numbers.end());
    found.insert(found.end(), after.numbers.begin(), after.numbers.end());
  }
  return wanted.empty() ? std::nullopt : std::optional(relative_error(wanted, found));
}

LayerSummary layer_summary(const Network& original, const Compressed& compressed, std::size_t node) {
  const Network& network = compressed.network;
  LayerSummary row{.layer = network.nodes[node].name};
  std::optional<double> noted;
  for (const LayerChange& change : compressed.changes) {
    if (change.layer == row.layer) {
      row.rules.push_back(change.rule);
      noted = change.error ? change.error : noted;
    }
  }
  const ConstantSources sources = constant_sources(network);
  for (const WeightPlace& place : weight_places(network, node)) {
    const Value* source = sources[network.nodes[node].inputs[place.operand]];
    row.format = source->format;
    row.storage = source->storage;
    row.weights += element_count(network.values[network.nodes[node].inputs[place.operand]].shape);
  }
  row.bits = stored_bits(network, node).total();
  if (const auto old_node = node_named(original, row.layer)) {
    row.bits_before = stored_bits(original, *old_node).total();
    const auto own = weight_error(original, *old_node, network, node);
    row.error = own ? own : noted;
  } else {
    row.error = noted;
  }
  return row;
}

}  // namespace

CompressionSummary summary_of(const Network& original, const Compressed& compressed) {
  CompressionSummary summary{.before = stored_bits(original), .after = stored_bits(compressed.network)};
  for (std::size_t node = 0; node < compressed.network.nodes.size(); ++node) {
    if (!weight_places(compressed.network, node).empty()) {
      summary.layers.push_back(layer_summary(original, compressed, node));
    }
  }
  const NetworkStatistics before = statistics(original);
  const NetworkStatistics after = statistics(compressed.network);
  summary.weights_before = before.weights();
  summary.weights = after.weights();
  summary.macs_before = before.macs();
  summary.macs = after.macs();
  return summary;
}

}  // namespace pj
