#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "pj/network/shapes.hpp"

namespace pj {

/// The operands of a layer as the shape rules ask for them.
class Operands {
 public:
  explicit Operands(std::span<const Value* const> values) : values_(values) {}

  std::size_t count() const { return values_.size(); }
  bool has(std::size_t i) const { return i < values_.size() && values_[i] != nullptr; }
  const Sizes& shape(std::size_t i) const { return values_[i]->shape; }
  std::size_t rank(std::size_t i) const { return values_[i]->shape.size(); }
  const NumberFormat& format(std::size_t i) const { return values_[i]->format; }

  /// Throws unless the first `needed` operands are there and there are no more than `names`.
  void require(std::size_t needed, std::initializer_list<std::string_view> names) const;
  /// Throws unless there is at least one operand and none is left out.
  void require_all() const;
  /// Throws where operand `i` is there and has another shape.
  void require_shape(std::size_t i, std::string_view name, const Sizes& expected) const;
  /// Throws where operand `i` is there and cannot be stretched to `target`.
  void require_stretchable(std::size_t i, std::string_view name, const Sizes& target) const;
  /// Throws unless operand `i` has whole numbers.
  void require_indices(std::size_t i) const;

 private:
  std::span<const Value* const> values_;
};

/// a + b and a · b; throw `InputError` where they do not fit 64 bits.
std::int64_t size_sum(std::int64_t a, std::int64_t b);
std::int64_t size_product(std::int64_t a, std::int64_t b);

/// The axes as indices below `rank`; throws where one is out of range or named twice.
std::vector<std::size_t> axis_indices(const Sizes& axes, std::size_t rank);

using TensorTypes = std::vector<TensorType>;

/// The rule of each layer kind; `infer` calls them and checks what they return.
TensorTypes infer_types(const Convolution& layer, const Operands& operands);
TensorTypes infer_types(const FullyConnected& layer, const Operands& operands);
TensorTypes infer_types(const MatMul& layer, const Operands& operands);
TensorTypes infer_types(const Pooling& layer, const Operands& operands);
TensorTypes infer_types(const Activation& layer, const Operands& operands);
TensorTypes infer_types(const BatchNormalization& layer, const Operands& operands);
TensorTypes infer_types(const Normalization& layer, const Operands& operands);
TensorTypes infer_types(const LocalResponseNormalization& layer, const Operands& operands);
TensorTypes infer_types(const Softmax& layer, const Operands& operands);
TensorTypes infer_types(const Elementwise& layer, const Operands& operands);
TensorTypes infer_types(const Concat& layer, const Operands& operands);
TensorTypes infer_types(const Split& layer, const Operands& operands);
TensorTypes infer_types(const Slice& layer, const Operands& operands);
TensorTypes infer_types(const Pad& layer, const Operands& operands);
TensorTypes infer_types(const Reshape& layer, const Operands& operands);
TensorTypes infer_types(const Transpose& layer, const Operands& operands);
TensorTypes infer_types(const Resize& layer, const Operands& operands);
TensorTypes infer_types(const Gather& layer, const Operands& operands);
TensorTypes infer_types(const Scatter& layer, const Operands& operands);
TensorTypes infer_types(const Reduce& layer, const Operands& operands);
TensorTypes infer_types(const Expand& layer, const Operands& operands);
TensorTypes infer_types(const DepthToSpace& layer, const Operands& operands);
TensorTypes infer_types(const Cast& layer, const Operands& operands);
TensorTypes infer_types(const Recurrent& layer, const Operands& operands);
TensorTypes infer_types(const Quantize& layer, const Operands& operands);
TensorTypes infer_types(const Dequantize& layer, const Operands& operands);
TensorTypes infer_types(const FakeQuantize& layer, const Operands& operands);
TensorTypes infer_types(const Dropout& layer, const Operands& operands);
TensorTypes infer_types(const If& layer, const Operands& operands);

}  // namespace pj
