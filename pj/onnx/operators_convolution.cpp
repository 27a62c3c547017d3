#include <algorithm>
#include <array>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

/// How a window slides over the spatial axes.
struct Window {
  Sizes kernel, stride, dilation, pad_begin, pad_end;
};

Sizes per_axis(const NodeImport& node, const std::string& attribute, std::size_t axes, std::int64_t otherwise) {
  Sizes sizes = node.integers(attribute);
  if (sizes.empty()) {
    sizes.assign(axes, otherwise);
  }
  constexpr std::int64_t most = std::int64_t{1} << 31;
  const bool fits =
      std::all_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size > -most && size < most; });
  if (sizes.size() != axes || !fits) {
    throw InputError("its attribute '" + attribute + "' has " + std::to_string(sizes.size()) + " entries; it needs " +
                     std::to_string(axes) + " below 2^31");
  }
  return sizes;
}

std::size_t spatial_axes(const NodeImport& node) {
  const std::size_t rank = node.shape(0).size();
  if (rank < 3) {
    throw InputError("its input is " + shape_text(node.shape(0)) + "; it must be batch × channels × spatial axes");
  }
  return rank - 2;
}

/// Padding that makes the output ⌈input / stride⌉ large; SAME_UPPER puts an odd row behind the map.
void pad_to_same(Window& window, std::size_t axis, std::int64_t size, bool upper) {
  const std::int64_t stride = std::max<std::int64_t>(window.stride[axis], 1);
  const std::int64_t extent = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const std::int64_t total = std::max<std::int64_t>((ceil_div(size, stride) - 1) * stride + extent - size, 0);
  window.pad_begin[axis] = upper ? total / 2 : total - total / 2;
  window.pad_end[axis] = total - window.pad_begin[axis];
}

