#include "pj/study/bench.hpp"

#include <algorithm>

#include "pj/base/interrupt.hpp"
#include "pj/base/text.hpp"
#include "pj/kernels/layer_conv.hpp"

namespace pj {

namespace {

void add_layer(std::vector<LayerBench>& layers, const std::string& name, const ConvShape& shape) {
  const auto same = std::ranges::find_if(layers, [&](const LayerBench& layer) { return layer.times.shape == shape; });
  if (same == layers.end()) {
    layers.push_back({{name}, {shape, {}}});
  } else {
    same->names.push_back(name);
  }
}

void check_names(const Network& network, const std::vector<std::string>& wanted) {
  std::vector<std::string> known;
  for (const Node& node : network.nodes) {
    if (layer_conv(network, node)) {
      known.push_back(node.name);
    }
  }
  if (known.empty()) {
    throw InputError("network '" + network.name + "' has no convolution and no fully connected layer to measure");
  }
  for (const std::string& name : wanted) {
    if (std::ranges::find(known, name) == known.end()) {
      throw InputError("network '" + network.name + "' has no convolution or fully connected layer '" + name + "'" +
                       did_you_mean(name, known));
    }
  }
}

/// The different shapes of the layers that are wanted; those that are not measured go to `left_out`.
std::vector<LayerBench> shapes_of(const Network& network, const std::vector<std::string>& wanted,
                                  std::vector<std::string>& left_out) {
  std::vector<LayerBench> layers;
  for (const Node& node : network.nodes) {
    const auto shape = layer_conv(network, node);
    const bool is_wanted = wanted.empty() || std::ranges::find(wanted, node.name) != wanted.end();
    if (!is_wanted) {
      continue;
    }
    if (!shape) {
      if (std::holds_alternative<Convolution>(node.layer)) {
        left_out.push_back(node.name + ": only plain convolutions of one or two dimensions are measured");
      }
    } else if (const Verdict verdict = can_measure(*shape); !verdict) {
      left_out.push_back(node.name + ": " + verdict.reason());
    } else {
      add_layer(layers, node.name, *shape);
    }
  }
  return layers;
}

}  // namespace

Seconds NetworkBench::total(const std::string& algorithm) const {
  Seconds sum;
  for (const LayerBench& layer : layers) {
    const CandidateTime* row = layer.times.find(algorithm);
    sum += static_cast<std::int64_t>(layer.names.size()) * (row != nullptr ? *row : layer.times.winner()).median;
  }
  return sum;
}

NetworkBench bench_network(const Network& network, const BenchOptions& options) {
  check_names(network, options.layers);
  NetworkBench bench{.network = network.name, .machine = this_machine()};
  const std::vector<LayerBench> wanted = shapes_of(network, options.layers, bench.left_out);
  try {
    for (const LayerBench& layer : wanted) {
      if (options.progress) {
        options.progress("measuring " + layer.names.front() + " (" + std::to_string(bench.layers.size() + 1) + " of " +
                         std::to_string(wanted.size()) + ")");
      }
      bench.layers.push_back({layer.names, measure(layer.times.shape, options.measure)});
    }
  } catch (const Interrupted&) {
    if (bench.layers.empty()) {
      throw Interrupted("interrupted before a layer was measured");
    }
  }
  bench.unmeasured = wanted.size() - bench.layers.size();
  return bench;
}

}  // namespace pj
