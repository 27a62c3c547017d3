#include <algorithm>
#include <numeric>
#include <optional>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

/// One entry for each axis of the input.
void check_entries(const Sizes& entries, std::size_t rank, const std::string& name) {
  if (entries.size() != rank) {
    throw InputError("its " + name + " has " + counted(std::ssize(entries), "entry", "entries") + "; the input has " +
                     counted(static_cast<std::int64_t>(rank), "axis", "axes") + ", so give one for each");
  }
}

/// The elements that a slice start, start + step, … before end takes of an axis. Positions before the first or
/// behind the last element are moved to them, as in NumPy.
std::int64_t slice_count(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  const auto position = [&](std::int64_t index) {
    const std::int64_t low = step > 0 ? 0 : -1;
    const std::int64_t high = step > 0 ? size : size - 1;
    return std::clamp(index < 0 ? index + size : index, low, std::max(low, high));
  };
  const std::int64_t first = position(start);
  const std::int64_t last = position(end);
  if (step > 0) {
    return first < last ? (last - first - 1) / step + 1 : 0;
  }
  return first > last ? (last - first + 1) / step + 1 : 0;
}

Sizes leading_axes(std::size_t count) {
  Sizes axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

void check_pad_source(const Pad& layer, std::int64_t size, std::int64_t added) {
  const bool reflects = layer.mode == Pad::Mode::Reflect && added >= size && added > 0;
  const bool copies = layer.mode != Pad::Mode::Constant && added > 0 && size == 0;
  if (reflects || copies) {
    throw InputError("a padding of " + std::to_string(added) + " copied from an axis of " + std::to_string(size) +
                     "; it must be less than the axis");
  }
}

/// The size that the −1 of a reshape stands for.
std::int64_t left_over(const Sizes& input, const Sizes& shape, std::int64_t known) {
  const std::int64_t count = element_count(input);
  if (known == 0 || count % known != 0) {
    throw InputError(shape_text(input) + " has " + std::to_string(count) + " elements, which do not fill " +
                     shape_text(shape) + "; use sizes whose product divides them");
  }
  return count / known;
}

}  // namespace

