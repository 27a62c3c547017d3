#include <algorithm>
#include <array>

#include "pj/base/text.hpp"
#include "pj/network/network_yaml.hpp"
#include "pj/network/statistics.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

/// A number that claims ask for by name.
template <class... Of>
struct Count {
  const char* name;
  std::int64_t (*of)(const Of&...);
};

template <class Kind>
std::int64_t nodes_of(const Network& network) {
  return std::count_if(network.nodes.begin(), network.nodes.end(),
                       [](const Node& node) { return std::holds_alternative<Kind>(node.layer); });
}

bool has_weights(const Node& node) {
  return std::holds_alternative<Convolution>(node.layer) || std::holds_alternative<FullyConnected>(node.layer);
}

/// The most convolutions and fully connected layers on a path from an input to an output.
std::int64_t depth(const Network& network) {
  std::vector<std::int64_t> depths(network.values.size(), 0);
  std::int64_t deepest = 0;
  for (const Node& node : network.nodes) {
    std::int64_t before = 0;
    for (const ValueId id : node.inputs) {
      before = id == no_value ? before : std::max(before, depths[id]);
    }
    for (const ValueId id : node.outputs) {
      depths[id] = before + (has_weights(node) ? 1 : 0);
      deepest = std::max(deepest, depths[id]);
    }
  }
  return deepest;
}

/// LeCun et al. 1998 count a unit's inputs and its bias, also of sub-sampling units, and each distance to a code.
std::int64_t connections(const Network& network) {
  std::int64_t total = 0;
  for (const LayerStatistics& layer : statistics(network).layers) {
    const Layer& kind = network.nodes[layer.node].layer;
    const bool is_pool = std::holds_alternative<Pooling>(kind);
    total += layer.macs + (layer.macs > 0 ? layer.activations : 0);
    total += is_pool ? layer.activations * (layer.shape.R * layer.shape.S + 1) : 0;
    total += layer.name.ends_with("/square") ? layer.activations : 0;
  }
  return total;
}

constexpr std::array network_counts{
    Count<Network>{"convolutions", nodes_of<Convolution>},
    Count<Network>{"fully_connected", nodes_of<FullyConnected>},
    Count<Network>{"modules", nodes_of<Concat>},
    Count<Network>{"depth", depth},
    Count<Network>{"connections", connections},
    Count<Network>{"weights", [](const Network& n) { return statistics(n).weights(); }},
    Count<Network>{"weights_conv", [](const Network& n) { return statistics(n).weights_conv; }},
    Count<Network>{"weights_fc", [](const Network& n) { return statistics(n).weights_fc; }},
    Count<Network>{"macs", [](const Network& n) { return statistics(n).macs(); }},
    Count<Network>{"macs_conv", [](const Network& n) { return statistics(n).macs_conv; }},
    Count<Network>{"macs_fc", [](const Network& n) { return statistics(n).macs_fc; }},
    Count<Network>{"operations", [](const Network& n) { return statistics(n).operations(); }},
    Count<Network>{"parameters", [](const Network& n) { return statistics(n).parameters; }},
    Count<Network>{"receptive_field", [](const Network& n) { return statistics(n).layers.back().receptive_field_h; }},
};

using LayerCount = Count<Network, LayerStatistics>;

std::int64_t output_channels(const Network& network, const LayerStatistics& layer) {
  const Sizes& shape = network.values[network.nodes[layer.node].outputs.front()].shape;
  return shape.size() > 1 ? shape[1] : 1;
}

constexpr std::array layer_counts{
    LayerCount{"weights", [](const Network&, const LayerStatistics& l) { return l.weights; }},
    LayerCount{"parameters", [](const Network&, const LayerStatistics& l) { return l.parameters; }},
    LayerCount{"macs", [](const Network&, const LayerStatistics& l) { return l.macs; }},
    LayerCount{"activations", [](const Network&, const LayerStatistics& l) { return l.activations; }},
    LayerCount{"receptive_field", [](const Network&, const LayerStatistics& l) { return l.receptive_field_h; }},
    LayerCount{"output_channels", output_channels},
    LayerCount{"filter_channels", [](const Network&, const LayerStatistics& l) { return l.shape.C / l.shape.groups; }},
    LayerCount{"C", [](const Network&, const LayerStatistics& l) { return l.shape.C; }},
    LayerCount{"M", [](const Network&, const LayerStatistics& l) { return l.shape.M; }},
    LayerCount{"H", [](const Network&, const LayerStatistics& l) { return l.shape.H; }},
    LayerCount{"R", [](const Network&, const LayerStatistics& l) { return l.shape.R; }},
    LayerCount{"S", [](const Network&, const LayerStatistics& l) { return l.shape.S; }},
    LayerCount{"P", [](const Network&, const LayerStatistics& l) { return l.shape.P; }},
    LayerCount{"Q", [](const Network&, const LayerStatistics& l) { return l.shape.Q; }},
    LayerCount{"stride", [](const Network&, const LayerStatistics& l) { return l.shape.stride_h; }},
};

