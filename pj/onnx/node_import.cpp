#include "pj/onnx/node_import.hpp"

#include <cmath>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

std::int64_t version_of(const Scope& scope, const OnnxNode& node) {
  const auto entry = scope.opsets.find(node.domain);
  return entry == scope.opsets.end() ? 1 : entry->second;
}

ValueId resolve(Scope& scope, const std::string& name) {
  if (name.empty()) {
    return no_value;
  }
  if (const auto id = scope.find(name)) {
    return *id;
  }
  throw InputError("its input '" + name + "' is made by no node and is no input or weight; the file is damaged");
}

}  // namespace

NodeImport::NodeImport(Scope& scope, const OnnxNode& node)
    : scope_(scope), node_(node), opset_(version_of(scope, node)) {
  for (const std::string& name : node.inputs) {
    inputs_.push_back(resolve(scope, name));
  }
}

const OnnxAttribute::Value* NodeImport::find(const std::string& attribute) const {
  const auto entry = node_.attributes.find(attribute);
  if (entry == node_.attributes.end()) {
    return nullptr;
  }
  const OnnxAttribute* value = &entry->second;
  if (const auto* given = scope_.attributes; !value->reference.empty()) {
    const bool is_given = given != nullptr && given->contains(value->reference);
    value = is_given ? given->at(value->reference) : nullptr;
  }
  return value == nullptr || std::holds_alternative<std::monostate>(value->value) ? nullptr : &value->value;
}

template <class Kind>
const Kind* NodeImport::get(const std::string& attribute, const char* kind) const {
  const auto* value = find(attribute);
  if (value != nullptr && !std::holds_alternative<Kind>(*value)) {
    throw InputError("its attribute '" + attribute + "' has the wrong type; it must be " + kind);
  }
  return value == nullptr ? nullptr : &std::get<Kind>(*value);
}

std::int64_t NodeImport::integer(const std::string& attribute, std::int64_t otherwise) const {
  const auto* value = get<std::int64_t>(attribute, "a whole number");
  return value == nullptr ? otherwise : *value;
}

std::int64_t NodeImport::integer(const std::string& attribute) const {
  if (!has(attribute)) {
    throw InputError("its attribute '" + attribute + "' is missing; it must be a whole number");
  }
  return integer(attribute, 0);
}

float NodeImport::real(const std::string& attribute, float otherwise) const {
  const auto* value = get<float>(attribute, "a number");
  if (value != nullptr && std::isnan(*value)) {
    throw InputError("its attribute '" + attribute + "' is no number (NaN); the file is damaged");
  }
  return value == nullptr ? otherwise : *value;
}

std::string NodeImport::text(const std::string& attribute, const std::string& otherwise) const {
  const auto* value = get<std::string>(attribute, "a text");
  return value == nullptr ? otherwise : *value;
}

Sizes NodeImport::integers(const std::string& attribute) const {
  const auto* value = get<Sizes>(attribute, "a list of whole numbers");
  return value == nullptr ? Sizes{} : *value;
}

std::vector<float> NodeImport::reals(const std::string& attribute) const {
  const auto* value = get<std::vector<float>>(attribute, "a list of numbers");
  return value == nullptr ? std::vector<float>{} : *value;
}

std::vector<std::string> NodeImport::texts(const std::string& attribute) const {
  const auto* value = get<std::vector<std::string>>(attribute, "a list of texts");
  return value == nullptr ? std::vector<std::string>{} : *value;
}

const OnnxTensor* NodeImport::tensor(const std::string& attribute) const {
  return get<OnnxTensor>(attribute, "a tensor");
}

std::shared_ptr<const OnnxGraph> NodeImport::graph(const std::string& attribute) const {
  const auto* value = get<std::shared_ptr<const OnnxGraph>>(attribute, "a graph");
  if (value == nullptr) {
    throw InputError("its attribute '" + attribute + "' is missing; it must be a graph");
  }
  return *value;
}

