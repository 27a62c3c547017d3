#include <algorithm>
#include <set>
#include <utility>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

std::string text(std::int64_t number) {
  return std::to_string(number);
}

void check_at_least(std::int64_t low, std::int64_t value, const std::string& name) {
  if (value < low) {
    throw InputError("a " + name + " of " + text(value) + "; it must be at least " + text(low));
  }
}

/// An entry for each spatial axis, each at least `low`.
void check_vector(const Sizes& sizes, std::size_t axes, std::int64_t low, const std::string& name) {
  if (sizes.size() != axes) {
    throw InputError("its " + name + " has " + counted(std::ssize(sizes), "entry", "entries") + "; the input has " +
                     counted(static_cast<std::int64_t>(axes), "spatial axis", "spatial axes") +
                     ", so give one for each");
  }
  for (const std::int64_t size : sizes) {
    check_at_least(low, size, name);
  }
}

template <class Window>
void check_window(const Window& layer, std::size_t axes) {
  check_vector(layer.stride, axes, 1, "stride");
  check_vector(layer.dilation, axes, 1, "dilation");
  check_vector(layer.pad_begin, axes, 0, "padding");
  check_vector(layer.pad_end, axes, 0, "padding");
}

/// The number of spatial axes of an image.
std::size_t spatial_axes(const Sizes& input) {
  if (input.size() < 3 || input.size() > 5) {
    throw InputError("its input is " + shape_text(input) + "; it must be batch × channels × 1 to 3 spatial axes");
  }
  return input.size() - 2;
}

/// The rows that a dilated window covers: D · (R − 1) + 1.
std::int64_t extent(std::int64_t kernel, std::int64_t dilation) {
  return size_sum(size_product(dilation, kernel - 1), 1);
}

/// The output size of a transposed convolution: U · (H − 1) − pads + D · (R − 1) + output padding + 1.
std::int64_t scattered_size(std::int64_t size, std::int64_t kernel, const Convolution& conv, std::size_t axis) {
  check_at_least(1, size, "map size");
  check_at_least(1, kernel, "kernel size");
  const std::int64_t added = conv.output_padding[axis];
  if (added >= std::max(conv.stride[axis], conv.dilation[axis])) {
    throw InputError("an output padding of " + text(added) + "; it must be less than the stride or the dilation");
  }
  const std::int64_t spread = size_product(conv.stride[axis], size - 1);
  const std::int64_t whole = size_sum(size_sum(spread, extent(kernel, conv.dilation[axis])), added);
  const std::int64_t result = whole - size_sum(conv.pad_begin[axis], conv.pad_end[axis]);
  if (result < 1) {
    throw InputError("the padding removes all " + counted(whole, "row") + " of the output; use less padding");
  }
  return result;
}

void check_divides(std::int64_t groups, std::int64_t channels, const std::string& which) {
  if (channels % groups != 0) {
    throw InputError(text(groups) + " groups do not divide " + counted(channels, which + " channel") +
                     "; use a divisor of " + text(channels));
  }
}

/// Checks the weights [m, c/groups, …] (transposed: [c, m/groups, …]) and returns the output channels.
std::int64_t output_channels(const Convolution& conv, const Sizes& input, const Sizes& weights) {
  check_at_least(1, conv.groups, "group count");
  check_divides(conv.groups, input[1], "input");
  const std::int64_t expected = conv.transposed ? input[1] : input[1] / conv.groups;
  const std::int64_t given = conv.transposed ? weights[0] : weights[1];
  if (given != expected) {
    throw InputError("its weights are " + shape_text(weights) + ", for " + text(given) +
                     " input channels; an input of " + text(input[1]) + " channels in " + text(conv.groups) +
                     (conv.groups == 1 ? " group" : " groups") + " needs " + text(expected));
  }
  if (conv.transposed) {
    return size_product(weights[1], conv.groups);
  }
  check_divides(conv.groups, weights[0], "output");
  return weights[0];
}

