#pragma once

#include <array>
#include <cstdint>

#include "pj/network/shapes.hpp"

namespace pj {

/// An image's three spatial axes, the outermost first; an image with fewer has sizes of 1 before them.
using Axes3 = std::array<std::int64_t, 3>;

/// The last entries of `sizes` (from `first` on), filled up from the front.
Axes3 three_axes(const Sizes& sizes, std::size_t first, std::int64_t filling);

/// The product of the three.
constexpr std::int64_t volume(const Axes3& axes) {
  return axes[0] * axes[1] * axes[2];
}

/// A range of indices.
struct IndexRange {
  std::int64_t begin, end;
};

/// The outputs p in [0, outputs) for which stride · p + offset lies in [0, size): those whose window sees the map
/// and not the padding.
IndexRange inside(std::int64_t outputs, std::int64_t stride, std::int64_t offset, std::int64_t size);

}  // namespace pj
