#include <array>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/element_types.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

using Binary = Elementwise::Kind;

std::vector<ValueId> convert_quantize(NodeImport& node) {
  const std::int64_t code = node.integer("output_dtype", 0);
  const NumberFormat format = node.has_input(2) ? node.format(2)
                              : code != 0       ? element_type(code).format
                                                : NumberFormat::fixed(8, false);
  if (format.kind == NumberFormat::Kind::Float && !node.flag("saturate", true)) {
    throw InputError("it does not saturate, which no layer here does; set saturate to 1");
  }
  return node.add(Quantize{.axis = node.integer("axis", 1), .block = node.integer("block_size", 0), .to = format},
                  node.inputs(3));
}

std::vector<ValueId> convert_dequantize(NodeImport& node) {
  const Dequantize layer{.axis = node.integer("axis", 1), .block = node.integer("block_size", 0)};
  const std::int64_t code = node.integer("output_dtype", 0);
  if (code == 0 || element_type(code).format == node.format(1)) {
    return node.add(layer, node.inputs(3));
  }
  return node.add(Cast{element_type(code).format}, {node.add_one(layer, node.inputs(3), "real")});
}

/// One operand of an integer operator as real numbers; where it lies among the node's inputs.
struct QuantizedOperand {
  std::size_t value, scale, zero_point;
  std::int64_t axis;
  const char* part;
};

ValueId dequantized(NodeImport& node, const QuantizedOperand& operand) {
  std::vector<ValueId> inputs{node.input(operand.value), node.input(operand.scale)};
  if (node.has_input(operand.zero_point)) {
    inputs.push_back(node.input(operand.zero_point));
  }
  return node.add_one(Dequantize{.axis = operand.axis}, inputs, operand.part);
}

std::vector<ValueId> requantized(NodeImport& node, ValueId real) {
  return node.add(Quantize{.to = node.format(7)}, {real, node.input(6), node.input(7)});
}

/// Reads the node as if it were the float operator: its operands are `inputs`.
std::vector<ValueId> as_operator(NodeImport& node, const char* name, std::vector<ValueId> inputs) {
  OnnxNode call = node.node();
  call.type = name;
  call.domain = "";
  call.inputs.clear();
  call.outputs = {node.node().outputs.at(0)};
  call.name = own_name(node.node()) + "/real";
  Scope operands(node.scope().state(), node.scope().draft(), &node.scope());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    call.inputs.push_back("operand " + std::to_string(i));
    operands.bind(call.inputs.back(), inputs[i]);
  }
  NodeImport import(operands, call);
  return find_operator("", name)->convert(import);
}

/// The convolution of the real numbers; its bias has the product of both scales (ONNX QLinearConv).
std::vector<ValueId> convert_qlinear_conv(NodeImport& node) {
  std::vector<ValueId> operands{dequantized(node, {0, 1, 2, 1, "input"}), dequantized(node, {3, 4, 5, 0, "weights"})};
  if (node.has_input(8)) {
    const ValueId scale = combine(node, Binary::Mul, node.input(1), node.input(4), "bias_scale");
    operands.push_back(node.add_one(Dequantize{.axis = 0}, {node.input(8), scale}, "bias"));
  }
  return requantized(node, as_operator(node, "Conv", operands).front());
}

std::vector<ValueId> convert_qlinear_matmul(NodeImport& node) {
  const ValueId a = dequantized(node, {0, 1, 2, std::max<std::int64_t>(node.rank(0) - 2, 0), "a"});
  const ValueId b = dequantized(node, {3, 4, 5, std::max<std::int64_t>(node.rank(3) - 1, 0), "b"});
  return requantized(node, node.add_one(MatMul{}, {a, b}, "real"));
}

/// An integer operand without a scale: real numbers that are whole.
ValueId centred(NodeImport& node, std::size_t operand, std::size_t zero_point, std::int64_t axis,
                const std::string& part) {
  Sizes shape;
  if (node.has_input(zero_point) && element_count(node.shape(zero_point)) > 1) {
    shape = node.shape(zero_point);
  }
  const std::vector<double> ones(static_cast<std::size_t>(element_count(shape)), 1.0);
  std::vector<ValueId> inputs{node.input(operand),
                              node.constant(constant_of(NumberFormat::float32(), shape, ones), part + "/scale")};
  if (node.has_input(zero_point)) {
    inputs.push_back(node.input(zero_point));
  }
  return node.add_one(Dequantize{.axis = axis}, inputs, part);
}

std::vector<ValueId> convert_conv_integer(NodeImport& node) {
  const std::vector<ValueId> operands{centred(node, 0, 2, 1, "input"), centred(node, 1, 3, 0, "weights")};
  return node.add(Cast{NumberFormat::fixed(32)}, {as_operator(node, "Conv", operands).front()});
}

