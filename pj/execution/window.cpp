#include "pj/execution/window.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"

namespace pj {

Axes3 three_axes(const Sizes& sizes, std::size_t first, std::int64_t filling) {
  Axes3 axes{filling, filling, filling};
  for (std::size_t i = first, k = axes.size() - (sizes.size() - first); i < sizes.size(); ++i, ++k) {
    axes[k] = sizes[i];
  }
  return axes;
}

IndexRange inside(std::int64_t outputs, std::int64_t stride, std::int64_t offset, std::int64_t size) {
  const std::int64_t begin = offset >= 0 ? 0 : ceil_div(-offset, stride);
  const std::int64_t end = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
  return {std::min(begin, outputs), std::clamp(end, std::min(begin, outputs), outputs)};
}

}  // namespace pj
