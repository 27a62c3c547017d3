#include <algorithm>
#include <cstring>

#include "pj/base/error.hpp"
#include "pj/onnx/elements.hpp"
#include "pj/onnx/fold_rules.hpp"

namespace pj {

namespace {

/// The constant of the result's shape whose element at an index is the source's at `place(index)`.
template <class Place>
Constant moved(const Constant& source, const TensorType& result, Place place) {
  const auto width = static_cast<std::size_t>(stored_bytes(source.format));
  const auto count = static_cast<std::size_t>(element_count(result.shape));
  Constant constant{source.format, result.shape, std::vector<std::byte>(count * width)};
  IndexWalk walk(result.shape);
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = static_cast<std::size_t>(place(walk.index()));
    std::memcpy(constant.bytes.data() + i * width, source.bytes.data() + from * width, width);
    walk.next();
  }
  return constant;
}

/// The index that counts from the end where it is negative; throws outside the axis.
std::int64_t checked_index(std::int64_t index, std::int64_t size) {
  const std::int64_t counted = index < 0 ? index + size : index;
  if (counted < 0 || counted >= size) {
    throw InputError("picks index " + std::to_string(index) + " of an axis of " + std::to_string(size) +
                     "; indices run from " + std::to_string(-size) + " to " + std::to_string(size - 1));
  }
  return counted;
}

std::int64_t dot(const Sizes& index, const Sizes& strides) {
  std::int64_t place = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    place += index[i] * strides[i];
  }
  return place;
}

Constant gathered_slices(std::size_t axis, const Constant& data, const Constant& indices, const TensorType& result) {
  const auto picks = whole_numbers(indices);
  const Sizes strides = strides_of(data.shape);
  const Sizes pick_strides = strides_of(indices.shape);
  return moved(data, result, [&](const Sizes& index) {
    std::int64_t pick = 0;
    for (std::size_t i = 0; i < pick_strides.size(); ++i) {
      pick += index[axis + i] * pick_strides[i];
    }
    std::int64_t place = checked_index(picks[static_cast<std::size_t>(pick)], data.shape[axis]) * strides[axis];
    for (std::size_t i = 0; i < data.shape.size(); ++i) {
      place += i == axis ? 0 : index[i < axis ? i : i - 1 + pick_strides.size()] * strides[i];
    }
    return place;
  });
}

Constant gathered_elements(std::size_t axis, const Constant& data, const Constant& indices, const TensorType& result) {
  const auto picks = whole_numbers(indices);
  const Sizes strides = strides_of(data.shape);
  const Sizes pick_strides = strides_of(indices.shape);
  return moved(data, result, [&](Sizes index) {
    index[axis] = checked_index(picks[static_cast<std::size_t>(dot(index, pick_strides))], data.shape[axis]);
    return dot(index, strides);
  });
}

/// The place in the data that one row of indices (the last axis) names.
std::int64_t named_place(std::span<const std::int64_t> row, const Sizes& shape, std::size_t first_axis,
                         const Sizes& strides) {
  std::int64_t place = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    place += checked_index(row[i], shape[first_axis + i]) * strides[first_axis + i];
  }
  return place;
}

Constant gathered_nd(std::size_t batch_axes, const Constant& data, const Constant& indices, const TensorType& result) {
  const auto picks = whole_numbers(indices);
  const auto depth = static_cast<std::size_t>(indices.shape.back());
  const Sizes strides = strides_of(data.shape);
  const Sizes row_strides = strides_of(Sizes(indices.shape.begin(), indices.shape.end() - 1));
  return moved(data, result, [&](const Sizes& index) {
    const auto row = static_cast<std::size_t>(dot(index, row_strides));
    std::int64_t place = named_place(std::span(picks).subspan(row * depth, depth), data.shape, batch_axes, strides);
    for (std::size_t i = 0; i < batch_axes; ++i) {
      place += index[i] * strides[i];
    }
    for (std::size_t i = row_strides.size(), k = batch_axes + depth; i < index.size(); ++i, ++k) {
      place += index[i] * strides[k];
    }
    return place;
  });
}

/// The first index that a slice takes: negative ones count from the end, those outside are clamped (ONNX Slice).
std::int64_t slice_start(std::int64_t start, std::int64_t step, std::int64_t size) {
  const std::int64_t counted = start < 0 ? start + size : start;
  return std::clamp<std::int64_t>(counted, 0, std::max<std::int64_t>(step > 0 ? size : size - 1, 0));
}

/// Bytes of all elements behind one index of `axis`.
std::size_t row_bytes(const Sizes& shape, std::size_t axis, const NumberFormat& format) {
  const Sizes inner(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end());
  return static_cast<std::size_t>(element_count(inner)) * static_cast<std::size_t>(stored_bytes(format));
}

}  // namespace