Window read_window(const NodeImport& node, Sizes kernel) {
  const std::size_t axes = spatial_axes(node);
  Window window{.kernel = std::move(kernel)};
  window.stride = per_axis(node, "strides", axes, 1);
  window.dilation = per_axis(node, "dilations", axes, 1);
  const Sizes pads = per_axis(node, "pads", 2 * axes, 0);
  window.pad_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
  window.pad_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (mode == "VALID") {
    window.pad_begin.assign(axes, 0);
    window.pad_end.assign(axes, 0);
  } else if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    for (std::size_t i = 0; i < axes; ++i) {
      pad_to_same(window, i, node.shape(0)[i + 2], mode == "SAME_UPPER");
    }
  } else if (mode != "NOTSET" && !mode.empty()) {
    throw InputError("its auto_pad is '" + mode + "'; known: NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  }
  return window;
}

/// The spatial sizes of a convolution's weights, which `kernel_shape` may only repeat.
Sizes kernel_of(const NodeImport& node) {
  const std::size_t axes = spatial_axes(node);
  const Sizes& weights = node.shape(1);
  if (weights.size() != axes + 2) {
    throw InputError("its weights are " + shape_text(weights) + " and its input " + shape_text(node.shape(0)) +
                     "; they must have as many axes");
  }
  const Sizes kernel(weights.begin() + 2, weights.end());
  if (const Sizes said = node.integers("kernel_shape"); !said.empty() && said != kernel) {
    throw InputError("its kernel_shape is " + shape_text(said) + " and its weights are " + shape_text(weights) +
                     "; they must agree");
  }
  return kernel;
}

std::vector<ValueId> convert_conv(NodeImport& node) {
  const Window window = read_window(node, kernel_of(node));
  return node.add(Convolution{.stride = window.stride,
                              .dilation = window.dilation,
                              .pad_begin = window.pad_begin,
                              .pad_end = window.pad_end,
                              .groups = node.integer("group", 1)},
                  node.inputs(3));
}

/// Padding, or output padding where it is missing, that makes one axis as large as the file asks for.
void pad_to_size(Convolution& conv, std::size_t axis, std::int64_t input, std::int64_t kernel, std::int64_t wanted,
                 bool upper) {
  const std::int64_t extent = (kernel - 1) * conv.dilation[axis] + 1;
  const std::int64_t total = conv.stride[axis] * (input - 1) + conv.output_padding[axis] + extent - wanted;
  const std::int64_t padding = std::max<std::int64_t>(total, 0);
  conv.output_padding[axis] += padding - total;
  conv.pad_begin[axis] = upper ? padding / 2 : padding - padding / 2;
  conv.pad_end[axis] = padding - conv.pad_begin[axis];
}

std::vector<ValueId> convert_conv_transpose(NodeImport& node) {
  const Sizes kernel = kernel_of(node);
  const std::size_t axes = kernel.size();
  const Window window = read_window(node, kernel);
  Convolution conv{.stride = window.stride,
                   .dilation = window.dilation,
                   .pad_begin = window.pad_begin,
                   .pad_end = window.pad_end,
                   .groups = node.integer("group", 1),
                   .transposed = true,
                   .output_padding = per_axis(node, "output_padding", axes, 0)};
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  Sizes wanted = node.integers("output_shape");
  if (wanted.size() == axes + 2) {
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  }
  if (!wanted.empty() && wanted.size() != axes) {
    throw InputError("its output_shape has " + std::to_string(wanted.size()) + " entries; give one a spatial axis");
  }
  for (std::size_t i = 0; i < axes && (same || !wanted.empty()); ++i) {
    const std::int64_t input = node.shape(0)[i + 2];
    pad_to_size(conv, i, input, kernel[i], wanted.empty() ? input * conv.stride[i] : wanted[i], mode == "SAME_UPPER");
  }
  return node.add(conv, node.inputs(3));
}

/// LpPool's order was a real number before opset 2.
std::int64_t norm_order(const NodeImport& node) {
  return node.opset() < 2 ? static_cast<std::int64_t>(node.real("p", 2.0F)) : node.integer("p", 2);
}

Pooling sliding(const NodeImport& node, Pooling::Kind kind) {
  const Sizes kernel = per_axis(node, "kernel_shape", spatial_axes(node), 0);
  const Window window = read_window(node, kernel);
  return {.kind = kind,
          .kernel = window.kernel,
          .stride = window.stride,
          .dilation = window.dilation,
          .pad_begin = window.pad_begin,
          .pad_end = window.pad_end,
          .ceil_mode = node.flag("ceil_mode", false)};
}

std::vector<ValueId> convert_max_pool(NodeImport& node) {
  Pooling pooling = sliding(node, Pooling::Kind::Max);
  pooling.with_indices = node.has_output(1);
  pooling.column_major = pooling.with_indices && node.flag("storage_order", false);
  return node.add(pooling, {node.input(0)});
}

std::vector<ValueId> convert_average_pool(NodeImport& node) {
  Pooling pooling = sliding(node, Pooling::Kind::Average);
  pooling.count_padding = node.flag("count_include_pad", false);
  return node.add(pooling, {node.input(0)});
}

std::vector<ValueId> convert_lp_pool(NodeImport& node) {
  Pooling pooling = sliding(node, Pooling::Kind::Lp);
  pooling.p = norm_order(node);
  return node.add(pooling, {node.input(0)});
}

std::vector<ValueId> convert_global_max_pool(NodeImport& node) {
  return node.add(Pooling{.kind = Pooling::Kind::Max}, {node.input(0)});
}

std::vector<ValueId> convert_global_average_pool(NodeImport& node) {
  return node.add(Pooling{.kind = Pooling::Kind::Average}, {node.input(0)});
}

std::vector<ValueId> convert_global_lp_pool(NodeImport& node) {
  return node.add(Pooling{.kind = Pooling::Kind::Lp, .p = norm_order(node)}, {node.input(0)});
}

constexpr std::array convolution_rows{
    OperatorRow{"", "Conv", convert_conv},
    OperatorRow{"", "ConvTranspose", convert_conv_transpose},
    OperatorRow{"", "MaxPool", convert_max_pool},
    OperatorRow{"", "AveragePool", convert_average_pool},
    OperatorRow{"", "LpPool", convert_lp_pool},
    OperatorRow{"", "GlobalMaxPool", convert_global_max_pool},
    OperatorRow{"", "GlobalAveragePool", convert_global_average_pool},
    OperatorRow{"", "GlobalLpPool", convert_global_lp_pool},
};

}  // namespace

std::span<const OperatorRow> convolution_operators() {
  return convolution_rows;
}

}  // namespace pj