ValueId NodeImport::input(std::size_t i) const {
  if (!has_input(i)) {
    throw InputError("its input " + std::to_string(i) + " is missing; it has " + std::to_string(inputs_.size()));
  }
  return inputs_[i];
}

std::vector<ValueId> NodeImport::inputs(std::size_t count) const {
  std::vector<ValueId> operands(inputs_.begin(),
                                inputs_.begin() + static_cast<std::ptrdiff_t>(std::min(count, inputs_.size())));
  while (!operands.empty() && operands.back() == no_value) {
    operands.pop_back();
  }
  if (operands.empty()) {
    throw InputError("it has no inputs; the file is damaged");
  }
  return operands;
}

std::int64_t NodeImport::axis(std::int64_t given, std::size_t of_input) const {
  return static_cast<std::int64_t>(axis_index(given, shape(of_input).size()));
}

const Constant& NodeImport::known(ValueId id, const std::string& what) const {
  const Value& source = value(id);
  if (source.data == nullptr) {
    const bool is_large = source.is_constant && element_count(source.shape) > 0;
    throw InputError("its " + what + " '" + source.name + "' " +
                     (is_large ? "has no elements in the file; read the model with its weights"
                               : "depends on the network's input, so that shapes would not be fixed; give a fixed "
                                 "input shape, or simplify the model with constant shapes"));
  }
  return *source.data;
}

Sizes NodeImport::known_integers(std::size_t i, const std::string& what) const {
  return whole_numbers(known(input(i), what));
}

std::vector<double> NodeImport::known_reals(std::size_t i, const std::string& what) const {
  return real_numbers(known(input(i), what));
}

std::int64_t NodeImport::known_integer(std::size_t i, const std::string& what) const {
  return static_cast<std::int64_t>(known_real(i, what));
}

double NodeImport::known_real(std::size_t i, const std::string& what) const {
  const std::vector<double> numbers = known_reals(i, what);
  if (numbers.size() != 1) {
    throw InputError("its " + what + " has " + std::to_string(numbers.size()) + " elements; it must have one");
  }
  return numbers.front();
}

std::optional<Sizes> NodeImport::integers_or_input(const std::string& attribute, std::size_t i) const {
  if (has_input(i)) {
    return known_integers(i, attribute);
  }
  return has(attribute) ? std::optional(integers(attribute)) : std::nullopt;
}

std::string NodeImport::part_name(const std::string& part) const {
  return scope_.prefix + own_name(node_) + (part.empty() ? "" : "/" + part);
}

std::vector<ValueId> NodeImport::add(Layer layer, std::vector<ValueId> inputs, const std::string& part) {
  return scope_.draft().add(part_name(part), std::move(layer), std::move(inputs));
}

ValueId NodeImport::add_one(Layer layer, std::vector<ValueId> inputs, const std::string& part) {
  return add(std::move(layer), std::move(inputs), part).front();
}

ValueId NodeImport::constant(Constant constant, const std::string& part) {
  return scope_.draft().constant(part_name(part), std::move(constant));
}

void NodeImport::reserve(const Sizes& shape, const NumberFormat& format) const {
  ImportState& state = scope_.state();
  const auto bytes = checked_product(element_count(shape), stored_bytes(format));
  if (!bytes || *bytes > state.options.generated_limit - state.generated) {
    throw InputError("it makes a constant of " + shape_text(shape) + ", and the model makes more than " +
                     grouped(state.options.generated_limit) +
                     " bytes out of nothing; store such constants in the file");
  }
  state.generated += *bytes;
}

ValueId NodeImport::number(double number, const NumberFormat& format, const std::string& part) {
  return constant(constant_of(format, {}, std::span<const double>(&number, 1)), part);
}

ValueId combine(NodeImport& node, Elementwise::Kind kind, ValueId a, ValueId b, const std::string& part) {
  return node.add_one(Elementwise{kind}, {a, b}, part);
}

ValueId apply(NodeImport& node, Activation::Kind kind, ValueId a, const std::string& part) {
  return node.add_one(Activation{.kind = kind}, {a}, part);
}

}  // namespace pj
