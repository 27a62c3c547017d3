#include "pj/network/layer_work.hpp"

#include <numeric>

#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

/// Batch, channels and the last two spatial axes of a tensor N × C × spatial; 1 where it has no such axis.
struct MapShape {
  std::int64_t N, C, H, W;
};

MapShape map_shape(const Sizes& shape) {
  const std::size_t rank = shape.size();
  return {.N = rank > 0 ? shape[0] : 1,
          .C = rank > 1 ? shape[1] : 1,
          .H = rank > 3 ? shape[rank - 2] : 1,
          .W = rank > 2 ? shape[rank - 1] : 1};
}

std::int64_t product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, size_product);
}

/// Height and width of an attribute with one entry a spatial axis.
std::int64_t height(const Sizes& sizes, std::int64_t otherwise) {
  return sizes.size() > 1 ? sizes[sizes.size() - 2] : otherwise;
}
std::int64_t width(const Sizes& sizes, std::int64_t otherwise) {
  return sizes.empty() ? otherwise : sizes.back();
}

template <class Window>
void set_window(LayerShape& shape, const Window& layer, const Sizes& kernel) {
  shape.R = height(kernel, 1);
  shape.S = width(kernel, 1);
  shape.stride_h = height(layer.stride, 1);
  shape.stride_w = width(layer.stride, 1);
  shape.pad_h = height(layer.pad_begin, 0);
  shape.pad_w = width(layer.pad_begin, 0);
}

std::int64_t connection_count(const Convolution& layer) {
  return std::accumulate(layer.connections.begin(), layer.connections.end(), std::int64_t{0},
                         [](std::int64_t sum, const Sizes& row) { return sum + std::ssize(row); });
}

/// The work of each layer kind.
struct WorkOf {
  const Network& network;
  const Node& node;
  const ConstantSources& sources;

  const Sizes& input(std::size_t i) const { return network.values[node.inputs[i]].shape; }
  const Sizes& output() const { return network.values[node.outputs[0]].shape; }
  bool is_constant(std::size_t i) const { return sources[node.inputs[i]] != nullptr; }

  /// The letters of the first operand and the first output.
  LayerShape letters() const {
    const bool has_map = !node.inputs.empty() && node.inputs[0] != no_value && input(0).size() > 1;
    const MapShape in = map_shape(has_map ? input(0) : output());
    const MapShape out = map_shape(output());
    return {.N = in.N, .C = in.C, .M = out.C, .H = in.H, .W = in.W, .P = out.H, .Q = out.W};
  }
  /// One part to which all operands belong.
  std::vector<LayerWork> whole(LayerWork work) const {
    work.operands.resize(node.inputs.size());
    std::iota(work.operands.begin(), work.operands.end(), std::size_t{0});
    return {work};
  }

  template <class Kind>
  std::vector<LayerWork> operator()(const Kind&) const {
    return whole({.shape = letters()});
  }

  std::vector<LayerWork> operator()(const Convolution& layer) const {
    const Sizes& weights = input(1);
    const Sizes kernel(weights.begin() + 2, weights.end());
    LayerWork work{.shape = letters(), .weights = 1};
    set_window(work.shape, layer, kernel);
    work.shape.groups = layer.groups;
    // Each output adds up C/g · R · S products; transposed, each input is spread over M/g · R · S.
    const std::int64_t maps = layer.transposed ? product(input(0)) : product(output());
    work.macs = size_product(maps, size_product(weights[1], product(kernel)));
    if (!layer.connections.empty()) {
      const std::int64_t positions = product(output()) / output()[1];
      work.macs = size_product(positions, size_product(connection_count(layer), product(kernel)));
    }
    return whole(work);
  }

  std::vector<LayerWork> operator()(const FullyConnected&) const {
    LayerWork work{.shape = letters(), .macs = size_product(input(0)[0], product(input(1))), .weights = 1};
    work.shape.R = work.shape.H;
    work.shape.S = work.shape.W;
    return whole(work);
  }

  std::vector<LayerWork> operator()(const MatMul& layer) const {
    const bool weights_first = is_constant(0) && !is_constant(1);
    const Sizes& a = input(0);
    const Sizes& b = input(1);
    const bool a_is_matrix = a.size() > 1;
    const bool b_is_matrix = b.size() > 1;
    const std::int64_t inner = layer.transpose_a && a_is_matrix ? a[a.size() - 2] : a.back();
    const std::int64_t rows = !a_is_matrix ? 1 : layer.transpose_a ? a.back() : a[a.size() - 2];
    const std::int64_t columns = !b_is_matrix ? 1 : layer.transpose_b ? b[b.size() - 2] : b.back();
    const std::size_t matrix_axes = (a_is_matrix ? 1 : 0) + (b_is_matrix ? 1 : 0);
    LayerWork work{.macs = size_product(product(output()), inner)};
    work.shape.N = product({output().begin(), output().end() - static_cast<std::ptrdiff_t>(matrix_axes)});
    work.shape.C = inner;
    work.shape.M = weights_first ? rows : columns;
    const std::int64_t positions = weights_first ? columns : rows;
    const bool is_batch = !weights_first && a.size() == 2;
    (is_batch ? work.shape.N : work.shape.W) = positions;
    work.shape.Q = work.shape.W;
    if (weights_first || is_constant(1)) {
      work.weights = weights_first ? 0 : 1;
    }
    return whole(work);
  }

