#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

/// One output like the first operand.
TensorTypes like_first(const Operands& operands) {
  return {{operands.shape(0), operands.format(0)}};
}

/// The channels of a tensor, which are its axis 1.
std::int64_t channels(const Operands& operands) {
  if (operands.rank(0) < 2) {
    throw InputError("its input is " + shape_text(operands.shape(0)) + "; it must be batch × channels × …");
  }
  return operands.shape(0)[1];
}

bool is_question(Activation::Kind kind) {
  return kind == Activation::Kind::Not || kind == Activation::Kind::IsNan || kind == Activation::Kind::IsInf;
}

bool is_question(Elementwise::Kind kind) {
  const bool compares = kind >= Elementwise::Kind::Equal && kind <= Elementwise::Kind::GreaterOrEqual;
  return compares || (kind >= Elementwise::Kind::And && kind <= Elementwise::Kind::Xor);
}

/// True where the function folds any number of operands.
bool is_variadic(Elementwise::Kind kind) {
  using enum Elementwise::Kind;
  return kind == Add || kind == Mul || kind == Min || kind == Max || kind == Mean;
}

void check_elementwise_operands(Elementwise::Kind kind, const Operands& operands) {
  if (kind == Elementwise::Kind::Where) {
    operands.require(3, {"condition", "then", "else"});
  } else if (is_variadic(kind)) {
    operands.require_all();
  } else {
    operands.require(2, {"first", "second"});
  }
}

void check_group_normalization(const Normalization& layer, const Operands& operands) {
  const std::int64_t count = channels(operands);
  const bool is_instance = layer.kind == Normalization::Kind::Instance;
  const std::int64_t groups = is_instance ? std::max<std::int64_t>(count, 1) : layer.groups;
  if (groups < 1 || count % groups != 0) {
    throw InputError(std::to_string(groups) + " groups do not divide " + std::to_string(count) +
                     " channels; use a divisor of " + std::to_string(count));
  }
  // ONNX's GroupNormalization had one scale a group before opset 21, since then one a channel.
  const bool is_per_group = operands.has(1) && operands.shape(1) == Sizes{groups};
  operands.require_shape(1, "scale", {is_per_group ? groups : count});
  operands.require_shape(2, "bias", {is_per_group ? groups : count});
}

void check_axes_normalization(const Normalization& layer, const Operands& operands) {
  const Sizes& input = operands.shape(0);
  if (layer.kind == Normalization::Kind::MeanVariance) {
    axis_indices(layer.axes, input.size());
    return;
  }
  const std::size_t axis = axis_index(layer.axis, input.size());
  const Sizes normalized(input.begin() + static_cast<std::ptrdiff_t>(axis), input.end());
  operands.require_stretchable(1, "scale", normalized);
  operands.require_stretchable(2, "bias", normalized);
}

/// The shape of a scale: one number, one per index of the axis, or one per block of indices along it.
void check_scale(const Operands& operands, std::int64_t axis, std::int64_t block) {
  const Sizes& input = operands.shape(0);
  const Sizes& scale = operands.shape(1);
  if (element_count(scale) == 1 && scale.size() <= 1) {
    return;
  }
  const std::size_t along = axis_index(axis, input.size());
  if (block < 0) {
    throw InputError("a block of " + std::to_string(block) + " elements; it must be at least 1, or 0 for none");
  }
  Sizes expected{input[along]};
  if (block > 0) {
    expected = input;
    expected[along] = ceil_div(input[along], block);
  }
  operands.require_shape(1, "scale", expected);
}

void check_zero_point(const Operands& operands) {
  if (operands.has(2) && element_count(operands.shape(2)) != 1) {
    operands.require_shape(2, "zero point", operands.shape(1));
  }
}

}  // namespace

