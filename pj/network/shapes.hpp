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
/// negative size, none has more than 2^62 elements. The number format is that of the first operand, but for
/// comparisons (bool), ArgMax and ArgMin (int64), Where (operand 1), and the conversions Cast, Quantize and
/// Dequantize (the scale's). The branches of an `If` must make the same shapes and formats.
std::vector<TensorType> infer(const Layer& layer, std::span<const Value* const> operands);

/// The layer with its empty spatial vectors filled in: stride and dilation with 1, padding with 0. The empty
/// kernel of a global pooling stays empty.
Layer completed(Layer layer, std::size_t spatial_axes);

/// Throws `InputError` where a size is negative, there are more than 2^62 elements, or more than 64 axes.
void check_shape(const Sizes& shape);

/// The common shape of operands that are stretched along axes of size 1, as in NumPy; throws `InputError`.
Sizes broadcast(const Sizes& a, const Sizes& b);

/// The axis that `axis` names, where negative numbers count from the end; throws `InputError`.
std::size_t axis_index(std::int64_t axis, std::size_t rank);

/// The spatial output size of a sliding window: floor or ceil of (H + pads − D·(R−1) − 1) / U + 1; with `ceil_mode`
/// a window that would start in the padding behind the map is dropped, as in Caffe (pooling_layer.cpp),
/// PyTorch and ONNX. Throws `InputError` where a size is out of range or no window fits.
std::int64_t window_count(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                          std::int64_t pad_begin, std::int64_t pad_end, bool ceil_mode);

}  // namespace pj
