#include <algorithm>
#include <cstring>

#include "pj/base/error.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

Constant relabelled(const Arguments& given) {
  return {given[0].format, given.result().shape, given[0].bytes};
}

/// The first index that a slice takes: negative ones count from the end, those outside are clamped (ONNX Slice).
std::int64_t slice_start(std::int64_t start, std::int64_t step, std::int64_t size) {
  const std::int64_t counted = start < 0 ? start + size : start;
  return std::clamp<std::int64_t>(counted, 0, std::max<std::int64_t>(step > 0 ? size : size - 1, 0));
}

/// Bytes of all elements behind one index of `axis`, the axis itself included.
std::size_t row_bytes(const Constant& tensor, std::size_t axis) {
  const Sizes inner(tensor.shape.begin() + static_cast<std::ptrdiff_t>(axis), tensor.shape.end());
  return static_cast<std::size_t>(element_count(inner)) * static_cast<std::size_t>(stored_bytes(tensor.format));
}

/// The index of the input that an index of the padded axis copies; −1: the constant.
std::int64_t padded_source(Pad::Mode mode, std::int64_t index, std::int64_t size) {
  if (index >= 0 && index < size) {
    return index;
  }
  switch (mode) {
    case Pad::Mode::Edge:
      return index < 0 ? 0 : size - 1;
    case Pad::Mode::Reflect: {
      const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);
      const std::int64_t within = (index % period + period) % period;
      return within < size ? within : period - within;
    }
    case Pad::Mode::Wrap:
      return (index % size + size) % size;
    default:
      return -1;
  }
}

/// For each index of the padded axis where it comes from, −1: from nowhere.
std::vector<Sizes> padded_sources(const Pad& layer, const Arguments& given) {
  std::vector<Sizes> sources;
  for (std::size_t axis = 0; axis < given.shape(0).size(); ++axis) {
    Sizes& along = sources.emplace_back();
    for (std::int64_t i = 0; i < given.result().shape[axis]; ++i) {
      along.push_back(padded_source(layer.mode, i - layer.begin[axis], given.shape(0)[axis]));
    }
  }
  return sources;
}

/// The number that fills padded places, in the tensor's own format.
Constant filling(const Pad& layer, const Arguments& given) {
  const NumberFormat& format = given[0].format;
  if (layer.mode != Pad::Mode::Constant || !is_computable(format)) {
    return {format, {}, std::vector<std::byte>(static_cast<std::size_t>(stored_bytes(format)))};
  }
  return tensor_of({{}, format}, std::vector<double>{static_cast<double>(layer.value)});
}

}  // namespace

Tensors compute(const Reshape&, const Arguments& given) {
  return {relabelled(given)};
}

Tensors compute(const Transpose& layer, const Arguments& given) {
  const Sizes strides = strides_of(given.shape(0));
  Sizes turned;
  for (const std::int64_t axis : layer.permutation) {
    turned.push_back(strides[axis_index(axis, strides.size())]);
  }
  return {picked(given[0], given.result().shape, turned, 0)};
}

Tensors compute(const Slice& layer, const Arguments& given) {
  Sizes strides = strides_of(given.shape(0));
  const Sizes own = strides;
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < layer.starts.size(); ++i) {
    const std::size_t axis = layer.axes.empty() ? i : axis_index(layer.axes[i], strides.size());
    const std::int64_t step = layer.steps.empty() ? 1 : layer.steps[i];
    // A slice of one element may have a step beyond all bounds, which it never takes.
    strides[axis] = given.result().shape[axis] > 1 ? step * own[axis] : 0;
    offset += slice_start(layer.starts[i], step, given.shape(0)[axis]) * own[axis];
  }
  return {picked(given[0], given.result().shape, strides, offset)};
}

