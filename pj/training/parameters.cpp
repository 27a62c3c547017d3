#include "pj/training/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "pj/base/random.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

using Part = Parameter::Part;

/// What an operand of a layer is; nothing where it is not learned.
struct OperandPart {
  std::size_t operand;
  Part part;
};

struct PartsOf {
  std::vector<OperandPart> operator()(const Convolution&) const { return {{1, Part::Weight}, {2, Part::Bias}}; }
  std::vector<OperandPart> operator()(const FullyConnected&) const { return {{1, Part::Weight}, {2, Part::Bias}}; }
  std::vector<OperandPart> operator()(const MatMul&) const {
    return {{0, Part::Weight}, {1, Part::Weight}, {2, Part::Bias}};
  }
  std::vector<OperandPart> operator()(const BatchNormalization&) const {
    return {{1, Part::Scale}, {2, Part::Shift}, {3, Part::Mean}, {4, Part::Variance}};
  }
  std::vector<OperandPart> operator()(const Recurrent&) const {
    return {{1, Part::RecurrentWeight}, {2, Part::RecurrentWeight}, {3, Part::RecurrentBias}};
  }
  std::vector<OperandPart> operator()(const Gather&) const { return {{0, Part::Embedding}}; }
  std::vector<OperandPart> operator()(const Activation&) const { return {{1, Part::Scale}}; }
  std::vector<OperandPart> operator()(const Elementwise& layer) const {
    const bool multiplies = layer.kind == Elementwise::Kind::Mul || layer.kind == Elementwise::Kind::Div;
    const Part part = multiplies ? Part::Scale : Part::Shift;
    return {{0, part}, {1, part}};
  }
  template <class Kind>
  std::vector<OperandPart> operator()(const Kind&) const {
    return {};
  }
};

bool is_learnable(const Value& value, const Node& node) {
  const bool is_real = value.format.kind == NumberFormat::Kind::Float;
  const bool is_formula = std::holds_alternative<Elementwise>(node.layer) && element_count(value.shape) < 2;
  return value.is_constant && is_real && (value.data == nullptr || !is_formula);
}

std::int64_t product(const Sizes& shape, std::size_t first) {
  return first >= shape.size() ? 1 : element_count({shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end()});
}

/// Fans of [outputs, inputs…]; a matrix product's may lie the other way round, and those of a cell are for one gate.
void set_fans(Parameter& parameter, const Node& node) {
  const Sizes& shape = parameter.shape;
  if (const auto* cell = std::get_if<Recurrent>(&node.layer)) {
    parameter.gates = gate_count(cell->cell);
    parameter.hidden = cell->hidden;
    parameter.fan_in = shape.back();
    parameter.fan_out = cell->hidden;
    return;
  }
  if (shape.size() < 2) {
    return;
  }
  parameter.fan_in = product(shape, 1);
  parameter.fan_out = shape[0];
  if (std::holds_alternative<Convolution>(node.layer)) {
    parameter.fan_out = shape[0] * product(shape, 2);
  } else if (const auto* layer = std::get_if<MatMul>(&node.layer)) {
    const bool outputs_first = layer->transpose_b;
    parameter.fan_in = outputs_first ? shape.back() : shape[shape.size() - 2];
    parameter.fan_out = outputs_first ? shape[shape.size() - 2] : shape.back();
  }
}

void add_parameters_of(const Network& network, const Node& node, std::vector<Parameter>& all) {
  for (const auto& [operand, part] : std::visit(PartsOf{}, node.layer)) {
    if (operand >= node.inputs.size() || node.inputs[operand] == no_value) {
      continue;
    }
    const ValueId id = node.inputs[operand];
    const Value& value = network.values[id];
    const bool is_known = std::any_of(all.begin(), all.end(), [&](const Parameter& p) { return p.value == id; });
    if (is_known || !is_learnable(value, node)) {
      continue;
    }
    const bool is_statistic = part == Part::Mean || part == Part::Variance;
    Parameter parameter{.name = value.name,
                        .value = id,
                        .role = is_statistic ? Parameter::Role::Statistic : Parameter::Role::Learned,
                        .part = part,
                        .shape = value.shape,
                        .size = static_cast<std::size_t>(element_count(value.shape))};
    set_fans(parameter, node);
    all.push_back(std::move(parameter));
  }
}

