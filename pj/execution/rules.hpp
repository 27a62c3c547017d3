#pragma once

#include <span>
#include <vector>

#include "pj/network/layers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

using Tensors = std::vector<Constant>;

/// The operands of a layer and the types of its results, as `infer` gives them.
struct Arguments {
  std::span<const Constant* const> operands;
  std::span<const TensorType> results;

  bool has(std::size_t i) const { return i < operands.size() && operands[i] != nullptr; }
  const Constant& operator[](std::size_t i) const { return *operands[i]; }
  const Sizes& shape(std::size_t i) const { return operands[i]->shape; }
  const TensorType& result() const { return results.front(); }
};

/// True for codes that are not the numbers that they stand for: indices into a codebook, signed exponents. A Cast to
/// whole numbers gives the code itself, with which a Gather finds the number in a table.
bool is_code(const NumberFormat& format);

/// What each kind of layer computes; `execute` calls them with operands that `infer` has accepted.
Tensors compute(const Convolution& layer, const Arguments& given);
Tensors compute(const FullyConnected& layer, const Arguments& given);
Tensors compute(const MatMul& layer, const Arguments& given);
Tensors compute(const Pooling& layer, const Arguments& given);
Tensors compute(const Activation& layer, const Arguments& given);
Tensors compute(const BatchNormalization& layer, const Arguments& given);
Tensors compute(const Normalization& layer, const Arguments& given);
Tensors compute(const LocalResponseNormalization& layer, const Arguments& given);
Tensors compute(const Softmax& layer, const Arguments& given);
Tensors compute(const Elementwise& layer, const Arguments& given);
Tensors compute(const Concat& layer, const Arguments& given);
Tensors compute(const Split& layer, const Arguments& given);
Tensors compute(const Slice& layer, const Arguments& given);
Tensors compute(const Pad& layer, const Arguments& given);
Tensors compute(const Reshape& layer, const Arguments& given);
Tensors compute(const Transpose& layer, const Arguments& given);
Tensors compute(const Resize& layer, const Arguments& given);
Tensors compute(const Gather& layer, const Arguments& given);
Tensors compute(const Scatter& layer, const Arguments& given);
Tensors compute(const Reduce& layer, const Arguments& given);
Tensors compute(const Expand& layer, const Arguments& given);
Tensors compute(const DepthToSpace& layer, const Arguments& given);
Tensors compute(const Cast& layer, const Arguments& given);
Tensors compute(const Recurrent& layer, const Arguments& given);
Tensors compute(const Quantize& layer, const Arguments& given);
Tensors compute(const Dequantize& layer, const Arguments& given);
Tensors compute(const FakeQuantize& layer, const Arguments& given);
Tensors compute(const Dropout& layer, const Arguments& given);
Tensors compute(const If& layer, const Arguments& given);

}  // namespace pj
