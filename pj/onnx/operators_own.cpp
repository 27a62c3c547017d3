#include <array>

#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

// Layers that ONNX has no operator for are written in the domain `picojoule` (export_own.cpp).

std::vector<ValueId> read_fully_connected(NodeImport& node) {
  return node.add(FullyConnected{}, node.inputs(3));
}

std::vector<ValueId> read_matmul(NodeImport& node) {
  return node.add(MatMul{.transpose_a = node.flag("transA", false),
                         .transpose_b = node.flag("transB", false),
                         .alpha = node.real("alpha", 1.0F),
                         .beta = node.real("beta", 1.0F)},
                  node.inputs(3));
}

std::vector<ValueId> read_swish(NodeImport& node) {
  return node.add(Activation{.kind = Activation::Kind::Swish}, {node.input(0)});
}

std::vector<ValueId> read_step(NodeImport& node) {
  return node.add(Activation{.kind = Activation::Kind::Step}, {node.input(0)});
}

template <bool logarithm>
std::vector<ValueId> read_flattened_softmax(NodeImport& node) {
  return node.add(Softmax{.axis = node.integer("axis", 1), .logarithm = logarithm, .flatten = true}, {node.input(0)});
}

std::vector<ValueId> read_cast(NodeImport& node) {
  return node.add(Cast{.to = parse_format(node.text("to", "")), .saturate = node.flag("saturate", true)},
                  {node.input(0)});
}

std::vector<ValueId> read_quantize(NodeImport& node) {
  return node.add(Quantize{.axis = node.integer("axis", 1),
                           .block = node.integer("block_size", 0),
                           .to = parse_format(node.text("to", ""))},
                  node.inputs(3));
}

std::vector<ValueId> read_product(NodeImport& node) {
  return node.add(Elementwise{Elementwise::Kind::Mul}, node.inputs());
}

/// The lists of channels stand one behind the other; `counts` says how long each is.
std::vector<Sizes> read_connections(const NodeImport& node) {
  const Sizes channels = node.integers("channels");
  std::vector<Sizes> connections;
  std::size_t begin = 0;
  for (const std::int64_t count : node.integers("counts")) {
    if (count < 0 || static_cast<std::size_t>(count) > channels.size() - begin) {
      throw InputError("its connection table is cut off; export the network again");
    }
    const auto first = channels.begin() + static_cast<std::ptrdiff_t>(begin);
    connections.emplace_back(first, first + count);
    begin += static_cast<std::size_t>(count);
  }
  return connections;
}

std::vector<ValueId> read_convolution(NodeImport& node) {
  return node.add(Convolution{.stride = node.integers("strides"),
                              .dilation = node.integers("dilations"),
                              .pad_begin = node.integers("pad_begin"),
                              .pad_end = node.integers("pad_end"),
                              .connections = read_connections(node)},
                  node.inputs(3));
}

/// An attribute that numbers the values of an enumeration up to `last`.
template <class Kind>
Kind read_kind(const NodeImport& node, const char* attribute, Kind last) {
  const std::int64_t kind = node.integer(attribute);
  if (kind < 0 || kind > static_cast<std::int64_t>(last)) {
    throw InputError("its " + std::string(attribute) + " is " + std::to_string(kind) + ", which is not known");
  }
  return static_cast<Kind>(kind);
}

std::vector<ValueId> read_projected_lstm(NodeImport& node) {
  return node.add(Recurrent{.cell = Recurrent::Cell::Lstm,
                            .direction = read_kind(node, "direction", Recurrent::Direction::Bidirectional),
                            .hidden = node.integer("hidden_size"),
                            .projection = node.integer("projection"),
                            .activations = node.texts("activations"),
                            .activation_alpha = node.reals("activation_alpha"),
                            .activation_beta = node.reals("activation_beta"),
                            .clip = node.real("clip", 0.0F),
                            .couple_input_forget = node.flag("input_forget", false),
                            .batch_first = node.flag("layout", false)},
                  node.inputs(9));
}

std::vector<ValueId> read_normalization(NodeImport& node) {
  return node.add(Normalization{.kind = read_kind(node, "kind", Normalization::Kind::MeanVariance),
                                .axis = node.integer("axis", -1),
                                .axes = node.integers("axes"),
                                .groups = node.integer("groups", 1),
                                .epsilon = node.real("epsilon", 1e-5F)},
                  node.inputs(3));
}

constexpr std::array own_rows{
    OperatorRow{"picojoule", "FullyConnected", read_fully_connected},
    OperatorRow{"picojoule", "MatMul", read_matmul},
    OperatorRow{"picojoule", "Swish", read_swish},
    OperatorRow{"picojoule", "Step", read_step},
    OperatorRow{"picojoule", "FlattenedSoftmax", read_flattened_softmax<false>},
    OperatorRow{"picojoule", "FlattenedLogSoftmax", read_flattened_softmax<true>},
    OperatorRow{"picojoule", "Cast", read_cast},
    OperatorRow{"picojoule", "Quantize", read_quantize},
    OperatorRow{"picojoule", "Product", read_product},
    OperatorRow{"picojoule", "ConnectedConv", read_convolution},
    OperatorRow{"picojoule", "ProjectedLstm", read_projected_lstm},
    OperatorRow{"picojoule", "Normalization", read_normalization},
};

}  // namespace

std::span<const OperatorRow> own_operators() {
  return own_rows;
}

}  // namespace pj