  std::vector<LayerWork> operator()(const Pooling& layer) const {
    LayerWork work{.shape = letters()};
    if (layer.kernel.empty()) {
      work.shape.R = work.shape.H;
      work.shape.S = work.shape.W;
    } else {
      set_window(work.shape, layer, layer.kernel);
    }
    work.shape.groups = work.shape.C;
    return whole(work);
  }

  std::vector<LayerWork> operator()(const Gather& layer) const {
    LayerWork work{.shape = letters()};
    if (layer.kind == Gather::Kind::Slices && is_constant(0)) {
      work.weights = 0;
    }
    return whole(work);
  }

  std::vector<LayerWork> operator()(const Recurrent& layer) const {
    std::vector<LayerWork> parts{recurrent_part(layer, "W_x", 1), recurrent_part(layer, "W_h", 2)};
    parts[0].operands = {0, 1, 3, 4, 5, 6};
    parts[1].operands = {2, 7};
    if (layer.projection > 0) {
      parts.push_back(recurrent_part(layer, "projection", 8));
      parts[2].operands = {8};
    }
    for (LayerWork& part : parts) {
      std::erase_if(part.operands, [&](std::size_t i) { return i >= node.inputs.size(); });
    }
    return parts;
  }

  /// The product of the weights [direction, outputs, inputs] with the vectors of all time steps.
  LayerWork recurrent_part(const Recurrent& layer, const std::string& name, std::size_t operand) const {
    const Sizes& weights = input(operand);
    const std::int64_t steps = input(0)[layer.batch_first ? 1 : 0];
    LayerWork part{.part = name, .weights = operand};
    part.shape.N = input(0)[layer.batch_first ? 0 : 1];
    part.shape.C = weights[2];
    part.shape.M = size_product(weights[0], weights[1]);
    part.shape.W = part.shape.Q = steps;
    part.macs = size_product(size_product(part.shape.N, steps), product(weights));
    return part;
  }
};

/// The parameters of each operand by its role.
struct ParameterCount {
  std::size_t operand;
  std::int64_t elements;
  const Sizes& shape;

  template <class Kind>
  std::int64_t operator()(const Kind&) const {
    return elements;
  }
  std::int64_t operator()(const Convolution& layer) const {
    const bool is_sparse = operand == 1 && !layer.connections.empty();
    return is_sparse ? size_product(connection_count(layer), product({shape.begin() + 2, shape.end()})) : elements;
  }
  std::int64_t operator()(const BatchNormalization&) const { return operand < 3 ? elements : 0; }
  std::int64_t operator()(const Elementwise&) const { return elements > 1 ? elements : 0; }
  std::int64_t operator()(const Quantize&) const { return operand == 0 ? elements : 0; }
  std::int64_t operator()(const Dequantize&) const { return operand == 0 ? elements : 0; }
  std::int64_t operator()(const FakeQuantize&) const { return operand == 0 ? elements : 0; }
  std::int64_t operator()(const Gather&) const { return operand == 0 ? elements : 0; }
  std::int64_t operator()(const Scatter&) const { return operand != 1 ? elements : 0; }
  std::int64_t operator()(const If&) const { return 0; }
  std::int64_t operator()(const Recurrent& layer) const {
    if (operand == 3) {
      // ONNX adds two bias vectors to each gate. Only in a GRU with `linear_before_reset` one gate's lie apart.
      const std::int64_t apart = layer.linear_before_reset ? direction_count(layer.direction) * layer.hidden : 0;
      return elements / 2 + (layer.cell == Recurrent::Cell::Gru ? apart : 0);
    }
    return operand >= 4 && operand <= 6 ? 0 : elements;
  }
};

}  // namespace

std::vector<LayerWork> layer_work(const Network& network, const Node& node, const ConstantSources& sources) {
  return std::visit(WorkOf{network, node, sources}, node.layer);
}

std::int64_t parameter_count(const Network& network, const Node& node, std::size_t operand) {
  const Sizes& shape = network.values[node.inputs[operand]].shape;
  return std::visit(ParameterCount{operand, element_count(shape), shape}, node.layer);
}

}  // namespace pj
