#pragma once

#include <cstdint>
#include <vector>

#include "pj/network/shapes.hpp"

namespace pj {

/// Elements from one index of an axis to the next, in row-major order.
Sizes strides_of(const Sizes& shape);

/// Strides for walking through `shape` as if it were stretched to `stretched`, as in NumPy: 0 along axes of size 1.
Sizes stretched_strides(const Sizes& shape, const Sizes& stretched);

/// The index counted from the front; negative ones count from the end. Throws `InputError` outside the axis.
std::int64_t checked_index(std::int64_t index, std::int64_t size);

/// Calls `visit(i, place)` for every index of `shape` in row-major order, where i counts from 0 and
/// place = offset + Σ index · stride.
template <class Visit>
void for_each_place(const Sizes& shape, const Sizes& strides, std::int64_t offset, Visit visit) {
  const std::size_t rank = shape.size();
  const std::int64_t inner = rank == 0 ? 1 : shape[rank - 1];
  const std::int64_t step = rank == 0 ? 0 : strides[rank - 1];
  const std::int64_t count = element_count(shape);
  Sizes index(rank, 0);
  std::int64_t place = offset;
  for (std::int64_t first = 0; first < count; first += inner) {
    for (std::int64_t i = 0; i < inner; ++i) {
      visit(first + i, place + i * step);
    }
    for (std::size_t axis = rank < 2 ? 0 : rank - 1; axis-- > 0;) {  // the next row
      place += strides[axis];
      if (++index[axis] < shape[axis]) {
        break;
      }
      place -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/// The elements at those places, as a tensor of the result's shape and the source's format.
Constant picked(const Constant& source, const Sizes& shape, const Sizes& strides, std::int64_t offset);

/// Numbers stretched to another shape, as in NumPy.
template <class Number>
std::vector<Number> stretched(std::vector<Number> numbers, const Sizes& shape, const Sizes& target) {
  if (shape == target) {
    return numbers;
  }
  std::vector<Number> all(static_cast<std::size_t>(element_count(target)));
  for_each_place(target, stretched_strides(shape, target), 0, [&](std::int64_t i, std::int64_t place) {
    all[static_cast<std::size_t>(i)] = numbers[static_cast<std::size_t>(place)];
  });
  return all;
}

}  // namespace pj
