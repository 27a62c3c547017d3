#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

/// A matrix operand split into its leading axes and its last two; a vector has one row (or column).
struct Matrix {
  Sizes batch;
  std::int64_t rows = 1, columns = 1;
};

Matrix matrix(Sizes shape, bool transpose, bool vector_is_column) {
  if (shape.empty()) {
    throw InputError("a scalar operand; a matrix product needs at least one axis, so use a multiplication");
  }
  const bool is_vector = shape.size() == 1;
  if (is_vector) {
    shape.insert(vector_is_column ? shape.end() : shape.begin(), 1);
  }
  Matrix result{.batch = {shape.begin(), shape.end() - 2}, .rows = shape[shape.size() - 2], .columns = shape.back()};
  if (transpose && !is_vector) {
    std::swap(result.rows, result.columns);
  }
  return result;
}

/// The operands of a recurrent layer, in ONNX's order, with the shapes that they must have.
struct RecurrentShapes {
  std::int64_t steps, batch, input, directions, gates, hidden, output;

  Sizes state(std::int64_t size, bool batch_first) const {
    return batch_first ? Sizes{batch, directions, size} : Sizes{directions, batch, size};
  }
};

RecurrentShapes recurrent_shapes(const Recurrent& layer, const Sizes& input) {
  if (input.size() != 3) {
    throw InputError("its input is " + shape_text(input) + "; it must be " +
                     (layer.batch_first ? "batch × time × features" : "time × batch × features"));
  }
  if (layer.hidden < 1 || layer.projection < 0) {
    throw InputError("a hidden size of " + std::to_string(layer.hidden) + " and a projection of " +
                     std::to_string(layer.projection) +
                     "; the hidden size must be at least 1, the projection 0 or more");
  }
  if (layer.projection > 0 && layer.cell != Recurrent::Cell::Lstm) {
    throw InputError("a projection of " + std::to_string(layer.projection) + "; only an LSTM has one, so use 0");
  }
  return {.steps = input[layer.batch_first ? 1 : 0],
          .batch = input[layer.batch_first ? 0 : 1],
          .input = input[2],
          .directions = direction_count(layer.direction),
          .gates = size_product(gate_count(layer.cell), layer.hidden),
          .hidden = layer.hidden,
          .output = layer.projection > 0 ? layer.projection : layer.hidden};
}

void check_cell(const Recurrent& layer, const Operands& operands) {
  const bool is_lstm = layer.cell == Recurrent::Cell::Lstm;
  if (!is_lstm && (operands.has(6) || operands.has(7))) {
    throw InputError("an initial cell state or peepholes; only an LSTM has them, so leave them out");
  }
  if (operands.has(8) != (layer.projection > 0)) {
    throw InputError(operands.has(8) ? "projection weights without a projection; give its size"
                                     : "a projection without weights; give them as the ninth operand");
  }
  const std::size_t functions = layer.cell == Recurrent::Cell::Rnn ? 1 : is_lstm ? 3 : 2;
  const std::size_t needed = functions * static_cast<std::size_t>(direction_count(layer.direction));
  if (!layer.activations.empty() && layer.activations.size() != needed) {
    throw InputError("it names " + counted(std::ssize(layer.activations), "activation") + "; name " +
                     std::to_string(needed) + " or none");
  }
}

}  // namespace

TensorTypes infer_types(const FullyConnected&, const Operands& operands) {
  operands.require(2, {"input", "weights", "bias"});
  const Sizes& input = operands.shape(0);
  const Sizes& weights = operands.shape(1);
  if (input.size() < 2) {
    throw InputError("its input is " + shape_text(input) + "; it must be batch × features");
  }
  const std::int64_t features = element_count({input.begin() + 1, input.end()});
  if (weights.size() != 2 || weights[1] != features) {
    throw InputError("its weights are " + shape_text(weights) + "; an input of " + shape_text(input) +
                     " needs outputs × " + std::to_string(features));
  }
  operands.require_shape(2, "bias", {weights[0]});
  return {{{input[0], weights[0]}, operands.format(0)}};
}

TensorTypes infer_types(const MatMul& layer, const Operands& operands) {
  operands.require(2, {"A", "B", "C"});
  const Matrix a = matrix(operands.shape(0), layer.transpose_a, false);
  const Matrix b = matrix(operands.shape(1), layer.transpose_b, true);
  if (a.columns != b.rows) {
    throw InputError("A is " + shape_text(operands.shape(0)) + (layer.transpose_a ? " transposed" : "") + " and B " +
                     shape_text(operands.shape(1)) + (layer.transpose_b ? " transposed" : "") + ": " +
                     counted(a.columns, "column") + " against " + counted(b.rows, "row") + "; they must be equal");
  }
  Sizes output = broadcast(a.batch, b.batch);
  if (operands.rank(0) > 1) {
    output.push_back(a.rows);
  }
  if (operands.rank(1) > 1) {
    output.push_back(b.columns);
  }
  operands.require_stretchable(2, "C", output);
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Recurrent& layer, const Operands& operands) {
  operands.require(3, {"input", "weights", "recurrent weights", "bias", "sequence lengths", "initial output",
                       "initial cell state", "peepholes", "projection weights"});
  const RecurrentShapes s = recurrent_shapes(layer, operands.shape(0));
  check_cell(layer, operands);
  operands.require_shape(1, "weights", {s.directions, s.gates, s.input});
  operands.require_shape(2, "recurrent weights", {s.directions, s.gates, s.output});
  operands.require_shape(3, "bias", {s.directions, size_product(2, s.gates)});
  operands.require_shape(4, "sequence lengths", {s.batch});
  operands.require_shape(5, "initial output", s.state(s.output, layer.batch_first));
  operands.require_shape(6, "initial cell state", s.state(s.hidden, layer.batch_first));
  operands.require_shape(7, "peepholes", {s.directions, size_product(3, s.hidden)});
  operands.require_shape(8, "projection weights", {s.directions, s.output, s.hidden});
  const Sizes all = layer.batch_first ? Sizes{s.batch, s.steps, s.directions, s.output}
                                      : Sizes{s.steps, s.directions, s.batch, s.output};
  TensorTypes types{{all, operands.format(0)}, {s.state(s.output, layer.batch_first), operands.format(0)}};
  if (layer.cell == Recurrent::Cell::Lstm) {
    types.push_back({s.state(s.hidden, layer.batch_first), operands.format(0)});
  }
  return types;
}

}  // namespace pj
