#include <array>

#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

Recurrent::Direction direction(const NodeImport& node) {
  const std::string text = node.text("direction", "forward");
  if (text == "forward") {
    return Recurrent::Direction::Forward;
  }
  if (text != "reverse" && text != "bidirectional") {
    throw InputError("its direction is '" + text + "'; known: forward, reverse, bidirectional");
  }
  return text == "reverse" ? Recurrent::Direction::Reverse : Recurrent::Direction::Bidirectional;
}

Recurrent recurrent(const NodeImport& node, Recurrent::Cell cell) {
  if (node.rank(2) != 3) {
    throw InputError("its recurrent weights are " + shape_text(node.shape(2)) + "; they must have three axes");
  }
  return {.cell = cell,
          .direction = direction(node),
          .hidden = node.integer("hidden_size", node.shape(2)[2]),
          .activations = node.texts("activations"),
          .activation_alpha = node.reals("activation_alpha"),
          .activation_beta = node.reals("activation_beta"),
          .clip = node.real("clip", 0.0F),
          .batch_first = node.flag("layout", false)};
}

std::vector<ValueId> convert_rnn(NodeImport& node) {
  return node.add(recurrent(node, Recurrent::Cell::Rnn), node.inputs(6));
}

std::vector<ValueId> convert_gru(NodeImport& node) {
  Recurrent layer = recurrent(node, Recurrent::Cell::Gru);
  layer.linear_before_reset = node.flag("linear_before_reset", false);
  return node.add(layer, node.inputs(6));
}

std::vector<ValueId> convert_lstm(NodeImport& node) {
  Recurrent layer = recurrent(node, Recurrent::Cell::Lstm);
  layer.couple_input_forget = node.flag("input_forget", false);
  return node.add(layer, node.inputs(8));
}

constexpr std::array recurrent_rows{
    OperatorRow{"", "RNN", convert_rnn},
    OperatorRow{"", "GRU", convert_gru},
    OperatorRow{"", "LSTM", convert_lstm},
};

}  // namespace

std::span<const OperatorRow> recurrent_operators() {
  return recurrent_rows;
}

}  // namespace pj
