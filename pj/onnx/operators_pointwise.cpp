#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pj/base/error.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

using Function = Activation::Kind;
using Binary = Elementwise::Kind;

template <Function kind>
std::vector<ValueId> convert_function(NodeImport& node) {
  return node.add(Activation{.kind = kind}, {node.input(0)});
}

/// A function with one parameter, whose default depends on the function.
std::vector<ValueId> with_alpha(NodeImport& node, Function kind, float otherwise) {
  return node.add(Activation{.kind = kind, .alpha = node.real("alpha", otherwise)}, {node.input(0)});
}

std::vector<ValueId> convert_leaky_relu(NodeImport& node) {
  return with_alpha(node, Function::LeakyRelu, 0.01F);
}

std::vector<ValueId> convert_elu(NodeImport& node) {
  return with_alpha(node, Function::Elu, 1.0F);
}

std::vector<ValueId> convert_celu(NodeImport& node) {
  return with_alpha(node, Function::Celu, 1.0F);
}

std::vector<ValueId> convert_thresholded_relu(NodeImport& node) {
  return with_alpha(node, Function::ThresholdedRelu, 1.0F);
}

std::vector<ValueId> convert_selu(NodeImport& node) {
  // The defaults were rounded to four digits before opset 6.
  const bool rounded = node.opset() < 6;
  return node.add(Activation{.kind = Function::Selu,
                             .alpha = node.real("alpha", rounded ? 1.6732F : 1.67326319217681884765625F),
                             .beta = node.real("gamma", rounded ? 1.0507F : 1.05070102214813232421875F)},
                  {node.input(0)});
}

std::vector<ValueId> convert_hard_sigmoid(NodeImport& node) {
  return node.add(
      Activation{.kind = Function::HardSigmoid, .alpha = node.real("alpha", 0.2F), .beta = node.real("beta", 0.5F)},
      {node.input(0)});
}

std::vector<ValueId> convert_shrink(NodeImport& node) {
  return node.add(
      Activation{.kind = Function::Shrink, .alpha = node.real("lambd", 0.5F), .beta = node.real("bias", 0.0F)},
      {node.input(0)});
}

std::vector<ValueId> convert_is_inf(NodeImport& node) {
  return node.add(Activation{.kind = Function::IsInf,
                             .alpha = node.flag("detect_negative", true) ? 1.0F : 0.0F,
                             .beta = node.flag("detect_positive", true) ? 1.0F : 0.0F},
                  {node.input(0)});
}

std::vector<ValueId> convert_gelu(NodeImport& node) {
  const std::string form = node.text("approximate", "none");
  if (form != "none" && form != "tanh") {
    throw InputError("its approximate is '" + form + "'; known: none, tanh");
  }
  return node.add(Activation{.kind = form == "tanh" ? Function::GeluTanh : Function::Gelu}, {node.input(0)});
}

/// Before opset 7 a slope for each channel was a plain list.
std::vector<ValueId> convert_prelu(NodeImport& node) {
  ValueId slope = node.input(1);
  if (node.opset() < 7 && node.rank(1) == 1 && node.rank(0) > 2 && node.shape(1)[0] != 1) {
    Sizes shape(node.shape(0).size() - 1, 1);
    shape[0] = node.shape(1)[0];
    slope = node.add_one(Reshape{shape}, {slope}, "slope");
  }
  return node.add(Activation{.kind = Function::PRelu}, {node.input(0), slope});
}

/// Before opset 7 operand 1 was stretched only where `broadcast` said so, from `axis` on.
ValueId legacy_operand(NodeImport& node) {
  const std::int64_t rank = node.rank(0);
  const std::int64_t axis = node.has("axis") ? node.axis(node.integer("axis")) : rank - node.rank(1);
  const std::int64_t behind = rank - axis - node.rank(1);
  if (node.opset() >= 7 || !node.flag("broadcast", false) || behind <= 0) {
    return node.input(1);
  }
  Sizes shape = node.shape(1);
  shape.insert(shape.end(), static_cast<std::size_t>(behind), 1);
  return node.add_one(Reshape{shape}, {node.input(1)}, "operand");
}

