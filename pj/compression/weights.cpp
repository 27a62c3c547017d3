#include "pj/compression/weights.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

/// The operands that hold weights, by the kind of the layer.
struct Places {
  const Network& network;
  const Node& node;
  std::size_t index;

  std::size_t rank(std::size_t operand) const { return network.values[node.inputs[operand]].shape.size(); }

  template <class Kind>
  std::vector<WeightPlace> operator()(const Kind&) const {
    return {};
  }
  std::vector<WeightPlace> operator()(const Convolution& layer) const {
    return {{index, 1, layer.transposed ? std::size_t{1} : std::size_t{0}}};
  }
  std::vector<WeightPlace> operator()(const FullyConnected&) const { return {{index, 1, 0}}; }
  std::vector<WeightPlace> operator()(const Recurrent&) const { return {{index, 1, 1}, {index, 2, 1}}; }
  std::vector<WeightPlace> operator()(const Gather& layer) const {
    return layer.kind == Gather::Kind::Slices && rank(0) == 2 ? std::vector<WeightPlace>{{index, 0, 0}}
                                                              : std::vector<WeightPlace>{};
  }
  std::vector<WeightPlace> operator()(const MatMul& layer) const {
    std::vector<WeightPlace> places;
    if (rank(0) >= 2) {
      places.push_back({index, 0, rank(0) - (layer.transpose_a ? 1 : 2)});
    }
    if (rank(1) >= 2) {
      places.push_back({index, 1, rank(1) - (layer.transpose_b ? 2 : 1)});
    }
    return places;
  }
};

Constant floats(const std::vector<double>& numbers, const Sizes& shape) {
  return constant_of(NumberFormat::float32(), shape, std::span(numbers));
}

Sizes list_shape(std::size_t count) {
  return count == 1 ? Sizes{} : Sizes{static_cast<std::int64_t>(count)};
}

std::string base_name(const NetworkEditor& editor, const WeightPlace& place) {
  const Node& node = editor.network().nodes.at(place.node);
  return node.name + "/" + (place.operand <= 1 ? "weight" : "weight" + std::to_string(place.operand));
}

ValueId dequantised(NetworkEditor& editor, const WeightPlace& place, const CodedWeights& coded, ValueId codes) {
  const std::string name = base_name(editor, place);
  std::vector<ValueId> inputs{codes,
                              editor.constant(name + "/scale", floats(coded.scales, list_shape(coded.scales.size())))};
  if (!coded.zero_points.empty()) {
    inputs.push_back(editor.constant(
        name + "/zero", constant_of(coded.format, list_shape(coded.zero_points.size()), std::span(coded.zero_points))));
  }
  const auto axis = static_cast<std::int64_t>(place.channel_axis);
  return editor.add_before(place.node, name, Dequantize{.axis = axis}, inputs);
}

ValueId looked_up(NetworkEditor& editor, const WeightPlace& place, const CodedWeights& coded, ValueId codes) {
  const std::string name = base_name(editor, place);
  const ValueId table =
      editor.constant(name + "/table", floats(coded.table, {static_cast<std::int64_t>(coded.table.size())}));
  const ValueId indices = editor.add_before(place.node, name + "/index", Cast{.to = NumberFormat::fixed(64)}, {codes});
  return editor.add_before(place.node, name, Gather{}, {table, indices});
}

void use(NetworkEditor& editor, const WeightPlace& place, ValueId weights) {
  editor.replace_uses(editor.network().nodes.at(place.node).inputs.at(place.operand), weights);
}

}  // namespace

std::vector<WeightPlace> weight_places(const Network& network, std::size_t node) {
  const ConstantSources sources = constant_sources(network);
  const Node& layer = network.nodes.at(node);
  const bool all_constant =
      std::ranges::all_of(layer.inputs, [&](ValueId id) { return id == no_value || sources[id] != nullptr; });
  std::vector<WeightPlace> places;
  if (!all_constant) {  // what works on constants alone decodes weights and has none
    places = std::visit(Places{network, layer, node}, layer.layer);
  }
  std::erase_if(places, [&](const WeightPlace& place) { return sources[layer.inputs[place.operand]] == nullptr; });
  return places;
}

