#include "pj/network/receptive_field.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace pj {

namespace {

/// The index in `sizes`, whose spatial axes come last, of the height (0) or width (1).
std::optional<std::size_t> index_of(std::size_t axis, std::size_t entries, std::size_t others) {
  const std::size_t from_end = 2 - axis;
  return entries >= others + from_end ? std::optional(entries - from_end) : std::nullopt;
}

/// The size of a tensor N × C × spatial along the height (0) or width (1); 1 where it has no such axis.
std::int64_t map_size(const Sizes& shape, std::size_t axis) {
  const auto index = index_of(axis, shape.size(), 2);
  return index ? shape[*index] : 1;
}

/// The entry of an attribute with one entry a spatial axis.
std::int64_t entry(const Sizes& sizes, std::size_t axis, std::int64_t otherwise) {
  const auto index = index_of(axis, sizes.size(), 0);
  return index ? sizes[*index] : otherwise;
}

AxisField collapsed(const AxisField& field) {
  return {.size = field.whole(), .jump = field.jump, .positions = 1};
}

/// The same field at `positions` elements that lie `factor` as far apart.
AxisField spread(const AxisField& field, double factor, std::int64_t positions) {
  return {.size = field.size, .jump = field.jump * factor, .positions = positions};
}

double number(std::int64_t count) {
  return static_cast<double>(count);
}

/// The change of one axis' field by each layer kind; `field` is the largest of the operands.
struct FieldRule {
  const Network& network;
  const Node& node;
  const ConstantSources& sources;
  std::size_t axis;
  AxisField field;

  const Sizes& input(std::size_t i = 0) const { return network.values[node.inputs[i]].shape; }
  std::int64_t rows_in() const { return map_size(input(), axis); }
  std::int64_t rows_out() const { return map_size(network.values[node.outputs[0]].shape, axis); }

  template <class Kind>
  AxisField operator()(const Kind&) const {
    const bool is_map = network.values[node.outputs[0]].shape.size() >= 4;
    return spread(field, 1.0, is_map ? rows_out() : field.positions);
  }
  AxisField operator()(const Convolution& layer) const {
    const double stride = number(entry(layer.stride, axis, 1));
    const double reach = number(entry(layer.dilation, axis, 1)) * number(map_size(input(1), axis) - 1);
    AxisField result = spread(field, layer.transposed ? 1.0 / stride : stride, rows_out());
    // An output of a transposed convolution meets every U-th row of the filter.
    result.size += (layer.transposed ? std::ceil((reach + 1.0) / stride) - 1.0 : reach) * field.jump;
    return result;
  }
  AxisField operator()(const Pooling& layer) const {
    if (layer.kernel.empty()) {
      return collapsed({.size = field.size, .jump = field.jump, .positions = rows_in()});
    }
    AxisField result = spread(field, number(entry(layer.stride, axis, 1)), rows_out());
    result.size += number(entry(layer.dilation, axis, 1)) * number(entry(layer.kernel, axis, 1) - 1) * field.jump;
    return result;
  }
  AxisField operator()(const FullyConnected&) const { return collapsed(field); }
  AxisField operator()(const MatMul&) const {
    const bool is_activation = sources[node.inputs[0]] == nullptr && sources[node.inputs[1]] == nullptr;
    const std::size_t data = sources[node.inputs[0]] == nullptr ? 0 : 1;
    return is_activation || input(data).size() <= 2 ? collapsed(field) : field;
  }
  AxisField operator()(const Reduce& layer) const {
    const auto index = index_of(axis, input().size(), 2);
    const auto names_axis = [&](std::int64_t named) {
      const auto rank = static_cast<std::int64_t>(input().size());
      return index && static_cast<std::size_t>(named < 0 ? named + rank : named) == *index;
    };
    const bool folds = layer.axes.empty() || std::any_of(layer.axes.begin(), layer.axes.end(), names_axis);
    return folds ? collapsed(field) : field;
  }
  AxisField operator()(const Resize& layer) const {
    AxisField result = spread(field, number(rows_in()) / number(std::max<std::int64_t>(rows_out(), 1)), rows_out());
    const double taps = layer.mode == Resize::Mode::Nearest ? 1.0 : layer.mode == Resize::Mode::Linear ? 2.0 : 4.0;
    result.size += rows_in() == rows_out() ? 0.0 : (taps - 1.0) * field.jump;
    return result;
  }
  AxisField operator()(const DepthToSpace& layer) const {
    const double block = number(layer.block);
    AxisField result = spread(field, layer.inverse ? block : 1.0 / block, rows_out());
    result.size += layer.inverse ? (block - 1.0) * field.jump : 0.0;
    return result;
  }
  AxisField operator()(const Slice& layer) const {
    double step = 1.0;
    for (std::size_t i = 0; i < layer.steps.size(); ++i) {
      const auto rank = static_cast<std::int64_t>(input().size());
      const std::int64_t named = layer.axes.empty() ? static_cast<std::int64_t>(i) : layer.axes[i];
      const auto index = static_cast<std::size_t>(named < 0 ? named + rank : named);
      step = index_of(axis, input().size(), 2) == index ? std::abs(number(layer.steps[i])) : step;
    }
    return spread(field, step, rows_out());
  }
};

Field largest(const Field& a, const Field& b) {
  Field result;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    result[axis] = {.size = std::max(a[axis].size, b[axis].size),
                    .jump = std::max(a[axis].jump, b[axis].jump),
                    .positions = std::max(a[axis].positions, b[axis].positions)};
  }
  return result;
}