TensorTypes infer_types(const Concat& layer, const Operands& operands) {
  operands.require_all();
  Sizes output = operands.shape(0);
  const std::size_t axis = axis_index(layer.axis, output.size());
  for (std::size_t i = 1; i < operands.count(); ++i) {
    Sizes expected = output;
    const std::int64_t along = operands.rank(i) > axis ? operands.shape(i)[axis] : 0;
    expected[axis] = along;
    if (operands.shape(i) != expected) {
      throw InputError("operand " + std::to_string(i) + " is " + shape_text(operands.shape(i)) + " beside " +
                       shape_text(operands.shape(0)) + "; all axes but axis " + std::to_string(axis) +
                       " must be equal");
    }
    output[axis] = size_sum(output[axis], along);
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Split& layer, const Operands& operands) {
  operands.require(1, {"input"});
  Sizes output = operands.shape(0);
  const std::size_t axis = axis_index(layer.axis, output.size());
  std::int64_t sum = 0;
  TensorTypes types;
  for (const std::int64_t size : layer.sizes) {
    sum = size_sum(sum, size);
    output[axis] = size;
    types.push_back({output, operands.format(0)});
  }
  if (sum != operands.shape(0)[axis] || layer.sizes.empty()) {
    throw InputError("its pieces have " + std::to_string(sum) + " in sum, its axis " +
                     std::to_string(operands.shape(0)[axis]) + "; they must be equal");
  }
  return types;
}

TensorTypes infer_types(const Slice& layer, const Operands& operands) {
  operands.require(1, {"input"});
  Sizes output = operands.shape(0);
  const std::size_t count = layer.starts.size();
  const bool fits = layer.ends.size() == count && (layer.axes.empty() || layer.axes.size() == count) &&
                    (layer.steps.empty() || layer.steps.size() == count);
  if (!fits) {
    throw InputError("its starts, ends, axes and steps differ in number; give one of each for every axis");
  }
  const auto axes = axis_indices(layer.axes.empty() ? leading_axes(count) : layer.axes, output.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t step = layer.steps.empty() ? 1 : layer.steps[i];
    if (step == 0) {
      throw InputError("a step of 0; it must be positive or negative");
    }
    output[axes[i]] = slice_count(output[axes[i]], layer.starts[i], layer.ends[i], step);
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Pad& layer, const Operands& operands) {
  operands.require(1, {"input"});
  Sizes output = operands.shape(0);
  check_entries(layer.begin, output.size(), "padding");
  check_entries(layer.end, output.size(), "padding");
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::int64_t size = output[i];
    check_pad_source(layer, size, std::max(layer.begin[i], layer.end[i]));
    output[i] = size_sum(size_sum(size, layer.begin[i]), layer.end[i]);
    if (output[i] < 0) {
      throw InputError("it crops more than the " + std::to_string(size) + " elements of axis " + std::to_string(i) +
                       "; crop less");
    }
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Reshape& layer, const Operands& operands) {
  operands.require(1, {"input"});
  const Sizes& input = operands.shape(0);
  Sizes output = layer.shape;
  std::optional<std::size_t> open;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] < -1 || (output[i] == -1 && open) || (output[i] == 0 && i >= input.size())) {
      throw InputError("the shape " + shape_text(layer.shape) + " for an input of " + shape_text(input) +
                       "; use sizes, 0 for an axis of the input and at most one -1");
    }
    if (output[i] == -1) {
      open = i;
      continue;
    }
    output[i] = output[i] == 0 ? input[i] : output[i];
    known = size_product(known, output[i]);
  }
  if (open) {
    output[*open] = left_over(input, layer.shape, known);
  } else if (known != element_count(input)) {
    throw InputError("an input of " + shape_text(input) + " does not have the elements of " + shape_text(output) +
                     "; use a shape with as many, or one -1");
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Transpose& layer, const Operands& operands) {
  operands.require(1, {"input"});
  check_entries(layer.permutation, operands.rank(0), "permutation");
  Sizes output;
  for (const std::size_t axis : axis_indices(layer.permutation, operands.rank(0))) {
    output.push_back(operands.shape(0)[axis]);
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const Resize& layer, const Operands& operands) {
  operands.require(1, {"input"});
  check_entries(layer.sizes, operands.rank(0), "size");
  if (!layer.scales.empty() && layer.scales.size() != operands.rank(0)) {
    throw InputError("it has " + counted(std::ssize(layer.scales), "scale") + "; give one for each axis or none");
  }
  return {{layer.sizes, operands.format(0)}};
}

TensorTypes infer_types(const Expand& layer, const Operands& operands) {
  operands.require(1, {"input"});
  if (layer.kind == Expand::Kind::Broadcast) {
    return {{broadcast(operands.shape(0), layer.sizes), operands.format(0)}};
  }
  Sizes output = operands.shape(0);
  check_entries(layer.sizes, output.size(), "repeat count");
  for (std::size_t i = 0; i < output.size(); ++i) {
    output[i] = size_product(output[i], layer.sizes[i]);
  }
  return {{output, operands.format(0)}};
}

TensorTypes infer_types(const DepthToSpace& layer, const Operands& operands) {
  operands.require(1, {"input"});
  const Sizes& input = operands.shape(0);
  if (input.size() != 4 || layer.block < 1) {
    throw InputError("an input of " + shape_text(input) + " and blocks of " + std::to_string(layer.block) +
                     "; it takes batch × channels × height × width and blocks of at least 1");
  }
  const std::int64_t block = layer.block;
  const std::int64_t area = size_product(block, block);
  const bool divides = layer.inverse ? input[2] % block == 0 && input[3] % block == 0 : input[1] % area == 0;
  if (!divides) {
    throw InputError("blocks of " + std::to_string(block) + " do not divide an input of " + shape_text(input) +
                     (layer.inverse ? "; use a size that divides its height and width"
                                    : "; use a size whose square divides its channels"));
  }
  const Sizes output =
      layer.inverse ? Sizes{input[0], size_product(input[1], area), input[2] / block, input[3] / block}
                    : Sizes{input[0], input[1] / area, size_product(input[2], block), size_product(input[3], block)};
  return {{output, operands.format(0)}};
}

}  // namespace pj
