#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "pj/kernels/layout.hpp"

namespace pj {

/// A matrix of C×M weights, filled up to whole blocks with zeros, as `BlockedProduct` reads it: panels of `panel`
/// output channels, each C × its width.
struct PanelShape {
  std::int64_t C = 1, M = 1, panel = block_size;

  std::int64_t padded_C() const { return blocks_of(C) * block_size; }
  std::int64_t padded_M() const { return blocks_of(M) * block_size; }
  std::int64_t numbers() const { return padded_C() * padded_M(); }
  /// Where a weight stands.
  std::size_t place(std::int64_t c, std::int64_t m) const {
    const std::int64_t first = m / panel * panel;
    const std::int64_t width = std::min(panel, padded_M() - first);
    return static_cast<std::size_t>(padded_C() * first + c * width + m - first);
  }
};

}  // namespace pj