std::vector<ValueId> convert_matmul_integer(NodeImport& node) {
  const ValueId a = centred(node, 0, 2, std::max<std::int64_t>(node.rank(0) - 2, 0), "a");
  const ValueId b = centred(node, 1, 3, std::max<std::int64_t>(node.rank(1) - 1, 0), "b");
  return node.add(Cast{NumberFormat::fixed(32)}, {node.add_one(MatMul{}, {a, b}, "real")});
}

/// scale = (max − min) / 255 with 0 in the range, zero point = round(−min / scale): the operator's definition.
std::vector<ValueId> convert_dynamic_quantize(NodeImport& node) {
  const NumberFormat real = node.format(0);
  const ValueId zero = node.number(0.0, real, "zero");
  const auto extreme = [&](Reduce::Kind reduce, Binary with_zero, const std::string& part) {
    const ValueId found = node.add_one(Reduce{.kind = reduce, .keep_axes = false}, {node.input(0)}, part + "/data");
    return combine(node, with_zero, found, zero, part);
  };
  const ValueId low = extreme(Reduce::Kind::Min, Binary::Min, "low");
  const ValueId high = extreme(Reduce::Kind::Max, Binary::Max, "high");
  const ValueId range = combine(node, Binary::Sub, high, low, "range");
  const ValueId scale = combine(node, Binary::Div, range, node.number(255.0, real, "steps"), "scale");
  const ValueId below = combine(node, Binary::Sub, zero, low, "below");
  const ValueId offset = combine(node, Binary::Div, below, scale, "offset");
  const Activation clip{.kind = Activation::Kind::Clip, .alpha = 0.0F, .beta = 255.0F};
  const ValueId rounded = apply(node, Activation::Kind::Round, node.add_one(clip, {offset}, "clipped"), "rounded");
  const ValueId zero_point = node.add_one(Cast{NumberFormat::fixed(8, false)}, {rounded}, "zero_point");
  return {node.add_one(Quantize{}, {node.input(0), scale, zero_point}), scale, zero_point};
}

std::vector<ValueId> convert_quant(NodeImport& node) {
  return node.add(FakeQuantize{.kind = FakeQuantize::Kind::Integer,
                               .is_signed = node.flag("signed", true),
                               .narrow = node.flag("narrow", false),
                               .rounding = node.text("rounding_mode", "ROUND")},
                  {node.input(0), node.input(1), node.input(2), node.input(3)});
}

std::vector<ValueId> convert_bipolar_quant(NodeImport& node) {
  return node.add(FakeQuantize{.kind = FakeQuantize::Kind::Bipolar}, {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_trunc(NodeImport& node) {
  return node.add(FakeQuantize{.kind = FakeQuantize::Kind::Trunc,
                               .is_signed = node.flag("signed", true),
                               .narrow = node.flag("narrow", false),
                               .rounding = node.text("rounding_mode", "FLOOR")},
                  {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
}

constexpr std::array quantization_rows{
    OperatorRow{"", "QuantizeLinear", convert_quantize},
    OperatorRow{"", "DequantizeLinear", convert_dequantize},
    OperatorRow{"", "DynamicQuantizeLinear", convert_dynamic_quantize},
    OperatorRow{"", "QLinearConv", convert_qlinear_conv},
    OperatorRow{"", "QLinearMatMul", convert_qlinear_matmul},
    OperatorRow{"", "ConvInteger", convert_conv_integer},
    OperatorRow{"", "MatMulInteger", convert_matmul_integer},
    OperatorRow{"qonnx.custom_op.general", "Quant", convert_quant},
    OperatorRow{"qonnx.custom_op.general", "IntQuant", convert_quant},
    OperatorRow{"qonnx.custom_op.general", "BipolarQuant", convert_bipolar_quant},
    OperatorRow{"qonnx.custom_op.general", "Trunc", convert_trunc},
    OperatorRow{"onnx.brevitas", "Quant", convert_quant},
    OperatorRow{"onnx.brevitas", "BipolarQuant", convert_bipolar_quant},
    OperatorRow{"onnx.brevitas", "Trunc", convert_trunc},
    OperatorRow{"finn.custom_op.general", "Quant", convert_quant},
    OperatorRow{"finn.custom_op.general", "BipolarQuant", convert_bipolar_quant},
    OperatorRow{"finn.custom_op.general", "Trunc", convert_trunc},
};

}  // namespace

std::span<const OperatorRow> quantization_operators() {
  return quantization_rows;
}

}  // namespace pj
