#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "pj/kernels/layout.hpp"

namespace pj {

/// A matrix of C×M weights, filled up to whole blocks with zeros, as `BlockedProduct` reads it: panels of `panel`
/// output channels, each C × its width.
struct PanelShape {
  std::int64_t C = 1, M = 1, panel = block_size;

  std::int64_t padded_C() const { return blocks_of(C) * block_size; }
  std::int64_t padded_M() const { return blocks_of(M) * block_size; }
  std::int64_t numbers() const { return padded_C() * padded_M(); }
};

/// Packs the matrix `at(c, m)` into `packed`.
template <class At>
void pack_panels(const PanelShape& shape, const At& at, std::span<float> packed) {
  std::size_t next = 0;
  for (std::int64_t first = 0; first < shape.padded_M(); first += shape.panel) {
    const std::int64_t last = std::min(first + shape.panel, shape.padded_M());
    for (std::int64_t c = 0; c < shape.padded_C(); ++c) {
      for (std::int64_t m = first; m < last; ++m) {
        packed[next++] = c < shape.C && m < shape.M ? at(c, m) : 0.0F;
      }
    }
  }
}

}  // namespace pj