template <Binary kind>
std::vector<ValueId> convert_binary(NodeImport& node) {
  const ValueId first = node.input(0);
  return node.add(Elementwise{kind}, {first, legacy_operand(node)});
}

template <Binary kind>
std::vector<ValueId> convert_variadic(NodeImport& node) {
  return node.add(Elementwise{kind}, node.inputs());
}

std::vector<ValueId> convert_mod(NodeImport& node) {
  return node.add(Elementwise{node.flag("fmod", false) ? Binary::Fmod : Binary::Mod}, {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_bit_shift(NodeImport& node) {
  const std::string direction = node.text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    throw InputError("its direction is '" + direction + "'; known: LEFT, RIGHT");
  }
  return node.add(Elementwise{direction == "LEFT" ? Binary::ShiftLeft : Binary::ShiftRight},
                  {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_where(NodeImport& node) {
  return node.add(Elementwise{Binary::Where}, {node.input(0), node.input(1), node.input(2)});
}

/// A bound of Clip that an activation can carry: known and exact as a float.
std::optional<float> bound(const NodeImport& node, std::size_t i, const char* attribute, float otherwise) {
  if (node.opset() < 11) {
    return node.real(attribute, otherwise);
  }
  if (!node.has_input(i)) {
    return otherwise;
  }
  if (!node.is_known(i) || element_count(node.shape(i)) != 1) {
    return std::nullopt;
  }
  const double number = node.known_real(i, attribute);
  const auto rounded = static_cast<float>(number);
  return static_cast<double>(rounded) == number ? std::optional(rounded) : std::nullopt;
}

std::vector<ValueId> convert_clip(NodeImport& node) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto low = bound(node, 1, "min", -infinity);
  const auto high = bound(node, 2, "max", infinity);
  if (low && high) {
    return node.add(Activation{.kind = Function::Clip, .alpha = *low, .beta = *high}, {node.input(0)});
  }
  ValueId value = node.input(0);
  if (node.has_input(1)) {
    value = combine(node, Binary::Max, value, node.input(1), node.has_input(2) ? "at_least" : "");
  }
  return {node.has_input(2) ? combine(node, Binary::Min, value, node.input(2), "") : value};
}

/// Before opset 6 the type was a name.
std::vector<ValueId> convert_cast(NodeImport& node) {
  static constexpr std::array names{"UNDEFINED", "FLOAT",  "UINT8", "INT8",    "UINT16", "INT16",  "INT32",
                                    "INT64",     "STRING", "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64"};
  std::int64_t code = 0;
  if (node.opset() < 6) {
    code = std::find(names.begin(), names.end(), node.text("to", "")) - names.begin();
  } else {
    code = node.integer("to");
  }
  return node.add(Cast{.to = element_type(code).format, .saturate = node.flag("saturate", true)}, {node.input(0)});
}

std::vector<ValueId> convert_cast_like(NodeImport& node) {
  return node.add(Cast{.to = node.format(1), .saturate = node.flag("saturate", true)}, {node.input(0)});
}

constexpr std::array pointwise_rows{
    OperatorRow{"", "Identity", convert_function<Function::Identity>},
    OperatorRow{"", "Relu", convert_function<Function::Relu>},
    OperatorRow{"", "LeakyRelu", convert_leaky_relu},
    OperatorRow{"", "PRelu", convert_prelu},
    OperatorRow{"", "Elu", convert_elu},
    OperatorRow{"", "Selu", convert_selu},
    OperatorRow{"", "Celu", convert_celu},
    OperatorRow{"", "ThresholdedRelu", convert_thresholded_relu},
    OperatorRow{"", "Sigmoid", convert_function<Function::Sigmoid>},
    OperatorRow{"", "HardSigmoid", convert_hard_sigmoid},
    OperatorRow{"", "Tanh", convert_function<Function::Tanh>},
    OperatorRow{"", "HardSwish", convert_function<Function::HardSwish>},
    OperatorRow{"", "Mish", convert_function<Function::Mish>},
    OperatorRow{"", "Softplus", convert_function<Function::Softplus>},
    OperatorRow{"", "Softsign", convert_function<Function::Softsign>},
    OperatorRow{"", "Gelu", convert_gelu},
    OperatorRow{"", "Clip", convert_clip},
    OperatorRow{"", "Shrink", convert_shrink},
    OperatorRow{"", "Abs", convert_function<Function::Abs>},
    OperatorRow{"", "Neg", convert_function<Function::Neg>},
    OperatorRow{"", "Exp", convert_function<Function::Exp>},
    OperatorRow{"", "Log", convert_function<Function::Log>},
    OperatorRow{"", "Sqrt", convert_function<Function::Sqrt>},
    OperatorRow{"", "Reciprocal", convert_function<Function::Reciprocal>},
    OperatorRow{"", "Erf", convert_function<Function::Erf>},
    OperatorRow{"", "Sign", convert_function<Function::Sign>},
    OperatorRow{"", "Floor", convert_function<Function::Floor>},
    OperatorRow{"", "Ceil", convert_function<Function::Ceil>},
    OperatorRow{"", "Round", convert_function<Function::Round>},
    OperatorRow{"", "Not", convert_function<Function::Not>},
    OperatorRow{"", "IsNaN", convert_function<Function::IsNan>},
    OperatorRow{"", "IsInf", convert_is_inf},
    OperatorRow{"", "Sin", convert_function<Function::Sin>},
    OperatorRow{"", "Cos", convert_function<Function::Cos>},
    OperatorRow{"", "Tan", convert_function<Function::Tan>},
    OperatorRow{"", "Asin", convert_function<Function::Asin>},
    OperatorRow{"", "Acos", convert_function<Function::Acos>},
    OperatorRow{"", "Atan", convert_function<Function::Atan>},
    OperatorRow{"", "Sinh", convert_function<Function::Sinh>},
    OperatorRow{"", "Cosh", convert_function<Function::Cosh>},
    OperatorRow{"", "Asinh", convert_function<Function::Asinh>},
    OperatorRow{"", "Acosh", convert_function<Function::Acosh>},
    OperatorRow{"", "Atanh", convert_function<Function::Atanh>},
    OperatorRow{"", "Add", convert_binary<Binary::Add>},
    OperatorRow{"", "Sub", convert_binary<Binary::Sub>},
    OperatorRow{"", "Mul", convert_binary<Binary::Mul>},
    OperatorRow{"", "Div", convert_binary<Binary::Div>},
    OperatorRow{"", "Pow", convert_binary<Binary::Pow>},
    OperatorRow{"", "Mod", convert_mod},
    OperatorRow{"", "Sum", convert_variadic<Binary::Add>},
    OperatorRow{"", "Mean", convert_variadic<Binary::Mean>},
    OperatorRow{"", "Min", convert_variadic<Binary::Min>},
    OperatorRow{"", "Max", convert_variadic<Binary::Max>},
    OperatorRow{"", "Equal", convert_binary<Binary::Equal>},
    OperatorRow{"", "Less", convert_binary<Binary::Less>},
    OperatorRow{"", "LessOrEqual", convert_binary<Binary::LessOrEqual>},
    OperatorRow{"", "Greater", convert_binary<Binary::Greater>},
    OperatorRow{"", "GreaterOrEqual", convert_binary<Binary::GreaterOrEqual>},
    OperatorRow{"", "And", convert_binary<Binary::And>},
    OperatorRow{"", "Or", convert_binary<Binary::Or>},
    OperatorRow{"", "Xor", convert_binary<Binary::Xor>},
    OperatorRow{"", "BitwiseAnd", convert_binary<Binary::BitAnd>},
    OperatorRow{"", "BitwiseOr", convert_binary<Binary::BitOr>},
    OperatorRow{"", "BitwiseXor", convert_binary<Binary::BitXor>},
    OperatorRow{"", "BitShift", convert_bit_shift},
    OperatorRow{"", "Where", convert_where},
    OperatorRow{"", "Cast", convert_cast},
    OperatorRow{"", "CastLike", convert_cast_like},
};

}  // namespace

std::span<const OperatorRow> pointwise_operators() {
  return pointwise_rows;
}

}  // namespace pj
