#include <array>
#include <cmath>
#include <optional>

#include "pj/onnx/element_types.hpp"
#include "pj/onnx/export.hpp"

namespace pj {

namespace {

/// How a function is written: its operator, the first operator set that has it where that is past 17, and what
/// ONNX calls its parameters.
struct FunctionName {
  Activation::Kind kind;
  const char* type;
  std::int64_t opset = 17;
  const char* alpha = nullptr;
  const char* beta = nullptr;
};

using Function = Activation::Kind;

constexpr std::array functions{
    FunctionName{Function::Identity, "Identity"},
    FunctionName{Function::Relu, "Relu"},
    FunctionName{Function::LeakyRelu, "LeakyRelu", 17, "alpha"},
    FunctionName{Function::PRelu, "PRelu"},
    FunctionName{Function::Elu, "Elu", 17, "alpha"},
    FunctionName{Function::Selu, "Selu", 17, "alpha", "gamma"},
    FunctionName{Function::Celu, "Celu", 17, "alpha"},
    FunctionName{Function::ThresholdedRelu, "ThresholdedRelu", 17, "alpha"},
    FunctionName{Function::Sigmoid, "Sigmoid"},
    FunctionName{Function::HardSigmoid, "HardSigmoid", 17, "alpha", "beta"},
    FunctionName{Function::Tanh, "Tanh"},
    FunctionName{Function::HardSwish, "HardSwish"},
    FunctionName{Function::Mish, "Mish", 18},
    FunctionName{Function::Softplus, "Softplus"},
    FunctionName{Function::Softsign, "Softsign"},
    FunctionName{Function::Gelu, "Gelu", 20},
    FunctionName{Function::GeluTanh, "Gelu", 20},
    FunctionName{Function::Shrink, "Shrink", 17, "lambd", "bias"},
    FunctionName{Function::Abs, "Abs"},
    FunctionName{Function::Neg, "Neg"},
    FunctionName{Function::Exp, "Exp"},
    FunctionName{Function::Log, "Log"},
    FunctionName{Function::Sqrt, "Sqrt"},
    FunctionName{Function::Reciprocal, "Reciprocal"},
    FunctionName{Function::Erf, "Erf"},
    FunctionName{Function::Sign, "Sign"},
    FunctionName{Function::Floor, "Floor"},
    FunctionName{Function::Ceil, "Ceil"},
    FunctionName{Function::Round, "Round"},
    FunctionName{Function::Not, "Not"},
    FunctionName{Function::IsNan, "IsNaN"},
    FunctionName{Function::Sin, "Sin"},
    FunctionName{Function::Cos, "Cos"},
    FunctionName{Function::Tan, "Tan"},
    FunctionName{Function::Asin, "Asin"},
    FunctionName{Function::Acos, "Acos"},
    FunctionName{Function::Atan, "Atan"},
    FunctionName{Function::Sinh, "Sinh"},
    FunctionName{Function::Cosh, "Cosh"},
    FunctionName{Function::Asinh, "Asinh"},
    FunctionName{Function::Acosh, "Acosh"},
    FunctionName{Function::Atanh, "Atanh"},
};

struct OperatorName {
  Elementwise::Kind kind;
  const char* type;
  std::int64_t opset = 17;
};

using Binary = Elementwise::Kind;

constexpr std::array operators{
    OperatorName{Binary::Add, "Add"},
    OperatorName{Binary::Sub, "Sub"},
    OperatorName{Binary::Mul, "Mul"},
    OperatorName{Binary::Div, "Div"},
    OperatorName{Binary::Pow, "Pow"},
    OperatorName{Binary::Min, "Min"},
    OperatorName{Binary::Max, "Max"},
    OperatorName{Binary::Mean, "Mean"},
    OperatorName{Binary::Mod, "Mod"},
    OperatorName{Binary::Fmod, "Mod"},
    OperatorName{Binary::Equal, "Equal"},
    OperatorName{Binary::Less, "Less"},
    OperatorName{Binary::LessOrEqual, "LessOrEqual"},
    OperatorName{Binary::Greater, "Greater"},
    OperatorName{Binary::GreaterOrEqual, "GreaterOrEqual"},
    OperatorName{Binary::And, "And"},
    OperatorName{Binary::Or, "Or"},
    OperatorName{Binary::Xor, "Xor"},
    OperatorName{Binary::BitAnd, "BitwiseAnd", 18},
    OperatorName{Binary::BitOr, "BitwiseOr", 18},
    OperatorName{Binary::BitXor, "BitwiseXor", 18},
    OperatorName{Binary::ShiftLeft, "BitShift"},
    OperatorName{Binary::ShiftRight, "BitShift"},
    OperatorName{Binary::Where, "Where"},
};

/// The bounds are inputs; an infinite one is left out.
void export_clip(NodeExport& node, const Activation& layer) {
  const NumberFormat& format = node.operand(0).format;
  std::vector<std::string> inputs{node.input(0)};
  if (!std::isinf(layer.alpha) || !std::isinf(layer.beta)) {
    inputs.push_back(std::isinf(layer.alpha) ? "" : node.number("min", layer.alpha, format));
  }
  if (!std::isinf(layer.beta)) {
    inputs.push_back(node.number("max", layer.beta, format));
  }
  node.write("Clip", inputs, {});
}

Attributes parameters(const FunctionName& name, const Activation& layer) {
  Attributes attributes;
  if (name.alpha != nullptr) {
    attributes[name.alpha] = attribute(layer.alpha);
  }
  if (name.beta != nullptr) {
    attributes[name.beta] = attribute(layer.beta);
  }
  if (layer.kind == Function::GeluTanh) {
    attributes["approximate"] = attribute(std::string("tanh"));
  }
  return attributes;
}

/// The type in which a format is written: another one's name would be read back as another format.
std::optional<std::int64_t> type_code(NodeExport& node, const NumberFormat& format) {
  const ElementType* type = element_type_of(format);
  if (type == nullptr) {
    return std::nullopt;
  }
  node.need(type->opset);
  return type->code;
}

}  // namespace

void export_layer(NodeExport& node, const Activation& layer) {
  if (layer.kind == Function::Clip) {
    export_clip(node, layer);
    return;
  }
  if (layer.kind == Function::IsInf) {
    node.write("IsInf",
               {{"detect_negative", flag(layer.alpha != 0.0F)}, {"detect_positive", flag(layer.beta != 0.0F)}});
    return;
  }
  for (const FunctionName& name : functions) {
    if (name.kind == layer.kind) {
      node.need(name.opset);
      node.write(name.type, parameters(name, layer));
      return;
    }
  }
  // Swish and Step: ONNX has no operator for them before opset 24, or none.
  node.write_own(layer.kind == Function::Step ? "Step" : "Swish");
}

void export_layer(NodeExport& node, const Elementwise& layer) {
  const bool is_pair = node.operand_count() == 2;
  if (layer.kind == Binary::Add && !is_pair) {
    node.write("Sum");
    return;
  }
  if (layer.kind == Binary::Mul && !is_pair) {
    node.write_own("Product");
    return;
  }
  for (const OperatorName& name : operators) {
    if (name.kind != layer.kind) {
      continue;
    }
    node.need(name.opset);
    Attributes attributes;
    if (layer.kind == Binary::Fmod) {
      attributes["fmod"] = flag(true);
    }
    if (layer.kind == Binary::ShiftLeft || layer.kind == Binary::ShiftRight) {
      attributes["direction"] = attribute(std::string(layer.kind == Binary::ShiftLeft ? "LEFT" : "RIGHT"));
    }
    node.write(name.type, attributes);
    return;
  }
}

void export_layer(NodeExport& node, const Cast& layer) {
  const auto code = type_code(node, layer.to);
  Attributes attributes;
  if (!layer.saturate) {
    node.need(19);
    attributes["saturate"] = flag(false);
  }
  if (code) {
    attributes["to"] = attribute(*code);
    node.write("Cast", attributes);
  } else {
    attributes["to"] = attribute(to_string(layer.to));
    node.write_own("Cast", attributes);
  }
}

void export_layer(NodeExport& node, const Quantize& layer) {
  Attributes attributes{{"axis", attribute(layer.axis)}};
  if (layer.block != 0) {
    node.need(21);
    attributes["block_size"] = attribute(layer.block);
  }
  const bool has_zero = node.has_operand(2);
  const bool is_said = has_zero ? node.operand(2).format == layer.to : layer.to == NumberFormat::fixed(8, false);
  const auto code = type_code(node, layer.to);
  if (!code || (has_zero && !is_said)) {
    attributes["to"] = attribute(to_string(layer.to));
    node.write_own("Quantize", attributes);
    return;
  }
  node.need(layer.to.kind == NumberFormat::Kind::Fixed && layer.to.bits != 8 ? 21 : 17);
  if (!is_said) {
    node.need(21);
    attributes["output_dtype"] = attribute(*code);
  }
  node.write("QuantizeLinear", attributes);
}

void export_layer(NodeExport& node, const Dequantize& layer) {
  Attributes attributes{{"axis", attribute(layer.axis)}};
  const NumberFormat& format = node.operand(0).format;
  const bool is_early = format.bits == 8 || format.bits == 32;
  node.need(layer.block != 0 || (format.kind == NumberFormat::Kind::Fixed && !is_early) ? 21 : 17);
  if (layer.block != 0) {
    attributes["block_size"] = attribute(layer.block);
  }
  node.write("DequantizeLinear", attributes);
}

void export_layer(NodeExport& node, const FakeQuantize& layer) {
  static constexpr const char* names[] = {"Quant", "BipolarQuant", "Trunc"};
  Attributes attributes;
  if (layer.kind != FakeQuantize::Kind::Bipolar) {
    attributes = {{"signed", flag(layer.is_signed)},
                  {"narrow", flag(layer.narrow)},
                  {"rounding_mode", attribute(layer.rounding)}};
  }
  node.write_in("qonnx.custom_op.general", names[static_cast<std::size_t>(layer.kind)], attributes);
}

void export_layer(NodeExport& node, const Dropout& layer) {
  node.write("Dropout", {node.input(0), node.number("ratio", layer.ratio, NumberFormat::float32())}, {});
}

void export_layer(NodeExport& node, const If& layer) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < node.operand_count(); ++i) {
    names.push_back(node.input(i));
  }
  const auto then_graph = export_branch(node.out().state, *layer.then_branch, names);
  const auto else_graph = export_branch(node.out().state, *layer.else_branch, names);
  node.write("If", {node.input(0)}, {{"then_branch", attribute(then_graph)}, {"else_branch", attribute(else_graph)}});
}

}  // namespace pj