Tensors compute(const Expand& layer, const Arguments& given) {
  const Sizes& shape = given.shape(0);
  if (layer.kind == Expand::Kind::Broadcast) {
    return {picked(given[0], given.result().shape, stretched_strides(shape, given.result().shape), 0)};
  }
  // A repeated axis is two: the repeats, which stand still, and the axis itself.
  Sizes cells;
  Sizes strides;
  const Sizes own = strides_of(shape);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    cells.insert(cells.end(), {layer.sizes[i], shape[i]});
    strides.insert(strides.end(), {0, own[i]});
  }
  Constant tiled = picked(given[0], cells, strides, 0);
  tiled.shape = given.result().shape;
  return {std::move(tiled)};
}

Tensors compute(const Concat& layer, const Arguments& given) {
  for (const Constant* operand : given.operands) {
    if (operand->format != given.result().format) {
      throw InputError("it joins " + to_string(given.result().format) + " and " + to_string(operand->format) +
                       "; cast them to one format first");
    }
  }
  const std::size_t axis = axis_index(layer.axis, given.result().shape.size());
  const Sizes outer(given.result().shape.begin(), given.result().shape.begin() + static_cast<std::ptrdiff_t>(axis));
  Constant joined{given.result().format, given.result().shape, {}};
  const std::int64_t rows = element_count(outer);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const Constant* operand : given.operands) {
      const auto bytes = static_cast<std::ptrdiff_t>(row_bytes(*operand, axis));
      const auto from = operand->bytes.begin() + row * bytes;
      joined.bytes.insert(joined.bytes.end(), from, from + bytes);
    }
  }
  return {std::move(joined)};
}

Tensors compute(const Split& layer, const Arguments& given) {
  const std::size_t axis = axis_index(layer.axis, given.shape(0).size());
  const Sizes strides = strides_of(given.shape(0));
  Tensors pieces;
  std::int64_t offset = 0;
  for (const TensorType& result : given.results) {
    pieces.push_back(picked(given[0], result.shape, strides, offset * strides[axis]));
    offset += result.shape[axis];
  }
  return pieces;
}

Tensors compute(const Pad& layer, const Arguments& given) {
  const std::vector<Sizes> sources = padded_sources(layer, given);
  const Constant fill = filling(layer, given);
  const Sizes& shape = given.result().shape;
  const Sizes strides = strides_of(given.shape(0));
  const auto width = static_cast<std::size_t>(stored_bytes(given[0].format));
  Constant padded{given[0].format, shape,
                  std::vector<std::byte>(static_cast<std::size_t>(element_count(shape)) * width)};
  Sizes index(shape.size(), 0);
  for (std::size_t i = 0; i < padded.bytes.size(); i += width) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; place >= 0 && axis < shape.size(); ++axis) {
      const std::int64_t source = sources[axis][static_cast<std::size_t>(index[axis])];
      place = source < 0 ? -1 : place + source * strides[axis];
    }
    const std::byte* from =
        place < 0 ? fill.bytes.data() : given[0].bytes.data() + static_cast<std::size_t>(place) * width;
    std::memcpy(padded.bytes.data() + i, from, width);
    for (std::size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];) {
      index[axis] = 0;
    }
  }
  return {std::move(padded)};
}

/// Both orders are a transposition of six axes (ONNX DepthToSpace: the operator's own definition).
Tensors compute(const DepthToSpace& layer, const Arguments& given) {
  const Sizes& input = given.shape(0);
  const std::int64_t block = layer.block;
  Sizes cells;
  Sizes order;
  if (layer.inverse) {
    cells = {input[0], input[1], input[2] / block, block, input[3] / block, block};
    order = {0, 3, 5, 1, 2, 4};
  } else if (layer.column_row_depth) {
    cells = {input[0], input[1] / (block * block), block, block, input[2], input[3]};
    order = {0, 1, 4, 2, 5, 3};
  } else {
    cells = {input[0], block, block, input[1] / (block * block), input[2], input[3]};
    order = {0, 3, 4, 1, 5, 2};
  }
  const Sizes strides = strides_of(cells);
  Sizes shape;
  Sizes turned;
  for (const std::int64_t axis : order) {
    shape.push_back(cells[static_cast<std::size_t>(axis)]);
    turned.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  Constant moved = picked(given[0], shape, turned, 0);
  moved.shape = given.result().shape;
  return {std::move(moved)};
}

}  // namespace pj