/// The largest field among the operands that depend on the network's inputs.
Field operand_field(const Node& node, const std::vector<Field>& fields, const ConstantSources& sources) {
  std::optional<Field> result;
  for (const ValueId id : node.inputs) {
    if (id != no_value && sources[id] == nullptr) {
      result = result ? largest(*result, fields[id]) : fields[id];
    }
  }
  return result.value_or(Field{});
}

/// The fields of a branch's outputs; its inputs are the operands behind the condition.
std::vector<Field> branch_fields(const Network& branch, const Node& node, const std::vector<Field>& fields,
                                 const ConstantSources& sources) {
  std::vector<Field> inputs;
  std::vector<const Value*> constants;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    inputs.push_back(fields[node.inputs[i]]);
    constants.push_back(sources[node.inputs[i]]);
  }
  const std::vector<Field> inside = receptive_fields(branch, constant_sources(branch, constants), inputs);
  std::vector<Field> outputs;
  for (const ValueId id : branch.outputs) {
    outputs.push_back(inside[id]);
  }
  return outputs;
}

std::vector<Field> if_fields(const If& layer, const Node& node, const std::vector<Field>& fields,
                             const ConstantSources& sources) {
  std::vector<Field> outputs = branch_fields(*layer.then_branch, node, fields, sources);
  const std::vector<Field> others = branch_fields(*layer.else_branch, node, fields, sources);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i] = largest(outputs[i], others[i]);
  }
  return outputs;
}

std::vector<Field> output_fields(const Network& network, const Node& node, const std::vector<Field>& fields,
                                 const ConstantSources& sources) {
  if (const auto* branches = std::get_if<If>(&node.layer)) {
    return if_fields(*branches, node, fields, sources);
  }
  Field field = operand_field(node, fields, sources);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    field[axis] = std::visit(FieldRule{network, node, sources, axis, field[axis]}, node.layer);
  }
  return std::vector<Field>(node.outputs.size(), field);
}

Field input_field(const Sizes& shape) {
  Field field;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    field[axis].positions = map_size(shape, axis);
  }
  return field;
}

}  // namespace

std::vector<Field> receptive_fields(const Network& network, const ConstantSources& sources,
                                    std::span<const Field> inputs) {
  std::vector<Field> fields(network.values.size());
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const ValueId id = network.inputs[i];
    fields[id] = i < inputs.size() ? inputs[i] : input_field(network.values[id].shape);
  }
  for (const Node& node : network.nodes) {
    const std::vector<Field> outputs = output_fields(network, node, fields, sources);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      fields[node.outputs[i]] = outputs[i];
    }
  }
  return fields;
}

}  // namespace pj
