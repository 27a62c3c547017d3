#pragma once

#include <vector>

#include "pj/execution/numbers.hpp"

namespace pj {

/// A tensor of float32.
inline Constant real_tensor(const Sizes& shape, const std::vector<double>& numbers) {
  return tensor_of({shape, NumberFormat::float32()}, numbers);
}

}  // namespace pj
