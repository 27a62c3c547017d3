#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/network/layers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

using Operand = const Constant*;
using ConstantOperands = std::span<const Operand>;

/// Steps through all indices of a shape in row-major order.
class IndexWalk {
 public:
  explicit IndexWalk(const Sizes& shape) : shape_(shape), index_(shape.size(), 0) {}

  const Sizes& index() const { return index_; }
  void next();

 private:
  Sizes shape_, index_;
};

/// Elements from one index to the next, per axis, in row-major order.
Sizes strides_of(const Sizes& shape);

/// Element by element functions (fold_arithmetic.cpp).
Constant fold_elementwise(Elementwise::Kind kind, ConstantOperands operands, const TensorType& result);
bool can_fold(Activation::Kind kind);
Constant fold_activation(Activation::Kind kind, const Constant& operand, const TensorType& result);
Constant fold_cast(const Constant& operand, const TensorType& result);
bool can_fold(Reduce::Kind kind);
Constant fold_reduce(const Reduce& layer, const Constant& operand, const TensorType& result);

/// Rearrangements (fold_movement.cpp).
Constant fold_transpose(const Transpose& layer, const Constant& operand, const TensorType& result);
Constant fold_slice(const Slice& layer, const Constant& operand, const TensorType& result);
Constant fold_expand(const Constant& operand, const TensorType& result);
Constant fold_gather(const Gather& layer, const Constant& data, const Constant& indices, const TensorType& result);
Constant fold_concat(const Concat& layer, ConstantOperands operands, const TensorType& result);
std::vector<Constant> fold_split(const Split& layer, const Constant& operand, std::span<const TensorType> results);
Constant fold_scatter(const Constant& data, const Constant& indices, const Constant& updates, const TensorType& result);

}  // namespace pj