TensorTypes infer_types(const Activation& layer, const Operands& operands) {
  if (layer.kind == Activation::Kind::PRelu) {
    operands.require(2, {"input", "slope"});
    operands.require_stretchable(1, "slope", operands.shape(0));
  } else {
    operands.require(1, {"input"});
  }
  return {{operands.shape(0), is_question(layer.kind) ? NumberFormat::boolean() : operands.format(0)}};
}

TensorTypes infer_types(const BatchNormalization&, const Operands& operands) {
  operands.require(5, {"input", "scale", "bias", "mean", "variance"});
  const Sizes expected{channels(operands)};
  operands.require_shape(1, "scale", expected);
  operands.require_shape(2, "bias", expected);
  operands.require_shape(3, "mean", expected);
  operands.require_shape(4, "variance", expected);
  return like_first(operands);
}

TensorTypes infer_types(const Normalization& layer, const Operands& operands) {
  operands.require(1, {"input", "scale", "bias"});
  const bool by_group = layer.kind == Normalization::Kind::Group || layer.kind == Normalization::Kind::Instance;
  by_group ? check_group_normalization(layer, operands) : check_axes_normalization(layer, operands);
  return like_first(operands);
}

TensorTypes infer_types(const LocalResponseNormalization& layer, const Operands& operands) {
  operands.require(1, {"input"});
  channels(operands);
  if (layer.size < 1) {
    throw InputError("a neighbourhood of " + std::to_string(layer.size) + " channels; it must be at least 1");
  }
  return like_first(operands);
}

TensorTypes infer_types(const Softmax& layer, const Operands& operands) {
  operands.require(1, {"input"});
  axis_index(layer.axis, operands.rank(0));
  return like_first(operands);
}

TensorTypes infer_types(const Elementwise& layer, const Operands& operands) {
  check_elementwise_operands(layer.kind, operands);
  Sizes shape = operands.shape(0);
  for (std::size_t i = 1; i < operands.count(); ++i) {
    shape = broadcast(shape, operands.shape(i));
  }
  const std::size_t source = layer.kind == Elementwise::Kind::Where ? 1 : 0;
  return {{shape, is_question(layer.kind) ? NumberFormat::boolean() : operands.format(source)}};
}

TensorTypes infer_types(const Cast& layer, const Operands& operands) {
  operands.require(1, {"input"});
  return {{operands.shape(0), layer.to}};
}

TensorTypes infer_types(const Quantize& layer, const Operands& operands) {
  operands.require(2, {"input", "scale", "zero point"});
  check_scale(operands, layer.axis, layer.block);
  check_zero_point(operands);
  return {{operands.shape(0), layer.to}};
}

TensorTypes infer_types(const Dequantize& layer, const Operands& operands) {
  operands.require(2, {"input", "scale", "zero point"});
  check_scale(operands, layer.axis, layer.block);
  check_zero_point(operands);
  return {{operands.shape(0), operands.format(1)}};
}

TensorTypes infer_types(const FakeQuantize& layer, const Operands& operands) {
  switch (layer.kind) {
    case FakeQuantize::Kind::Integer:
      operands.require(4, {"input", "scale", "zero point", "bit width"});
      break;
    case FakeQuantize::Kind::Bipolar:
      operands.require(2, {"input", "scale"});
      break;
    case FakeQuantize::Kind::Trunc:
      operands.require(5, {"input", "scale", "zero point", "input bits", "output bits"});
      break;
  }
  for (std::size_t i = 1; i < operands.count(); ++i) {
    operands.require_stretchable(i, "parameter " + std::to_string(i), operands.shape(0));
  }
  return like_first(operands);
}

TensorTypes infer_types(const Dropout& layer, const Operands& operands) {
  operands.require(1, {"input"});
  if (!(layer.ratio >= 0.0F && layer.ratio <= 1.0F)) {
    throw InputError("a ratio of " + std::to_string(layer.ratio) + "; it must be between 0 and 1");
  }
  return like_first(operands);
}

}  // namespace pj
