#include "pj/workload/lower.hpp"

#include <numeric>

#include "pj/network/constant_sources.hpp"
#include "pj/network/layer_work.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

namespace {

using NamedSizes = std::vector<std::pair<std::string, std::int64_t>>;

std::int64_t product(std::span<const std::int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// The letters of the spatial axes, last axis first: Q S, P R, Z T.
struct AxisLetters {
  const char* output;
  const char* filter;
  const char* stride;
  const char* dilation;
};
constexpr AxisLetters axis_letters[] = {{"q", "s", "V", "E"}, {"p", "r", "U", "D"}, {"z", "t", "X", "F"}};

/// The Einsum of one node, by the kind of its layer.
struct Lower {
  const Network& network;
  const Node& node;
  const ConstantSources& sources;

  const Value& operand(std::size_t i) const { return network.values[node.inputs[i]]; }
  const Sizes& output() const { return network.values[node.outputs[0]].shape; }

  template <class Kind>
  std::vector<Workload> operator()(const Kind&) const {
    return {};
  }

  std::vector<Workload> operator()(const Convolution& layer) const {
    const Sizes& weights = operand(1).shape;
    const Sizes& maps = layer.transposed ? operand(0).shape : output();  // p, q run over these
    const std::int64_t outputs = layer.transposed ? weights[1] : weights[0] / layer.groups;
    const std::int64_t inputs = layer.transposed ? weights[0] / layer.groups : weights[1];
    NamedSizes sizes{{"N", maps[0]}, {"G", layer.groups}, {"M", outputs}, {"C", inputs}};
    std::string places;
    std::string window;
    std::string filter;
    const std::size_t axes = weights.size() - 2;
    for (std::size_t i = axes; i-- > 0;) {  // i counts from the last axis
      const AxisLetters& letters = axis_letters[i];
      const std::size_t axis = axes - 1 - i;
      places += std::string(",") + letters.output;
      window +=
          std::string(",") + letters.stride + "*" + letters.output + "+" + letters.dilation + "*" + letters.filter;
      filter += std::string(",") + letters.filter;
      sizes.emplace_back(capital(letters.output), maps[axis + 2]);
      sizes.emplace_back(capital(letters.filter), weights[axis + 2]);
      sizes.emplace_back(letters.stride, layer.stride[axis]);
      sizes.emplace_back(letters.dilation, layer.dilation[axis]);
    }
    const std::string outside = layer.transposed ? window : places;
    const std::string inside = layer.transposed ? places : window;
    return {einsum("O[n,g,m" + outside + "] += I[n,g,c" + inside + "] * W[g,m,c" + filter + "]", sizes)};
  }

  std::vector<Workload> operator()(const FullyConnected&) const {
    const Sizes& weights = operand(1).shape;
    return {einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", operand(0).shape[0]}, {"M", weights[0]}, {"C", weights[1]}})};
  }

  std::vector<Workload> operator()(const MatMul&) const {
    const LayerWork work = layer_work(network, node, sources).front();
    // The leading axes that the second operand has are batches of their own weights; the others share them.
    const std::size_t weights = work.weights ? *work.weights : 1;
    const Sizes& shape = operand(weights).shape;
    const std::int64_t groups = shape.size() > 2 ? product(std::span(shape).first(shape.size() - 2)) : 1;
    return {einsum("O[n,g,q,m] += I[n,g,q,c] * W[g,m,c]", {{"N", std::max<std::int64_t>(1, work.shape.N / groups)},
                                                           {"G", groups},
                                                           {"Q", work.shape.Q},
                                                           {"M", work.shape.M},
                                                           {"C", work.shape.C}})};
  }

  std::vector<Workload> operator()(const Recurrent&) const {
    std::vector<Workload> parts;
    for (const LayerWork& work : layer_work(network, node, sources)) {
      parts.push_back(einsum("O[n,q,m] += I[n,q,c] * W[m,c]",
                             {{"N", work.shape.N}, {"Q", work.shape.Q}, {"M", work.shape.M}, {"C", work.shape.C}}));
      parts.back().name = "/" + work.part;
    }
    return parts;
  }

 private:
  static std::string capital(const char* letter) { return std::string(1, static_cast<char>(*letter - 'a' + 'A')); }
};

void add_node(const Network& network, const Node& node, const ConstantSources& sources, const std::string& prefix,
              std::vector<LoweredLayer>& layers);

void add_network(const Network& network, const std::string& prefix, std::vector<LoweredLayer>& layers) {
  const ConstantSources sources = constant_sources(network);
  for (const Node& node : network.nodes) {
    add_node(network, node, sources, prefix, layers);
  }
}

void add_node(const Network& network, const Node& node, const ConstantSources& sources, const std::string& prefix,
              std::vector<LoweredLayer>& layers) {
  if (const auto* choice = std::get_if<If>(&node.layer)) {
    const bool otherwise = statistics(*choice->else_branch).macs() > statistics(*choice->then_branch).macs();
    add_network(otherwise ? *choice->else_branch : *choice->then_branch, prefix + node.name + "/", layers);
    return;
  }
  for (Workload& workload : std::visit(Lower{network, node, sources}, node.layer)) {
    LoweredLayer layer{prefix + node.name + workload.name, kind_name(network, node), std::move(workload)};
    layer.workload.name = layer.name;
    layer.workload.tensors[0].bits = network.values[node.inputs[0]].format.bits;
    layer.workload.tensors[1].bits = network.values[node.inputs[1]].format.bits;
    layer.workload.tensors[2].bits = network.values[node.outputs[0]].format.bits;
    layers.push_back(std::move(layer));
  }
}

}  // namespace

std::vector<LoweredLayer> lower(const Network& network) {
  std::vector<LoweredLayer> layers;
  add_network(network, "", layers);
  return layers;
}

}  // namespace pj
