#include "pj/compression/network_editor.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/onnx/draft.hpp"

namespace pj {

namespace {

std::vector<const Value*> operands_of(const Network& network, const Node& node) {
  std::vector<const Value*> operands;
  for (const ValueId id : node.inputs) {
    operands.push_back(id == no_value ? nullptr : &network.values.at(id));
  }
  return operands;
}

std::vector<TensorType> types_of(const Network& network, const Node& node) {
  try {
    return infer(node.layer, operands_of(network, node));
  } catch (const InputError& fault) {
    throw InputError("node '" + node.name + "': " + fault.what());
  }
}

void infer_anew(Network& network) {
  for (const Node& node : network.nodes) {
    const auto types = types_of(network, node);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      network.values[node.outputs[i]].shape = types.at(i).shape;
    }
  }
}

const Node* producer(const Network& network, ValueId value) {
  const auto found = std::find_if(network.nodes.begin(), network.nodes.end(), [&](const Node& node) {
    return std::find(node.outputs.begin(), node.outputs.end(), value) != node.outputs.end();
  });
  return found == network.nodes.end() ? nullptr : &*found;
}

}  // namespace

NetworkEditor::NetworkEditor(Network network)
    : network_(std::move(network)), before_(network_.nodes.size() + 1), removed_(network_.nodes.size(), false) {}

std::string NetworkEditor::unique(const std::string& name) const {
  const auto is_taken = [&](const std::string& candidate) {
    const auto named = [&](const auto& thing) { return thing.name == candidate; };
    const auto any_named = [&](const std::vector<Node>& nodes) { return std::ranges::any_of(nodes, named); };
    return std::ranges::any_of(network_.values, named) || any_named(network_.nodes) ||
           std::ranges::any_of(before_, any_named);
  };
  std::string candidate = name;
  for (int count = 2; is_taken(candidate); ++count) {
    candidate = name + "_" + std::to_string(count);
  }
  return candidate;
}

ValueId NetworkEditor::append(Value value) {
  network_.values.push_back(std::move(value));
  return network_.values.size() - 1;
}

ValueId NetworkEditor::constant(const std::string& name, Constant data, const Storage& storage) {
  Value value{.name = unique(name), .shape = data.shape, .format = data.format, .storage = storage};
  value.is_constant = true;
  value.data = std::make_shared<const Constant>(std::move(data));
  return append(std::move(value));
}

ValueId NetworkEditor::add_before(std::size_t node, const std::string& name, Layer layer, std::vector<ValueId> inputs) {
  Node added{.name = unique(name), .layer = std::move(layer), .inputs = std::move(inputs)};
  const auto operands = operands_of(network_, added);
  const bool is_image = operands.front() != nullptr && operands.front()->shape.size() > 2;
  added.layer = completed(std::move(added.layer), is_image ? operands.front()->shape.size() - 2 : 0);
  const auto types = types_of(network_, added);
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string own = i == 0 ? added.name : unique(added.name + ":" + std::to_string(i));
    added.outputs.push_back(append({.name = own, .shape = types[i].shape, .format = types[i].format}));
  }
  const ValueId first = added.outputs.front();
  before_.at(node).push_back(std::move(added));
  return first;
}

void NetworkEditor::remove(std::size_t node) {
  removed_.at(node) = true;
}

void NetworkEditor::replace_uses(ValueId old_value, ValueId new_value) {
  const auto replace_in = [&](std::vector<Node>& nodes) {
    for (Node& node : nodes) {
      std::ranges::replace(node.inputs, old_value, new_value);
    }
  };
  replace_in(network_.nodes);
  std::ranges::for_each(before_, replace_in);
  std::ranges::replace(network_.outputs, old_value, new_value);
}

Network NetworkEditor::finish() {
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
    std::ranges::move(before_[i], std::back_inserter(nodes));
    if (!removed_[i]) {
      nodes.push_back(std::move(network_.nodes[i]));
    }
  }
  std::ranges::move(before_.back(), std::back_inserter(nodes));
  network_.nodes = std::move(nodes);
  infer_anew(network_);
  return canonical(network_);
}

Constant constant_elements(const Network& network, ValueId value) {
  const Value& wanted = network.values.at(value);
  if (wanted.data != nullptr) {
    return *wanted.data;
  }
  const Node* node = producer(network, value);
  if (wanted.is_constant || node == nullptr) {
    throw InputError("the elements of '" + wanted.name + "' are not known; give a network with its weights, as .onnx");
  }
  std::vector<Constant> elements;
  for (const ValueId id : node->inputs) {
    elements.push_back(id == no_value ? Constant{} : constant_elements(network, id));
  }
  std::vector<const Constant*> operands;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    operands.push_back(node->inputs[i] == no_value ? nullptr : &elements[i]);
  }
  const auto place = std::find(node->outputs.begin(), node->outputs.end(), value) - node->outputs.begin();
  return execute(node->layer, operands).at(static_cast<std::size_t>(place));
}

}  // namespace pj