std::size_t Weights::channel(std::size_t element) const {
  const auto begin = shape.begin() + static_cast<std::ptrdiff_t>(channel_axis) + 1;
  const auto inner =
      static_cast<std::size_t>(std::accumulate(begin, shape.end(), std::int64_t{1}, std::multiplies<>()));
  return element / inner % static_cast<std::size_t>(channels());
}

std::vector<WeightPlace> selected_weights(const Network& network, const Selector& selector) {
  std::vector<WeightPlace> places;
  std::set<ValueId> seen;
  const auto has_weights = [&](std::size_t node) { return !weight_places(network, node).empty(); };
  for (const std::size_t node : selected(network, selector, has_weights, "weights")) {
    for (const WeightPlace& place : weight_places(network, node)) {
      if (seen.insert(network.nodes[node].inputs[place.operand]).second) {
        places.push_back(place);
      }
    }
  }
  return places;
}

Weights read_weights(const Network& network, const WeightPlace& place) {
  const ValueId value = network.nodes.at(place.node).inputs.at(place.operand);
  const Constant elements = constant_elements(network, value);
  Weights weights{.numbers = real_numbers(elements), .shape = elements.shape, .channel_axis = place.channel_axis};
  const Value* source = constant_sources(network)[value];
  weights.storage = source->storage;
  if (std::ranges::any_of(weights.numbers, [](double number) { return !std::isfinite(number); })) {
    throw InputError("the weights of node '" + network.nodes[place.node].name +
                     "' are not all finite numbers; train the network anew");
  }
  return weights;
}

std::vector<double> decoded(const CodedWeights& coded, const Weights& like) {
  if (coded.format.kind == NumberFormat::Kind::Float) {
    return real_numbers(constant_of(coded.format, like.shape, std::span(coded.reals)));
  }
  std::vector<double> numbers;
  for (std::size_t i = 0; i < coded.codes.size(); ++i) {
    const std::int64_t code = coded.codes[i];
    if (!coded.table.empty()) {
      const std::int64_t entry = code < 0 ? code + std::ssize(coded.table) : code;
      numbers.push_back(static_cast<float>(coded.table.at(static_cast<std::size_t>(entry))));
      continue;
    }
    const std::size_t part = coded.scales.size() == 1 ? 0 : like.channel(i);
    const std::int64_t zero = coded.zero_points.empty() ? 0 : coded.zero_points[part];
    numbers.push_back(static_cast<float>(code - zero) * static_cast<float>(coded.scales[part]));
  }
  return numbers;
}

void replace_weights(NetworkEditor& editor, const WeightPlace& place, const CodedWeights& coded,
                     const Storage& storage) {
  const Sizes shape = editor.network().values[editor.network().nodes[place.node].inputs[place.operand]].shape;
  const std::string name = base_name(editor, place);
  const bool is_real = coded.format.kind == NumberFormat::Kind::Float;
  Constant elements = is_real ? constant_of(coded.format, shape, std::span(coded.reals))
                              : constant_of(coded.format, shape, std::span(coded.codes));
  const ValueId codes = editor.constant(name + "/code", std::move(elements), storage);
  if (is_real) {
    const bool is_plain = coded.format == NumberFormat::float32();
    use(editor, place, is_plain ? codes : editor.add_before(place.node, name, Cast{}, {codes}));
  } else {
    use(editor, place,
        coded.table.empty() ? dequantised(editor, place, coded, codes) : looked_up(editor, place, coded, codes));
  }
}

void replace_weights(NetworkEditor& editor, const WeightPlace& place, const std::vector<double>& numbers,
                     const Sizes& shape, const Storage& storage) {
  use(editor, place, editor.constant(base_name(editor, place), floats(numbers, shape), storage));
}

double density_of(const std::vector<double>& numbers) {
  const auto zeros = std::ranges::count(numbers, 0.0);
  return numbers.empty() ? 1.0 : static_cast<double>(std::ssize(numbers) - zeros) / static_cast<double>(numbers.size());
}

double relative_error(const std::vector<double>& wanted, const std::vector<double>& found) {
  double error = 0.0;
  double power = 0.0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    error += (wanted[i] - found[i]) * (wanted[i] - found[i]);
    power += wanted[i] * wanted[i];
  }
  return error == 0.0 ? 0.0 : error / power;
}

}  // namespace pj