void IndexWalk::next() {
  for (std::size_t i = shape_.size(); i-- > 0;) {
    if (++index_[i] < shape_[i]) {
      return;
    }
    index_[i] = 0;
  }
}

Sizes strides_of(const Sizes& shape) {
  Sizes strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * shape[i];
  }
  return strides;
}

Constant fold_transpose(const Transpose& layer, const Constant& operand, const TensorType& result) {
  const Sizes strides = strides_of(operand.shape);
  Sizes turned(strides.size());
  for (std::size_t i = 0; i < strides.size(); ++i) {
    turned[i] = strides[axis_index(layer.permutation.at(i), strides.size())];
  }
  return moved(operand, result, [&](const Sizes& index) { return dot(index, turned); });
}

Constant fold_slice(const Slice& layer, const Constant& operand, const TensorType& result) {
  const Sizes strides = strides_of(operand.shape);
  Sizes starts(strides.size(), 0);
  Sizes steps(strides.size(), 1);
  for (std::size_t i = 0; i < layer.starts.size(); ++i) {
    const std::size_t axis = layer.axes.empty() ? i : axis_index(layer.axes[i], strides.size());
    steps[axis] = layer.steps.empty() ? 1 : layer.steps[i];
    starts[axis] = slice_start(layer.starts[i], steps[axis], operand.shape[axis]);
  }
  return moved(operand, result, [&](const Sizes& index) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
      place += (starts[i] + index[i] * steps[i]) * strides[i];
    }
    return place;
  });
}

Constant fold_expand(const Constant& operand, const TensorType& result) {
  const Sizes strides = strides_of(operand.shape);
  const std::size_t extra = result.shape.size() - strides.size();
  return moved(operand, result, [&](const Sizes& index) {
    std::int64_t place = 0;
    for (std::size_t i = 0; i < strides.size(); ++i) {
      place += index[i + extra] % operand.shape[i] * strides[i];
    }
    return place;
  });
}

Constant fold_gather(const Gather& layer, const Constant& data, const Constant& indices, const TensorType& result) {
  if (layer.kind == Gather::Kind::Nd) {
    return gathered_nd(static_cast<std::size_t>(layer.batch_axes), data, indices, result);
  }
  const std::size_t axis = axis_index(layer.axis, data.shape.size());
  return layer.kind == Gather::Kind::Slices ? gathered_slices(axis, data, indices, result)
                                            : gathered_elements(axis, data, indices, result);
}

Constant fold_concat(const Concat& layer, ConstantOperands operands, const TensorType& result) {
  const std::size_t axis = axis_index(layer.axis, result.shape.size());
  Constant joined{result.format, result.shape, {}};
  const std::int64_t rows = element_count(Sizes(result.shape.begin(), result.shape.begin() + static_cast<int>(axis)));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const Constant* operand : operands) {
      const std::size_t bytes = row_bytes(operand->shape, axis, operand->format);
      const auto from = operand->bytes.begin() + row * static_cast<std::ptrdiff_t>(bytes);
      joined.bytes.insert(joined.bytes.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
    }
  }
  return joined;
}

std::vector<Constant> fold_split(const Split& layer, const Constant& operand, std::span<const TensorType> results) {
  const std::size_t axis = axis_index(layer.axis, operand.shape.size());
  const Sizes strides = strides_of(operand.shape);
  std::vector<Constant> pieces;
  std::int64_t offset = 0;
  for (const TensorType& result : results) {
    pieces.push_back(
        moved(operand, result, [&](const Sizes& index) { return dot(index, strides) + offset * strides[axis]; }));
    offset += result.shape[axis];
  }
  return pieces;
}

Constant fold_scatter(const Constant& data, const Constant& indices, const Constant& updates,
                      const TensorType& result) {
  const auto picks = whole_numbers(indices);
  const auto depth = static_cast<std::size_t>(indices.shape.back());
  const Sizes strides = strides_of(data.shape);
  const std::size_t bytes = row_bytes(data.shape, depth, data.format);
  const auto width = static_cast<std::size_t>(stored_bytes(data.format));
  Constant changed{result.format, result.shape, data.bytes};
  for (std::size_t row = 0; depth > 0 && row * depth < picks.size() && bytes > 0; ++row) {
    const std::int64_t place = named_place(std::span(picks).subspan(row * depth, depth), data.shape, 0, strides);
    std::memcpy(changed.bytes.data() + static_cast<std::size_t>(place) * width, updates.bytes.data() + row * bytes,
                bytes);
  }
  return changed;
}

}  // namespace pj
