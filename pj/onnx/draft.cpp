#include "pj/onnx/draft.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"
#include "pj/onnx/fold.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_folded_elements = std::int64_t{1} << 23;

/// Makes the values of a network anew in the order in which `copy` is asked for them.
class Renumbering {
 public:
  explicit Renumbering(const Network& source) : source_(source), ids_(source.values.size(), no_value) {}

  ValueId copy(ValueId id) {
    if (id == no_value) {
      return no_value;
    }
    if (ids_[id] == no_value) {
      ids_[id] = values.size();
      values.push_back(source_.values[id]);
    }
    return ids_[id];
  }
  std::vector<ValueId> copy(const std::vector<ValueId>& ids) {
    std::vector<ValueId> copies;
    for (const ValueId id : ids) {
      copies.push_back(copy(id));
    }
    return copies;
  }

  std::vector<Value> values;

 private:
  const Network& source_;
  std::vector<ValueId> ids_;
};

/// For each node, whether an output of the network depends on it.
std::vector<bool> used_nodes(const Network& network) {
  std::vector<bool> value_used(network.values.size(), false);
  for (const ValueId id : network.outputs) {
    value_used[id] = true;
  }
  std::vector<bool> used(network.nodes.size(), false);
  for (std::size_t i = network.nodes.size(); i-- > 0;) {
    const Node& node = network.nodes[i];
    used[i] = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) { return value_used[id]; });
    for (const ValueId id : node.inputs) {
      if (used[i] && id != no_value) {
        value_used[id] = true;
      }
    }
  }
  return used;
}

/// A weight that only a Reshape or Transpose reads becomes the weight in its new shape.
void fold_rearranged_weights(Network& network) {
  std::vector<int> uses(network.values.size(), 0);
  for (const Node& node : network.nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_value) {
        ++uses[id];
      }
    }
  }
  for (const ValueId id : network.outputs) {
    uses[id] += 2;
  }
  for (Node& node : network.nodes) {
    if (!rearranges(node.layer) || !network.values[node.inputs[0]].is_constant || uses[node.inputs[0]] != 1) {
      continue;
    }
    const Constant* data = network.values[node.inputs[0]].data.get();
    Value& result = network.values[node.outputs[0]];
    result.is_constant = true;
    if (data != nullptr) {
      const TensorType type{result.shape, result.format};
      auto folded = fold(node.layer, std::span(&data, 1), std::span(&type, 1));
      ensure(folded.has_value(), "a rearranged constant can be computed");
      result.data = std::make_shared<const Constant>(std::move(folded->front()));
    }
    node.outputs.clear();  // nobody's results any more: `canonical` leaves the node out
  }
}

}  // namespace

std::string NameSet::unique(const std::string& name) {
  const auto [entry, is_new] = counts_.try_emplace(name, 1);
  int& count = entry->second;
  std::string candidate = name;
  for (bool is_free = is_new; !is_free; is_free = counts_.try_emplace(candidate, 1).second) {
    candidate = name + "_" + std::to_string(++count);
  }
  return candidate;
}

ValueId Draft::append(Value value, bool is_weight) {
  network_.values.push_back(std::move(value));
  weight_.push_back(is_weight);
  return network_.values.size() - 1;
}

ValueId Draft::input(const std::string& name, Sizes shape, NumberFormat format) {
  check_shape(shape);
  return append({.name = name, .shape = std::move(shape), .format = format}, false);
}

ValueId Draft::constant(const std::string& name, Sizes shape, NumberFormat format,
                        std::shared_ptr<const Constant> data) {
  check_shape(shape);
  Value value{.name = name, .shape = std::move(shape), .format = format, .is_constant = true};
  value.data = std::move(data);
  return append(std::move(value), true);
}

ValueId Draft::constant(const std::string& name, Constant data) {
  const Sizes shape = data.shape;
  const NumberFormat format = data.format;
  return constant(value_names_.unique(name), shape, format, std::make_shared<const Constant>(std::move(data)));
}

std::vector<ValueId> Draft::append_folded(const std::string& name, std::vector<Constant> constants) {
  std::vector<ValueId> outputs;
  for (Constant& folded : constants) {
    outputs.push_back(constant(name, std::move(folded)));
  }
  return outputs;
}

bool Draft::can_fold(const std::vector<const Constant*>& operands, const std::vector<TensorType>& results) {
  const auto is_small = [](const Sizes& shape) { return element_count(shape) <= small_constant; };
  std::int64_t elements = 0;
  for (const TensorType& result : results) {
    if (!is_small(result.shape)) {
      return false;
    }
    elements += element_count(result.shape);
  }
  // Small files must not grow without end by computing with the same constants again and again.
  folded_elements_ += elements;
  return folds_ && folded_elements_ <= most_folded_elements &&
         std::all_of(operands.begin(), operands.end(),
                     [&](const Constant* operand) { return operand == nullptr || is_small(operand->shape); });
}

std::vector<ValueId> Draft::add(const std::string& name, Layer layer, std::vector<ValueId> inputs) {
  std::vector<const Value*> operands;
  std::vector<const Constant*> constants;
  bool is_weight = true;
  bool is_known = true;
  for (const ValueId id : inputs) {
    operands.push_back(id == no_value ? nullptr : &network_.values[id]);
    constants.push_back(id == no_value ? nullptr : network_.values[id].data.get());
    is_weight = is_weight && (id == no_value || weight_[id]);
    is_known = is_known && (id == no_value || constants.back() != nullptr);
  }
  const bool is_image = operands.front() != nullptr && operands.front()->shape.size() > 2;
  layer = completed(std::move(layer), is_image ? operands.front()->shape.size() - 2 : 0);
  const auto types = infer(layer, operands);
  if (is_known && can_fold(constants, types)) {
    if (auto folded = fold(layer, constants, types)) {
      return append_folded(name, std::move(*folded));
    }
  }
  Node node{.name = node_names_.unique(name), .layer = std::move(layer), .inputs = std::move(inputs)};
  for (const TensorType& type : types) {
    node.outputs.push_back(
        append({.name = value_names_.unique(name), .shape = type.shape, .format = type.format}, is_weight));
  }
  network_.nodes.push_back(std::move(node));
  return network_.nodes.back().outputs;
}

ValueId Draft::capture(const Draft& outer, ValueId outer_id) {
  if (outer_id == no_value) {
    return no_value;
  }
  const auto [place, is_new] = captures_.try_emplace(outer_id, network_.values.size());
  if (is_new) {
    append(outer.value(outer_id), outer.is_weight(outer_id) && outer.value(outer_id).is_constant);
    if (!outer.value(outer_id).is_constant) {
      captured_.push_back(outer_id);
    }
  }
  return place->second;
}

Network Draft::finish(std::string name, const std::vector<ValueId>& inputs, const std::vector<ValueId>& outputs) {
  network_.name = std::move(name);
  network_.inputs = inputs;
  network_.outputs = outputs;
  network_ = canonical(network_);
  if (folds_) {
    fold_rearranged_weights(network_);
  }
  return canonical(network_);
}

Network canonical(const Network& network) {
  Network result{.name = network.name};
  Renumbering renumbering(network);
  const std::vector<bool> used = used_nodes(network);
  result.inputs = renumbering.copy(network.inputs);
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (used[i]) {
      const Node& node = network.nodes[i];
      const std::vector<ValueId> inputs = renumbering.copy(node.inputs);
      result.nodes.push_back({node.name, node.layer, inputs, renumbering.copy(node.outputs)});
    }
  }
  result.outputs = renumbering.copy(network.outputs);
  result.values = std::move(renumbering.values);
  return result;
}

}  // namespace pj
