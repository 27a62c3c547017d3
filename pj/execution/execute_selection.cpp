#include <algorithm>
#include <cmath>
#include <cstring>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

std::int64_t product(const Sizes& sizes, std::size_t first, std::size_t last) {
  return element_count(
      {sizes.begin() + static_cast<std::ptrdiff_t>(first), sizes.begin() + static_cast<std::ptrdiff_t>(last)});
}

std::size_t width_of(const Constant& tensor) {
  return static_cast<std::size_t>(stored_bytes(tensor.format));
}

Constant empty_result(const Constant& source, const Sizes& shape) {
  return {source.format, shape,
          std::vector<std::byte>(static_cast<std::size_t>(element_count(shape)) * width_of(source))};
}

/// Copies `count` elements from one place to another.
void copy(const Constant& source, std::int64_t from, Constant& target, std::int64_t to, std::int64_t count) {
  const std::size_t width = width_of(source);
  if (count > 0) {
    std::memcpy(target.bytes.data() + static_cast<std::size_t>(to) * width,
                source.bytes.data() + static_cast<std::size_t>(from) * width, static_cast<std::size_t>(count) * width);
  }
}

Constant gathered_slices(std::size_t axis, const Arguments& given) {
  const auto picks = numbers_of<std::int64_t>(given[1]);
  const Sizes& shape = given.shape(0);
  const std::int64_t outer = product(shape, 0, axis);
  const std::int64_t inner = product(shape, axis + 1, shape.size());
  Constant result = empty_result(given[0], given.result().shape);
  std::int64_t to = 0;
  for (std::int64_t row = 0; row < outer; ++row) {
    for (const std::int64_t pick : picks) {
      const std::int64_t index = checked_index(pick, shape[axis]);
      copy(given[0], (row * shape[axis] + index) * inner, result, to, inner);
      to += inner;
    }
  }
  return result;
}

/// Calls `visit(i, place)` for each index tensor element: the place in the data that it names along `axis`.
template <class Visit>
void for_each_named(std::size_t axis, const Sizes& shape, const Constant& indices, Visit visit) {
  const auto picks = numbers_of<std::int64_t>(indices);
  Sizes strides = strides_of(shape);
  const std::int64_t along = strides[axis];
  strides[axis] = 0;
  for_each_place(indices.shape, strides, 0, [&](std::int64_t i, std::int64_t place) {
    visit(i, place + checked_index(picks[static_cast<std::size_t>(i)], shape[axis]) * along);
  });
}

Constant gathered_elements(std::size_t axis, const Arguments& given) {
  Constant result = empty_result(given[0], given.result().shape);
  for_each_named(axis, given.shape(0), given[1],
                 [&](std::int64_t i, std::int64_t place) { copy(given[0], place, result, i, 1); });
  return result;
}

/// The place in the data that one row of indices (the last axis) names.
std::int64_t named_place(std::span<const std::int64_t> row, const Sizes& shape, std::size_t first_axis) {
  const Sizes strides = strides_of(shape);
  std::int64_t place = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    place += checked_index(row[i], shape[first_axis + i]) * strides[first_axis + i];
  }
  return place;
}

Constant gathered_nd(std::size_t batch_axes, const Arguments& given) {
  const auto picks = numbers_of<std::int64_t>(given[1]);
  const Sizes& shape = given.shape(0);
  const auto depth = static_cast<std::size_t>(given.shape(1).back());
  const std::int64_t batches = product(shape, 0, batch_axes);
  const std::int64_t volume = product(shape, batch_axes, shape.size());
  const std::int64_t slice = product(shape, batch_axes + depth, shape.size());
  const std::int64_t rows = product(given.shape(1), batch_axes, given.shape(1).size() - 1);
  Constant result = empty_result(given[0], given.result().shape);
  for (std::int64_t row = 0; row < batches * rows; ++row) {
    const auto named = std::span(picks).subspan(static_cast<std::size_t>(row) * depth, depth);
    copy(given[0], row / rows * volume + named_place(named, shape, batch_axes), result, row * slice, slice);
  }
  return result;
}

template <class Number>
Number combined(Scatter::Combine combine, Number a, Number b) {
  switch (combine) {
    case Scatter::Combine::Add:
      if constexpr (std::is_floating_point_v<Number>) {
        return a + b;
      } else {
        return static_cast<Number>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
      }
    case Scatter::Combine::Mul:
      if constexpr (std::is_floating_point_v<Number>) {
        return a * b;
      } else {
        return static_cast<Number>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
      }
    case Scatter::Combine::Min:
      return std::min(a, b);
    case Scatter::Combine::Max:
      return std::max(a, b);
    default:
      return b;
  }
}

/// Calls `visit(from, to, count)` for each run of updates and the place of the data that it goes to, in order.
template <class Visit>
void for_each_update(const Scatter& layer, const Arguments& given, Visit visit) {
  const Sizes& shape = given.shape(0);
  if (layer.kind == Scatter::Kind::Elements) {
    for_each_named(axis_index(layer.axis, shape.size()), shape, given[1],
                   [&](std::int64_t i, std::int64_t place) { visit(i, place, 1); });
    return;
  }
  const auto picks = numbers_of<std::int64_t>(given[1]);
  const auto depth = static_cast<std::size_t>(given.shape(1).back());
  const std::int64_t slice = product(shape, depth, shape.size());
  for (std::size_t row = 0; row < picks.size() / depth && slice > 0; ++row) {
    const std::int64_t place = named_place(std::span(picks).subspan(row * depth, depth), shape, 0);
    visit(static_cast<std::int64_t>(row) * slice, place, slice);
  }
}

}  // namespace

Tensors compute(const Gather& layer, const Arguments& given) {
  if (layer.kind == Gather::Kind::Nd) {
    return {gathered_nd(static_cast<std::size_t>(layer.batch_axes), given)};
  }
  const std::size_t axis = axis_index(layer.axis, given.shape(0).size());
  return {layer.kind == Gather::Kind::Slices ? gathered_slices(axis, given) : gathered_elements(axis, given)};
}

Tensors compute(const Scatter& layer, const Arguments& given) {
  if (given[0].format != given[2].format) {
    throw InputError("it puts " + to_string(given[2].format) + " into " + to_string(given[0].format) +
                     "; cast them to one format first");
  }
  if (layer.combine == Scatter::Combine::Replace) {
    Constant changed = given[0];
    for_each_update(layer, given, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      copy(given[2], from, changed, to, count);
    });
    return {std::move(changed)};
  }
  return in_number_type(given[0].format, [&](auto zero) -> Tensors {
    auto numbers = numbers_of<decltype(zero)>(given[0]);
    const auto updates = numbers_of<decltype(zero)>(given[2]);
    for_each_update(layer, given, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        auto& number = numbers[static_cast<std::size_t>(to + i)];
        number = combined(layer.combine, number, updates[static_cast<std::size_t>(from + i)]);
      }
    });
    return {tensor_of(given.result(), numbers)};
  });
}

}  // namespace pj
