#include "pj/compression/dialect.hpp"

#include <array>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/network_editor.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

struct DialectName {
  const char* name;
  Dialect dialect;
};

constexpr std::array dialect_names{DialectName{"qdq", Dialect::Qdq}, DialectName{"qcdq", Dialect::Qcdq},
                                   DialectName{"qonnx", Dialect::Qonnx}};

Constant scalar_real(double number) {
  return constant_of(NumberFormat::float32(), {}, std::span(&number, 1));
}

double only_number(const Network& network, const Node& node, std::size_t operand) {
  const std::vector<double> numbers = real_numbers(constant_elements(network, node.inputs.at(operand)));
  if (numbers.size() != 1) {
    throw InputError("node '" + node.name +
                     "' has a scale, zero point or width for each channel, for which this dialect " +
                     "has no form; write another one with --dialect");
  }
  return numbers.front();
}

/// A fake quantiser of whole numbers as Quantize, Clip, Dequantize.
void clip_codes(NetworkEditor& editor, std::size_t index) {
  const Network& network = editor.network();
  const Node node = network.nodes[index];
  const auto& layer = std::get<FakeQuantize>(node.layer);
  const double bits = only_number(network, node, 3);
  const bool is_plain = bits >= 2.0 && bits <= 8.0 && bits == std::floor(bits) && layer.rounding == "ROUND" &&
                        only_number(network, node, 2) == 0.0 && layer.kind == FakeQuantize::Kind::Integer;
  if (!is_plain) {
    throw InputError("node '" + node.name + "' quantises to " + significant(bits) +
                     " bits; qcdq has 2 to 8, without a zero point: write another form with --dialect");
  }
  const NumberFormat codes = NumberFormat::fixed(8, layer.is_signed);
  const double nought = 0.0;
  const ValueId zero = editor.constant(node.name + "/zero", constant_of(codes, {}, std::span(&nought, 1)));
  const ValueId quantised =
      editor.add_before(index, node.name + "/code", Quantize{.to = codes}, {node.inputs[0], node.inputs[1], zero});
  const double end = std::ldexp(1.0, static_cast<int>(bits) - (layer.is_signed ? 1 : 0));
  const double low = layer.is_signed ? -end + (layer.narrow ? 1.0 : 0.0) : 0.0;
  const Activation clip{.kind = Activation::Kind::Clip,
                        .alpha = static_cast<float>(low),
                        .beta = static_cast<float>(end - 1.0 - (layer.narrow && !layer.is_signed ? 1.0 : 0.0))};
  const ValueId clipped = editor.add_before(index, node.name + "/clip", clip, {quantised});
  const ValueId real = editor.add_before(index, node.name + "/real", Dequantize{}, {clipped, node.inputs[1], zero});
  editor.remove(index);
  editor.replace_uses(node.outputs[0], real);
}

/// A scale or zero point of a Dequantize, shaped so that it stretches along the axis as QONNX stretches.
ValueId stretched(NetworkEditor& editor, const Node& node, std::size_t operand, std::int64_t axis, std::size_t rank) {
  if (node.inputs.size() <= operand || node.inputs[operand] == no_value) {
    return editor.constant(node.name + "/zero", scalar_real(0.0));
  }
  const Constant given = constant_elements(editor.network(), node.inputs[operand]);
  Sizes shape;
  if (given.shape.size() == 1) {
    shape.assign(rank, 1);
    shape.at(static_cast<std::size_t>(axis)) = given.shape.front();
  }
  const std::vector<double> numbers = real_numbers(given);
  return editor.constant(node.name + "/" + (operand == 1 ? "scale" : "zero"),
                         constant_of(NumberFormat::float32(), shape, std::span(numbers)));
}

/// Codes behind a Dequantize as real weights behind a quantiser that gives the same.
void fake_weights(NetworkEditor& editor, std::size_t index) {
  const Node node = editor.network().nodes[index];
  const auto& layer = std::get<Dequantize>(node.layer);
  const Value& codes = editor.network().values[node.inputs[0]];
  if (codes.format.kind != NumberFormat::Kind::Fixed || layer.block != 0) {
    throw InputError("'" + codes.name + "' holds " + to_string(codes.format) +
                     " numbers, which a quantiser of QONNX cannot say; write qdq");
  }
  Constant real = constant_elements(editor.network(), node.outputs[0]);
  const std::size_t rank = real.shape.size();
  const bool is_signed = codes.format.is_signed;
  const int width = codes.format.bits;
  const Storage storage = codes.storage;
  const ValueId weights = editor.constant(node.name + "/real", std::move(real), storage);
  const ValueId bits = editor.constant(node.name + "/bits", scalar_real(width));
  const ValueId quantised = editor.add_before(
      index, node.name + "/quantised", FakeQuantize{.is_signed = is_signed},
      {weights, stretched(editor, node, 1, layer.axis, rank), stretched(editor, node, 2, layer.axis, rank), bits});
  editor.remove(index);
  editor.replace_uses(node.outputs[0], quantised);
}

/// Quantize and Dequantize with the same scale as one quantiser.
void fake_activations(NetworkEditor& editor, std::size_t index, const Node& quantise) {
  const Network& network = editor.network();
  const Node node = network.nodes[index];
  const NumberFormat codes = std::get<Quantize>(quantise.layer).to;
  const double scale = only_number(network, node, 1);
  const double zero = node.inputs.size() > 2 && node.inputs[2] != no_value ? only_number(network, node, 2) : 0.0;
  const ValueId quantised =
      editor.add_before(index, node.name + "/quantised", FakeQuantize{.is_signed = codes.is_signed},
                        {quantise.inputs[0], editor.constant(node.name + "/scale", scalar_real(scale)),
                         editor.constant(node.name + "/zero", scalar_real(zero)),
                         editor.constant(node.name + "/bits", scalar_real(codes.bits))});
  editor.remove(index);
  editor.replace_uses(node.outputs[0], quantised);
}

const Node* quantiser_before(const Network& network, ValueId value) {
  for (const Node& node : network.nodes) {
    if (node.outputs.front() == value && std::holds_alternative<Quantize>(node.layer)) {
      return &node;
    }
  }
  return nullptr;
}

}  // namespace

Dialect parse_dialect(const std::string& text) {
  std::vector<std::string> known;
  for (const DialectName& row : dialect_names) {
    if (text == row.name) {
      return row.dialect;
    }
    known.emplace_back(row.name);
  }
  throw InputError("'" + text + "' is no dialect" + did_you_mean(text, known));
}

Network in_dialect(const Network& network, Dialect dialect) {
  NetworkEditor editor(network);
  const ConstantSources sources = constant_sources(network);
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const Node& node = network.nodes[i];
    const bool is_weight = sources[node.outputs.front()] != nullptr;
    if (dialect == Dialect::Qcdq && std::holds_alternative<FakeQuantize>(node.layer) && !is_weight) {
      clip_codes(editor, i);
    } else if (dialect == Dialect::Qonnx && std::holds_alternative<Dequantize>(node.layer)) {
      const Node* quantise = is_weight ? nullptr : quantiser_before(network, node.inputs[0]);
      if (is_weight) {
        fake_weights(editor, i);
      } else if (quantise != nullptr) {
        fake_activations(editor, i, *quantise);
      }
    }
  }
  return editor.finish();
}

}  // namespace pj
