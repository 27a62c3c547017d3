#include "pj/integers/integer_values.hpp"

#include <algorithm>
#include <cmath>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

constexpr auto none = static_cast<std::size_t>(-1);
constexpr int most_bits = 16;
constexpr int most_layers = 64;  // that are followed one behind the other

bool is_whole_of_few_bits(const NumberFormat& format) {
  return format.kind == NumberFormat::Kind::Fixed && format.fraction == 0 && format.bits <= most_bits;
}

/// A Pad of reals by 0 is one of integers by what stands for 0.
Layer moving(const Layer& layer, std::int64_t zero) {
  Layer moved = layer;
  if (auto* pad = std::get_if<Pad>(&moved); pad != nullptr && pad->mode == Pad::Mode::Constant) {
    pad->value = static_cast<float>(zero);
  }
  return moved;
}

}  // namespace

bool only_moves(const Layer& layer) {
  if (const auto* activation = std::get_if<Activation>(&layer)) {
    return activation->kind == Activation::Kind::Identity;
  }
  if (const auto* pad = std::get_if<Pad>(&layer)) {
    return pad->mode != Pad::Mode::Constant || pad->value == 0.0F;
  }
  return std::holds_alternative<Reshape>(layer) || std::holds_alternative<Transpose>(layer) ||
         std::holds_alternative<Slice>(layer) || std::holds_alternative<DepthToSpace>(layer) ||
         std::holds_alternative<Expand>(layer) || std::holds_alternative<Dropout>(layer);
}

IntegerValues::IntegerValues(const Network& network)
    : network_(network), makers_(network.values.size(), none), readers_(network.values.size(), 0) {
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (const ValueId id : network.nodes[n].outputs) {
      makers_[id] = n;
    }
    for (const ValueId id : network.nodes[n].inputs) {
      readers_[id == no_value ? 0 : id] += id == no_value ? 0 : 1;
    }
  }
  for (const ValueId id : network.outputs) {
    readers_[id] += 2;  // whoever runs the network reads it in reals
  }
}

const Node* IntegerValues::maker(ValueId value) const {
  return value >= makers_.size() || makers_[value] == none ? nullptr : &network_.nodes[makers_[value]];
}

bool IntegerValues::is_used_once(ValueId value) const {
  return readers_[value] == 1;
}

const Constant* IntegerValues::known(ValueId value, int depth) {
  if (network_.values[value].is_constant) {
    return network_.values[value].data.get();
  }
  if (const auto found = computed_.find(value); found != computed_.end()) {
    return &found->second;
  }
  const Node* node = maker(value);
  if (node == nullptr || depth > most_layers) {
    return nullptr;
  }
  std::vector<const Constant*> operands;
  for (const ValueId id : node->inputs) {
    operands.push_back(id == no_value ? nullptr : known(id, depth + 1));
    if (id != no_value && operands.back() == nullptr) {
      return nullptr;
    }
  }
  const auto results = execute(node->layer, operands, result_types(network_, *node));
  for (std::size_t i = 0; i < results.size(); ++i) {
    computed_[node->outputs[i]] = results[i];
  }
  return &computed_.at(value);
}

std::optional<Scaling> IntegerValues::scaling_of(const Node& node, const NumberFormat& format) {
  const auto* dequantize = std::get_if<Dequantize>(&node.layer);
  const auto* quantize = std::get_if<Quantize>(&node.layer);
  const Constant* scale = known(node.inputs[1]);
  const Constant* zero = node.inputs.size() > 2 && node.inputs[2] != no_value ? known(node.inputs[2]) : nullptr;
  const bool has_zero = node.inputs.size() > 2 && node.inputs[2] != no_value;
  if (scale == nullptr || (has_zero && zero == nullptr)) {
    reason = "the scale of '" + node.name + "' is computed from the input";
    return std::nullopt;
  }
  if (!is_whole_of_few_bits(format) || scale->shape.size() > 1) {
    reason = "'" + node.name + "' keeps " + to_string(format) +
             (scale->shape.size() > 1 ? " with a scale for each block" : ", not integers of at most 16 bits");
    return std::nullopt;
  }
  const std::int64_t axis = dequantize != nullptr ? dequantize->axis : quantize->axis;
  Scaling scaling{.scales = numbers_of<double>(*scale), .format = format};
  scaling.zeros = zero != nullptr ? numbers_of<std::int64_t>(*zero) : scaling.zeros;
  const bool is_each = scaling.zeros.size() == 1 || scaling.zeros.size() == scaling.scales.size();
  if (scaling.scales.empty() || !is_each) {
    reason = "'" + node.name + "' has not as many zero points as scales";
    return std::nullopt;
  }
  if (scaling.scales.size() > 1) {
    scaling.axis = axis_index(axis, network_.values[node.inputs[0]].shape.size());
  }
  return scaling;
}

std::optional<ScaledValue> IntegerValues::integers_of(ValueId real, int depth) {
  if (const auto found = moved_.find(real); found != moved_.end()) {
    return found->second;
  }
  const Node* node = maker(real);
  if (node == nullptr || depth > most_layers ||
      (!std::holds_alternative<Dequantize>(node->layer) && !only_moves(node->layer))) {
    reason = "its operand '" + network_.values[real].name + "' is not dequantised integers";
    return std::nullopt;
  }
  if (std::holds_alternative<Dequantize>(node->layer)) {
    Value& source = network_.values[node->inputs[0]];
    if (const Constant* weights = source.is_constant ? nullptr : known(node->inputs[0])) {
      source.is_constant = true;  // weights that are quantised in the file: computed here, once
      source.data = std::make_shared<const Constant>(*weights);
    }
    const auto scaling = scaling_of(*node, network_.values[node->inputs[0]].format);
    return scaling ? std::optional(ScaledValue{node->inputs[0], *scaling}) : std::nullopt;
  }
  const auto source = integers_of(node->inputs[0], depth + 1);
  if (!source) {
    return std::nullopt;
  }
  if (!source->scaling.is_one()) {
    reason = "its operand '" + network_.values[real].name + "' has a scale for each channel and is moved";
    return std::nullopt;
  }
  ScaledValue moved{add(network_.values[real].name, network_.values[real].shape, source->scaling.format),
                    source->scaling};
  add_move(*node, source->value, moved.value, moved.scaling.zeros.front());
  moved_[real] = moved;
  return moved;
}

ValueId IntegerValues::add(const std::string& name, const Sizes& shape, const NumberFormat& format) {
  network_.values.push_back({.name = name + " (integers)", .shape = shape, .format = format});
  return network_.values.size() - 1;
}

void IntegerValues::add_move(const Node& node, ValueId from, ValueId to, std::int64_t zero) {
  groups_.push_back({node.name, {.kind = IntegerLayer::Kind::Move, .layer = moving(node.layer, zero)}, {from}, to});
}

}  // namespace pj
