#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// What shape inference says of one output.
struct TensorType {
  Sizes shape;
  NumberFormat format;

  bool operator==(const TensorType&) const = default;
};

/// The outputs of a layer for the given operands (null: an optional operand that is left out).
/// Throws `InputError` that says what does not fit and what would. Every size is checked: no output has a
/// negative size, none has more than 2^62 elements.
std::vector<TensorType> infer(const Layer& layer, std::span<const Value* const> operands);

/// The spatial output size of a sliding window: floor or ceil of (H + pads − D·(R−1) − 1) / U + 1; with `ceil_mode`
/// a window that would start in the padding behind the map is dropped.
std::int64_t window_count(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                          std::int64_t pad_begin, std::int64_t pad_end, bool ceil_mode);

}  // namespace pj
