#include "pj/kernels/layer_conv.hpp"

#include "pj/base/error.hpp"

namespace pj {

namespace {

std::optional<ConvShape> convolution(const Convolution& layer, const Sizes& input, const Sizes& weights) {
  const std::size_t axes = layer.stride.size();
  if (layer.transposed || !layer.connections.empty() || axes < 1 || axes > 2) {
    return std::nullopt;
  }
  const auto last = axes - 1;  // a one-dimensional map is one row
  ConvShape shape{.N = input[0],
                  .C = input[1],
                  .M = weights[0],
                  .W = input[2 + last],
                  .S = weights[2 + last],
                  .stride_w = layer.stride[last],
                  .pad_left = layer.pad_begin[last],
                  .pad_right = layer.pad_end[last],
                  .dilation_w = layer.dilation[last],
                  .groups = layer.groups};
  if (axes == 2) {
    shape.H = input[2];
    shape.R = weights[2];
    shape.stride_h = layer.stride[0];
    shape.pad_top = layer.pad_begin[0];
    shape.pad_bottom = layer.pad_end[0];
    shape.dilation_h = layer.dilation[0];
  }
  return shape;
}

}  // namespace

std::optional<ConvShape> layer_conv(const Network& network, const Node& node) {
  const auto shape_of = [&](std::size_t operand) { return network.values[node.inputs[operand]].shape; };
  std::optional<ConvShape> shape;
  if (const auto* layer = std::get_if<Convolution>(&node.layer)) {
    shape = convolution(*layer, shape_of(0), shape_of(1));
  } else if (std::holds_alternative<FullyConnected>(node.layer)) {
    const Sizes weights = shape_of(1);
    shape = ConvShape{.N = shape_of(0)[0], .C = element_count(weights) / weights[0], .M = weights[0]};
  }
  if (shape) {
    try {
      check(*shape);
    } catch (const InputError& fault) {
      throw InputError("node '" + node.name + "': " + fault.what());
    }
  }
  return shape;
}

}  // namespace pj