/// Layers of a network whose MACs are not N·M·C/G·R·S·P·Q; those with a connection table are let off.
std::int64_t formula_exceptions(const Network& network) {
  const NetworkStatistics counts = statistics(network);
  return std::count_if(counts.layers.begin(), counts.layers.end(), [&](const LayerStatistics& layer) {
    const auto* conv = std::get_if<Convolution>(&network.nodes[layer.node].layer);
    const LayerShape& s = layer.shape;
    return conv != nullptr && conv->connections.empty() &&
           layer.macs != s.N * s.M * (s.C / s.groups) * s.R * s.S * s.P * s.Q;
  });
}

constexpr std::array zoo_counts{
    Count<Network>{"networks", [](const Network&) { return std::int64_t{1}; }},
    Count<Network>{"convolutions", nodes_of<Convolution>},
    Count<Network>{"formula_exceptions", formula_exceptions},
};

}  // namespace

Network claimed_network(const YamlNode& node, std::int64_t batch) {
  if (node.is_map()) {
    return build_network(node, "network", "network", batch);
  }
  try {
    return zoo_network(node.text("the network"), batch);
  } catch (const InputError& fault) {
    throw InputError(node.position(), fault.what());
  }
}

double network_count(const YamlNode& with) {
  const auto& count = row_named(network_counts, with.at("count"), "count", "count");
  return static_cast<double>(count.of(claimed_network(with.at("of"))));
}

double layer_count(const YamlNode& with) {
  const LayerCount& count = row_named(layer_counts, with.at("count"), "count", "count");
  const Network network = claimed_network(with.at("of"));
  const std::string& wanted = with.at("layer").text("layer");
  std::vector<std::string> known;
  for (const LayerStatistics& layer : statistics(network).layers) {
    if (layer.name == wanted) {
      return static_cast<double>(count.of(network, layer));
    }
    known.push_back(layer.name);
  }
  throw InputError(with.at("layer").position(), "unknown layer '" + wanted + "'" + did_you_mean(wanted, known));
}

double layer_range(const YamlNode& with) {
  const LayerCount& count = row_named(layer_counts, with.at("count"), "count", "count");
  const Network network = claimed_network(with.at("of"));
  const bool wants_conv = with.at("kind").text("kind") == "convolution";
  std::vector<std::int64_t> numbers;
  for (const LayerStatistics& layer : statistics(network).layers) {
    const Node& node = network.nodes[layer.node];
    if (has_weights(node) && std::holds_alternative<Convolution>(node.layer) == wants_conv) {
      numbers.push_back(count.of(network, layer));
    }
  }
  if (numbers.empty()) {
    throw InputError(with.at("kind").position(), "the network has no such layer; kinds: convolution, fully connected");
  }
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  return static_cast<double>(with.at("end").text("end") == "smallest" ? *low : *high);
}

double zoo_count(const YamlNode& with) {
  const auto& count = row_named(zoo_counts, with.at("count"), "count", "count");
  std::int64_t total = 0;
  for (const ZooEntry& entry : zoo()) {
    total += count.of(zoo_network(entry.name));
  }
  return static_cast<double>(total);
}

double kept_weights(const YamlNode& with) {
  double total = 0.0;
  for (const LayerStatistics& layer : statistics(claimed_network(with.at("of"))).layers) {
    const YamlNode* density = with.at("densities").find(layer.name);
    total += density == nullptr ? 0.0 : density->number(layer.name) * static_cast<double>(layer.weights);
  }
  return total;
}

}  // namespace pj