void check_connections(const Convolution& conv, std::int64_t inputs, std::int64_t outputs) {
  if (conv.connections.empty()) {
    return;
  }
  if (conv.transposed || conv.groups != 1) {
    throw InputError("a connection table with groups or a transposed convolution; use one or the other");
  }
  if (std::cmp_not_equal(conv.connections.size(), outputs)) {
    throw InputError("its connection table has " + counted(std::ssize(conv.connections), "row") + "; there are " +
                     counted(outputs, "output channel") + ", so give one for each");
  }
  for (const Sizes& row : conv.connections) {
    const bool in_range = std::all_of(row.begin(), row.end(), [&](auto c) { return c >= 0 && c < inputs; });
    if (row.empty() || !in_range || std::set(row.begin(), row.end()).size() != row.size()) {
      throw InputError("a row of its connection table is empty, names a channel twice or one that is not there; " +
                       std::string("name channels from 0 to ") + text(inputs - 1));
    }
  }
}

void check_pooling(const Pooling& layer, std::size_t axes) {
  check_window(layer, axes);
  check_vector(layer.kernel, axes, 1, "kernel size");
  check_at_least(1, layer.p, "norm order");
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::int64_t window = extent(layer.kernel[axis], layer.dilation[axis]);
    const std::int64_t padding = std::max(layer.pad_begin[axis], layer.pad_end[axis]);
    if (padding >= window) {
      throw InputError("a padding of " + text(padding) + " around a window of " + text(window) +
                       ", which would see nothing else; use less padding");
    }
  }
}

}  // namespace

std::int64_t window_count(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                          std::int64_t pad_begin, std::int64_t pad_end, bool ceil_mode) {
  check_at_least(1, size, "map size");
  check_at_least(1, kernel, "kernel size");
  check_at_least(1, stride, "stride");
  check_at_least(1, dilation, "dilation");
  check_at_least(0, std::min(pad_begin, pad_end), "padding");
  const std::int64_t begun = size_sum(size, pad_begin);
  const std::int64_t padded = size_sum(begun, pad_end);
  const std::int64_t window = extent(kernel, dilation);
  // With ceil_mode a window may be larger than the padded map, but only by rows that the rounding adds.
  const std::int64_t missing = window - padded;
  if (missing > 0 && (!ceil_mode || missing >= stride)) {
    throw InputError("a window of " + text(window) + " does not fit a map of " + text(padded) +
                     " (padding included); use a smaller kernel or more padding");
  }
  const std::int64_t room = std::max<std::int64_t>(-missing, 0);
  const std::int64_t steps = ceil_mode ? ceil_div(room, stride) : room / stride;
  const bool starts_behind = ceil_mode && steps >= ceil_div(begun, stride);
  return steps + (starts_behind ? 0 : 1);
}

TensorTypes infer_types(const Convolution& layer, const Operands& operands) {
  operands.require(2, {"input", "weights", "bias"});
  const Sizes& input = operands.shape(0);
  const Sizes& weights = operands.shape(1);
  const std::size_t axes = spatial_axes(input);
  if (weights.size() != input.size()) {
    throw InputError("its weights are " + shape_text(weights) + " and its input " + shape_text(input) +
                     "; they must have as many axes");
  }
  const auto conv = std::get<Convolution>(completed(layer, axes));
  check_window(conv, axes);
  const std::int64_t channels = output_channels(conv, input, weights);
  check_connections(conv, input[1], channels);
  operands.require_shape(2, "bias", {channels});
  if (conv.transposed) {
    check_vector(conv.output_padding, axes, 0, "output padding");
  }
  Sizes output{input[0], channels};
  for (std::size_t i = 0; i < axes; ++i) {
    output.push_back(conv.transposed ? scattered_size(input[i + 2], weights[i + 2], conv, i)
                                     : window_count(input[i + 2], weights[i + 2], conv.stride[i], conv.dilation[i],
                                                    conv.pad_begin[i], conv.pad_end[i], false));
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Pooling& layer, const Operands& operands) {
  operands.require(1, {"input"});
  Sizes output = operands.shape(0);
  const std::size_t axes = spatial_axes(output);
  if (layer.kernel.empty()) {
    std::fill(output.begin() + 2, output.end(), 1);
    return {{output, operands.format(0)}};
  }
  const auto pool = std::get<Pooling>(completed(layer, axes));
  check_pooling(pool, axes);
  for (std::size_t i = 0; i < axes; ++i) {
    output[i + 2] = window_count(output[i + 2], pool.kernel[i], pool.stride[i], pool.dilation[i], pool.pad_begin[i],
                                 pool.pad_end[i], pool.ceil_mode);
  }
  TensorTypes types{{output, operands.format(0)}};
  if (layer.with_indices) {
    types.push_back({output, NumberFormat::fixed(64)});
  }
  return types;
}

}  // namespace pj
