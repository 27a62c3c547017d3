#include <algorithm>

#include "pj/onnx/export.hpp"

namespace pj {

namespace {

Sizes joined(Sizes sizes, const Sizes& more) {
  sizes.insert(sizes.end(), more.begin(), more.end());
  return sizes;
}

bool is_ones(const Sizes& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size == 1; });
}

/// The lists of channels one behind the other, and how long each is.
Attributes connection_table(const Convolution& layer) {
  Sizes channels, counts;
  for (const Sizes& row : layer.connections) {
    channels = joined(channels, row);
    counts.push_back(static_cast<std::int64_t>(row.size()));
  }
  return {{"strides", attribute(layer.stride)},      {"dilations", attribute(layer.dilation)},
          {"pad_begin", attribute(layer.pad_begin)}, {"pad_end", attribute(layer.pad_end)},
          {"channels", attribute(channels)},         {"counts", attribute(counts)}};
}

bool has_matrices(const NodeExport& node) {
  return node.operand(0).shape.size() == 2 && node.operand(1).shape.size() == 2;
}

/// True where the reader takes a Gemm with these operands for a fully connected layer.
bool reads_as_fully_connected(const NodeExport& node, const MatMul& layer) {
  const bool plain = !layer.transpose_a && layer.transpose_b && layer.alpha == 1.0F && layer.beta == 1.0F;
  return plain && node.is_weight(1) &&
         (!node.has_operand(2) || node.operand(2).shape == Sizes{node.operand(1).shape[0]});
}

Attributes gemm_attributes(const MatMul& layer) {
  return {{"transA", flag(layer.transpose_a)},
          {"transB", flag(layer.transpose_b)},
          {"alpha", attribute(layer.alpha)},
          {"beta", attribute(layer.beta)}};
}

Attributes recurrent_attributes(const Recurrent& layer) {
  Attributes attributes{{"hidden_size", attribute(layer.hidden)}};
  if (!layer.activations.empty()) {
    attributes["activations"] = attribute(layer.activations);
  }
  if (!layer.activation_alpha.empty()) {
    attributes["activation_alpha"] = attribute(layer.activation_alpha);
  }
  if (!layer.activation_beta.empty()) {
    attributes["activation_beta"] = attribute(layer.activation_beta);
  }
  if (layer.clip != 0.0F) {
    attributes["clip"] = attribute(layer.clip);
  }
  if (layer.batch_first) {
    attributes["layout"] = flag(true);
  }
  if (layer.couple_input_forget) {
    attributes["input_forget"] = flag(true);
  }
  if (layer.linear_before_reset) {
    attributes["linear_before_reset"] = flag(true);
  }
  return attributes;
}

}  // namespace

void export_layer(NodeExport& node, const Convolution& layer) {
  if (!layer.connections.empty()) {
    node.write_own("ConnectedConv", connection_table(layer));
    return;
  }
  const Sizes& weights = node.operand(1).shape;
  Attributes attributes{{"kernel_shape", attribute(Sizes(weights.begin() + 2, weights.end()))},
                        {"strides", attribute(layer.stride)},
                        {"dilations", attribute(layer.dilation)},
                        {"pads", attribute(joined(layer.pad_begin, layer.pad_end))},
                        {"group", attribute(layer.groups)}};
  if (layer.transposed) {
    attributes["output_padding"] = attribute(layer.output_padding);
  }
  node.write(layer.transposed ? "ConvTranspose" : "Conv", attributes);
}

void export_layer(NodeExport& node, const FullyConnected&) {
  if (has_matrices(node) && node.is_weight(1)) {
    node.write("Gemm", {{"transB", flag(true)}});
  } else {
    node.write_own("FullyConnected");
  }
}

void export_layer(NodeExport& node, const MatMul& layer) {
  const bool has_c = node.operand_count() > 2;
  const bool plain = !layer.transpose_a && !layer.transpose_b && layer.alpha == 1.0F && layer.beta == 1.0F;
  if (plain && !has_c) {
    node.write("MatMul");
  } else if (has_matrices(node) && !reads_as_fully_connected(node, layer) && (has_c || layer.beta == 1.0F)) {
    node.write("Gemm", gemm_attributes(layer));
  } else {
    node.write_own("MatMul", gemm_attributes(layer));
  }
}

void export_layer(NodeExport& node, const Pooling& layer) {
  static constexpr const char* names[] = {"MaxPool", "AveragePool", "LpPool"};
  const std::string name = names[static_cast<std::size_t>(layer.kind)];
  Attributes attributes;
  if (layer.kind == Pooling::Kind::Lp) {
    attributes["p"] = attribute(layer.p);
    node.need(layer.ceil_mode || !is_ones(layer.dilation) ? 18 : 17);
  }
  if (layer.kernel.empty()) {
    node.write("Global" + name, attributes);
    return;
  }
  attributes["kernel_shape"] = attribute(layer.kernel);
  attributes["strides"] = attribute(layer.stride);
  attributes["pads"] = attribute(joined(layer.pad_begin, layer.pad_end));
  if (layer.ceil_mode) {
    attributes["ceil_mode"] = flag(true);
  }
  if (layer.kind == Pooling::Kind::Max || !is_ones(layer.dilation)) {
    attributes["dilations"] = attribute(layer.dilation);
    node.need(layer.kind == Pooling::Kind::Average ? 19 : 17);
  }
  if (layer.kind == Pooling::Kind::Average) {
    attributes["count_include_pad"] = flag(layer.count_padding);
  }
  if (layer.column_major) {
    attributes["storage_order"] = flag(true);
  }
  node.write(name, attributes);
}

void export_layer(NodeExport& node, const Recurrent& layer) {
  Attributes attributes = recurrent_attributes(layer);
  if (layer.projection > 0) {
    attributes["direction"] = attribute(static_cast<std::int64_t>(layer.direction));
    attributes["projection"] = attribute(layer.projection);
    node.write_own("ProjectedLstm", attributes);
    return;
  }
  static constexpr const char* names[] = {"RNN", "LSTM", "GRU"};
  static constexpr const char* directions[] = {"forward", "reverse", "bidirectional"};
  attributes["direction"] = attribute(std::string(directions[static_cast<std::size_t>(layer.direction)]));
  node.write(names[static_cast<std::size_t>(layer.cell)], attributes);
}

}  // namespace pj