double normal(Rng& rng) {
  // Box and Muller 1958; 1 − u is never 0.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - rng.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * rng.uniform());
}

double drawn_weight(const Parameter& parameter, Initializer initializer, Rng& rng) {
  const auto in = static_cast<double>(std::max<std::int64_t>(parameter.fan_in, 1));
  const auto out = static_cast<double>(std::max<std::int64_t>(parameter.fan_out, 1));
  if (parameter.part == Part::Embedding) {
    return 0.1 * normal(rng);
  }
  if (parameter.part == Part::RecurrentWeight || initializer == Initializer::Xavier) {
    return std::sqrt(6.0 / (in + out)) * (2.0 * rng.uniform() - 1.0);
  }
  return std::sqrt(2.0 / in) * normal(rng);
}

/// LSTM: gates i, o, f, c of the input's biases; those of the recurrence stay 0.
double first_bias(const Parameter& parameter, std::size_t i) {
  const auto place = static_cast<std::int64_t>(i) % (2 * parameter.gates * parameter.hidden);
  return parameter.gates == 4 && place / parameter.hidden == 2 ? 1.0 : 0.0;
}

void draw(const Parameter& parameter, Initializer initializer, Rng& rng, std::span<double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    switch (parameter.part) {
      case Part::Weight:
      case Part::RecurrentWeight:
      case Part::Embedding:
        numbers[i] = drawn_weight(parameter, initializer, rng);
        break;
      case Part::Scale:
      case Part::Variance:
        numbers[i] = 1.0;
        break;
      case Part::RecurrentBias:
        numbers[i] = first_bias(parameter, i);
        break;
      default:
        numbers[i] = 0.0;
    }
  }
}

}  // namespace

const Parameter* ParameterList::find(ValueId value) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Parameter& p) { return p.value == value; });
  return value == no_value || found == all.end() ? nullptr : &*found;
}

ParameterList find_parameters(const Network& network) {
  ParameterList list;
  for (const Node& node : network.nodes) {
    add_parameters_of(network, node, list.all);
  }
  std::stable_partition(list.all.begin(), list.all.end(),
                        [](const Parameter& p) { return p.role == Parameter::Role::Learned; });
  place_numbers(list);
  return list;
}

void place_numbers(ParameterList& parameters) {
  parameters.size = parameters.learned = 0;
  for (Parameter& parameter : parameters.all) {
    parameter.first = parameters.size;
    parameters.size += parameter.size;
    parameters.learned += parameter.role == Parameter::Role::Learned ? parameter.size : 0;
  }
}

std::vector<double> initial_numbers(const Network& network, const ParameterList& parameters, Initializer initializer,
                                    std::uint64_t seed) {
  std::vector<double> numbers(parameters.size, 0.0);
  Rng rng(seed);
  for (const Parameter& parameter : parameters.all) {
    const auto own = parameter.of(std::span(numbers));
    if (!parameter.is_of_network()) {
      continue;
    }
    if (const auto& data = network.values[parameter.value].data; data != nullptr) {
      std::ranges::copy(real_numbers(*data), own.begin());
    } else {
      draw(parameter, initializer, rng, own);
    }
  }
  return numbers;
}

Network with_parameters(Network network, const ParameterList& parameters, std::span<const float> numbers) {
  for (const Parameter& parameter : parameters.all) {
    if (!parameter.is_of_network()) {
      continue;
    }
    const auto own = parameter.of(numbers);
    const std::vector<double> wide(own.begin(), own.end());
    Value& value = network.values[parameter.value];
    value.data = std::make_shared<const Constant>(constant_of(value.format, value.shape, wide));
  }
  return network;
}

}  // namespace pj
