#include "pj/compression/normalisation.hpp"

#include <algorithm>
#include <cmath>

#include "pj/compression/weights.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/network/constant_sources.hpp"

namespace pj {

namespace {

std::vector<double> elements_of(const Network& network, const Node& node, std::size_t operand) {
  return numbers_of<double>(constant_elements(network, node.inputs.at(operand)));
}

/// The one node that makes a value, where one node alone reads it; else the number of nodes.
std::size_t private_maker(const Network& network, ValueId value) {
  std::size_t maker = network.nodes.size();
  std::ptrdiff_t readers = std::ranges::count(network.outputs, value);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    readers += std::ranges::count(network.nodes[n].inputs, value);
    maker = std::ranges::count(network.nodes[n].outputs, value) > 0 ? n : maker;
  }
  return readers == 1 ? maker : network.nodes.size();
}

bool has_filters(const Layer& layer) {
  const auto* conv = std::get_if<Convolution>(&layer);
  return std::holds_alternative<FullyConnected>(layer) || (conv != nullptr && !conv->transposed);
}

bool has_bias(const Node& node) {
  return node.inputs.size() > 2 && node.inputs[2] != no_value;
}

}  // namespace

Verdict can_fold(const Network& network, std::size_t node) {
  const Node& normalisation = network.nodes[node];
  if (!std::holds_alternative<BatchNormalization>(normalisation.layer) || normalisation.outputs.size() != 1) {
    return Verdict::no("it is no batch normalisation");
  }
  const std::size_t maker = private_maker(network, normalisation.inputs[0]);
  if (maker == network.nodes.size() || !has_filters(network.nodes[maker].layer)) {
    return Verdict::no("what it normalises is not made for it alone by a convolution or fully connected layer");
  }
  const ConstantSources sources = constant_sources(network);
  const auto is_known = [&](ValueId id) { return sources[id] != nullptr && sources[id]->data != nullptr; };
  const Node& layer = network.nodes[maker];
  const bool all = std::all_of(normalisation.inputs.begin() + 1, normalisation.inputs.end(), is_known) &&
                   is_known(layer.inputs[1]) && (!has_bias(layer) || is_known(layer.inputs[2]));
  return all ? Verdict::yes() : Verdict::no("its numbers, or those of the layer before it, are not known");
}

void fold_normalisation(NetworkEditor& editor, std::size_t node) {
  const Network& network = editor.network();
  const Node normalisation = network.nodes[node];
  const std::size_t maker = private_maker(network, normalisation.inputs[0]);
  const Node layer = network.nodes[maker];
  const auto gamma = elements_of(network, normalisation, 1);
  const auto beta = elements_of(network, normalisation, 2);
  const auto mean = elements_of(network, normalisation, 3);
  const auto variance = elements_of(network, normalisation, 4);
  const auto epsilon = static_cast<double>(std::get<BatchNormalization>(normalisation.layer).epsilon);
  const WeightPlace place{.node = maker, .operand = 1, .channel_axis = 0};
  Weights weights = read_weights(network, place);
  std::vector<double> bias = has_bias(layer) ? elements_of(network, layer, 2) : std::vector<double>(gamma.size());
  const std::size_t filter = weights.numbers.size() / gamma.size();
  for (std::size_t m = 0; m < gamma.size(); ++m) {
    const double scale = gamma[m] / std::sqrt(variance[m] + epsilon);
    for (std::size_t k = m * filter; k < (m + 1) * filter; ++k) {
      weights.numbers[k] *= scale;
    }
    bias[m] = (bias[m] - mean[m]) * scale + beta[m];
  }
  replace_weights(editor, place, weights.numbers, weights.shape, weights.storage);
  editor.node(maker).inputs.resize(3);
  editor.node(maker).inputs[2] = editor.constant(
      layer.name + "/bias", constant_of(NumberFormat::float32(), {std::ssize(bias)}, std::span<const double>(bias)));
  editor.replace_uses(normalisation.outputs[0], normalisation.inputs[0]);
  editor.remove(node);
}

}  // namespace pj
