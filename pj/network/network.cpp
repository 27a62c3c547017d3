#include "pj/network/network.hpp"

#include <algorithm>
#include <utility>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

/// `Leaky ReLU` as part of a name: `leaky_relu`.
std::string word(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    const bool upper = c >= 'A' && c <= 'Z';
    return c == ' ' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void check_size(const std::string& what, const Sizes& shape) {
  try {
    check_shape(shape);
  } catch (const InputError& error) {
    throw InputError(what + ": " + error.what());
  }
}

/// The number of spatial axes of a node's first operand; 0 where it is no image.
std::size_t spatial_axes(const std::vector<const Value*>& operands) {
  const bool known = !operands.empty() && operands.front() != nullptr;
  return known && operands.front()->shape.size() > 2 ? operands.front()->shape.size() - 2 : 0;
}

}  // namespace

bool Value::operator==(const Value& other) const {
  const bool same_data = data == other.data || (data != nullptr && other.data != nullptr && *data == *other.data);
  return same_data && name == other.name && shape == other.shape && format == other.format &&
         storage == other.storage && is_constant == other.is_constant;
}

bool If::operator==(const If& other) const {
  const auto same = [](const auto& a, const auto& b) { return a == b || (a != nullptr && b != nullptr && *a == *b); };
  return same(then_branch, other.then_branch) && same(else_branch, other.else_branch);
}

std::int64_t element_count(const Sizes& shape) {
  const bool is_empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  std::int64_t count = is_empty ? 0 : 1;
  for (const std::int64_t size : shape) {
    const auto product = size < 0 ? std::nullopt : checked_product(count, size);
    if (!product) {
      throw InputError("the shape " + shape_text(shape) + " has a negative size or more than 2^62 elements; " +
                       "use sizes that fit a memory");
    }
    count = *product;
  }
  return count;
}

std::string shape_text(const Sizes& shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(size);
  }
  return text.empty() ? "scalar" : text;
}

NetworkBuilder::NetworkBuilder(std::string name) {
  network_.name = std::move(name);
}

ValueId NetworkBuilder::input(const std::string& name, Sizes shape, NumberFormat format) {
  check_size("input '" + name + "'", shape);
  const ValueId id = append({.name = name, .shape = std::move(shape), .format = format});
  network_.inputs.push_back(id);
  return id;
}

ValueId NetworkBuilder::weight(const std::string& name, Sizes shape, NumberFormat format) {
  check_size("weight '" + name + "'", shape);
  return append({.name = name, .shape = std::move(shape), .format = format, .is_constant = true});
}

ValueId NetworkBuilder::constant(const std::string& name, std::shared_ptr<const Constant> data) {
  ensure(data != nullptr, "a constant has elements");
  check_size("constant '" + name + "'", data->shape);
  const auto bytes = checked_product(element_count(data->shape), stored_bytes(data->format));
  if (!bytes || std::cmp_not_equal(*bytes, data->bytes.size())) {
    throw InputError("constant '" + name + "': it has " + std::to_string(data->bytes.size()) + " bytes, which is not " +
                     shape_text(data->shape) + " elements of " + to_string(data->format));
  }
  Value value{.name = name, .shape = data->shape, .format = data->format, .is_constant = true};
  value.data = std::move(data);
  return append(std::move(value));
}

std::vector<ValueId> NetworkBuilder::add(const std::string& name, Layer layer, std::vector<ValueId> inputs) {
  std::vector<const Value*> operands;
  for (const ValueId id : inputs) {
    ensure(id == no_value || id < network_.values.size(), "a node's operands are values of the network");
    operands.push_back(id == no_value ? nullptr : &network_.values[id]);
  }
  Node node{.name = name.empty() ? word(kind_name(layer)) : name};
  std::vector<TensorType> types;
  try {
    node.layer = completed(std::move(layer), spatial_axes(operands));
    types = infer(node.layer, operands);
  } catch (const InputError& error) {
    throw InputError("node '" + node.name + "': " + error.what());
  }
  node.name = unique(node.name, node_names_);
  node.inputs = std::move(inputs);
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string result = i == 0 ? node.name : node.name + ":" + std::to_string(i);
    node.outputs.push_back(append({.name = result, .shape = std::move(types[i].shape), .format = types[i].format}));
  }
  network_.nodes.push_back(std::move(node));
  return network_.nodes.back().outputs;
}

ValueId NetworkBuilder::add_one(const std::string& name, Layer layer, std::vector<ValueId> inputs) {
  const std::vector<ValueId> outputs = add(name, std::move(layer), std::move(inputs));
  ensure(outputs.size() == 1, "add_one adds a layer with one output");
  return outputs.front();
}

const Value& NetworkBuilder::value(ValueId id) const {
  ensure(id < network_.values.size(), "the builder is asked for a value of its network");
  return network_.values[id];
}

Network NetworkBuilder::finish(std::vector<ValueId> outputs) {
  for (const ValueId id : outputs) {
    ensure(id < network_.values.size(), "a network's outputs are its values");
  }
  network_.outputs = std::move(outputs);
  return std::move(network_);
}

std::string NetworkBuilder::unique(const std::string& name, NameCounts& taken) {
  for (;;) {
    const int count = ++taken[name];
    if (count == 1) {
      return name;
    }
    const std::string candidate = name + "_" + std::to_string(count);
    if (taken.try_emplace(candidate, 1).second) {
      return candidate;
    }
  }
}

ValueId NetworkBuilder::append(Value value) {
  value.name = unique(value.name, value_names_);
  network_.values.push_back(std::move(value));
  return network_.values.size() - 1;
}

}  // namespace pj
