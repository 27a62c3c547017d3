#include "pj/integers/integer_steps.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "pj/base/error.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/kernels/byte_pool.hpp"
#include "pj/kernels/byte_response.hpp"
#include "pj/kernels/byte_winograd.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/kernels/onednn_layers.hpp"

namespace pj {

namespace {

using Fast = std::optional<FastStep>;
using Memory = IntegerStep::Memory;

/// What the makers of fast steps look at.
struct Context {
  const Network& network;
  const IntegerGroup& group;
  const ByteKernels& kernels;
  bool library;
  IntegerForm there;  ///< of operand 0

  const IntegerLayer& layer() const { return group.layer; }
  const Value& operand(std::size_t i) const { return network.values[group.operands[i]]; }
  const Value& result() const { return network.values[group.result]; }
  /// The number that stands for 0 in an operand's bytes.
  std::int64_t zero(std::size_t i) const { return layer().operands[i].zeros.front() + byte_offset(operand(i).format); }
};

/// Bounds and zero as bytes.
Requantization in_bytes(Requantization to, const NumberFormat& format) {
  const std::int64_t offset = byte_offset(format);
  to.zero += offset;
  to.low += offset;
  to.high += offset;
  return to;
}

std::vector<Requantization> in_bytes(const Context& context) {
  std::vector<Requantization> results = context.layer().results;
  for (Requantization& to : results) {
    to = in_bytes(to, context.result().format);
  }
  return results;
}

/// The centred weights, M × K: those of a matrix product turned.
std::vector<std::int16_t> weights_of(const Context& context, const Constant& constant) {
  const auto numbers = numbers_of<std::int64_t>(constant);
  const auto& zeros = context.layer().operands[1].zeros;
  const auto* product = std::get_if<MatMul>(&context.layer().layer);
  const bool is_turned = product != nullptr && !product->transpose_b;
  const std::size_t M = static_cast<std::size_t>(is_turned ? constant.shape[1] : constant.shape[0]);
  const std::size_t K = numbers.size() / std::max<std::size_t>(M, 1);
  std::vector<std::int16_t> weights(numbers.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t m = i / K;
    const std::int64_t zero = zeros[zeros.size() == 1 ? 0 : m];
    weights[i] = static_cast<std::int16_t>(numbers[is_turned ? i % K * M + m : i] - zero);
  }
  return weights;
}

/// The convolution that products are, if any.
std::optional<ConvShape> shape_of(const Context& context) {
  if (const auto* product = std::get_if<MatMul>(&context.layer().layer)) {
    const Sizes& a = context.operand(0).shape;
    const Sizes& b = context.operand(1).shape;
    if (product->transpose_a || b.size() != 2 || a.empty() || a.back() == 0) {
      return std::nullopt;
    }
    return ConvShape{.N = element_count(a) / a.back(), .C = a.back(), .M = context.result().shape.back()};
  }
  const Network pair{.values = {context.operand(0), context.operand(1)}};
  return layer_conv(pair, {.layer = context.layer().layer, .inputs = {0, 1}});
}

Fast products(const Context& context) {
  const bool is_known = context.group.operands.size() == 2 && context.operand(1).data != nullptr &&
                        !std::holds_alternative<Elementwise>(context.layer().layer);
  const auto shape = is_known ? shape_of(context) : std::nullopt;
  if (!shape) {
    return std::nullopt;
  }
  const ByteConv conv{.shape = *shape,
                      .weights = weights_of(context, *context.operand(1).data),
                      .bias = context.layer().bias,
                      .results = in_bytes(context),
                      .input_zero = context.zero(0)};
  if (!bytes_can_run(conv)) {
    return std::nullopt;
  }
  const bool is_library = context.library && onednn_layer_can_run(conv);
  const bool is_winograd = byte_winograd_can_run(conv) && byte_winograd_pays(context.kernels, conv.shape);
  PreparedByteLayer prepared = is_library    ? prepare_onednn_layer(conv)
                               : is_winograd ? prepare_byte_winograd(context.kernels, conv)
                                             : prepare_bytes(context.kernels, conv);
  const bool is_conv = std::holds_alternative<Convolution>(context.layer().layer);
  const IntegerForm form = is_conv ? IntegerForm::ChannelsLast : IntegerForm::Rows;
  return FastStep{
      .operands = {context.group.operands[0]},
      .forms = {form},
      .result = form,
      .algorithm = is_library    ? "oneDNN, bytes"
                   : is_winograd ? "bytes, F(4x4,3x3)"
                                 : "bytes",
      .workspace = prepared.workspace,
      .weights = prepared.weights,
      .run = [prepared](const Memory& memory) { prepared.run(memory.inputs[0], memory.output, memory.workspace); }};
}

Fast terms(const Context& context) {
  const IntegerLayer& layer = context.layer();
  const auto* sum = std::get_if<Elementwise>(&layer.layer);
  const bool is_plain = context.operand(0).shape != context.operand(1).shape || context.operand(0).data != nullptr ||
                        context.operand(1).data != nullptr || layer.terms.shift > 31 || layer.sum_bits != 32;
  if (is_plain) {
    return std::nullopt;
  }
  const bool is_difference = sum->kind == Elementwise::Kind::Sub;
  const std::int64_t a = layer.terms.multipliers[0];
  const std::int64_t b = is_difference ? -layer.terms.multipliers[1] : layer.terms.multipliers[1];
  const Requantization to = in_bytes(layer.results.front(), context.result().format);
  const std::int64_t constant = -(context.zero(0) * a + context.zero(1) * b);
  const ByteSum made{.count = element_count(context.result().shape),
                     .multiplier_a = static_cast<std::int32_t>(a),
                     .multiplier_b = static_cast<std::int32_t>(b),
                     .constant = static_cast<std::int32_t>(static_cast<std::uint32_t>(constant)),
                     .shift = layer.terms.shift,
                     .zero = static_cast<std::int32_t>(to.zero),
                     .low = static_cast<std::int32_t>(to.low),
                     .high = static_cast<std::int32_t>(to.high)};
  return FastStep{.operands = context.group.operands,
                  .forms = {IntegerForm::ChannelsLast, IntegerForm::ChannelsLast},
                  .algorithm = "bytes",
                  .run = [made, &kernels = context.kernels](const Memory& memory) {
                    ByteSum sum_of_run = made;
                    sum_of_run.a = memory.inputs[0];
                    sum_of_run.b = memory.inputs[1];
                    sum_of_run.output = memory.output;
                    kernels.sum(sum_of_run);
                  }};
}

/// The windows of a pooling as a convolution of each channel; padding reaches as far as the last window.
std::optional<ConvShape> window_of(const Pooling& pooling, const Sizes& input, const Sizes& result) {
  if (input.size() < 3 || input.size() > 4) {
    return std::nullopt;
  }
  const std::size_t last = input.size() - 3;  // a one-dimensional map is one row
  const bool has_rows = input.size() == 4;
  const auto at = [](const Sizes& sizes, std::size_t i, std::int64_t none) { return sizes.empty() ? none : sizes[i]; };
  ConvShape s{.N = input[0], .C = input[1], .M = input[1], .H = has_rows ? input[2] : 1, .W = input.back()};
  s.groups = s.C;
  s.R = has_rows ? at(pooling.kernel, 0, s.H) : 1;
  s.S = at(pooling.kernel, last, s.W);
  s.stride_h = has_rows ? at(pooling.stride, 0, 1) : 1;
  s.stride_w = at(pooling.stride, last, 1);
  s.dilation_h = has_rows ? at(pooling.dilation, 0, 1) : 1;
  s.dilation_w = at(pooling.dilation, last, 1);
  s.pad_top = has_rows ? at(pooling.pad_begin, 0, 0) : 0;
  s.pad_left = at(pooling.pad_begin, last, 0);
  const std::int64_t P = has_rows ? result[2] : 1;
  s.pad_bottom = std::max<std::int64_t>(0, (P - 1) * s.stride_h + s.dilated_R() - s.H - s.pad_top);
  s.pad_right = std::max<std::int64_t>(0, (result.back() - 1) * s.stride_w + s.dilated_S() - s.W - s.pad_left);
  check(s);
  return s;
}

/// A step of one operand, channels last.
FastStep on_bytes(const Context& context, const PreparedByteLayer& prepared) {
  return FastStep{
      .operands = context.group.operands,
      .forms = {IntegerForm::ChannelsLast},
      .algorithm = "bytes",
      .workspace = prepared.workspace,
      .run = [prepared](const Memory& memory) { prepared.run(memory.inputs[0], memory.output, memory.workspace); }};
}

Fast pooling(const Context& context) {
  const auto* layer = std::get_if<Pooling>(&context.layer().layer);
  Sizes result = context.result().shape;
  if (result.size() != context.operand(0).shape.size()) {  // a mean that drops its axes
    result = context.operand(0).shape;
    std::fill(result.begin() + 2, result.end(), 1);
  }
  const auto shape = window_of(*layer, context.operand(0).shape, result);
  if (!shape) {
    return std::nullopt;
  }
  const PreparedByteLayer prepared =
      prepare_pool(context.kernels, {.shape = *shape,
                                     .is_average = context.layer().kind == IntegerLayer::Kind::Average,
                                     .count_padding = layer->count_padding,
                                     .input_zero = context.zero(0),
                                     .results = in_bytes(context)});
  return on_bytes(context, prepared);
}

Fast response(const Context& context) {
  const IntegerLayer& layer = context.layer();
  const auto& normalisation = std::get<LocalResponseNormalization>(layer.layer);
  const Sizes& shape = context.result().shape;
  const Requantization to = in_bytes(layer.results.front(), context.result().format);
  const ByteResponse made{.positions = element_count(shape) / shape[1],
                          .channels = shape[1],
                          .size = normalisation.size,
                          .alpha = normalisation.alpha,
                          .beta = normalisation.beta,
                          .bias = normalisation.bias,
                          .input_scale = static_cast<float>(layer.input_scale),
                          .result_scale = static_cast<float>(layer.result_scale),
                          .input_zero = context.zero(0),
                          .zero = to.zero,
                          .low = to.low,
                          .high = to.high};
  if (!response_can_run(made)) {
    return std::nullopt;
  }
  const PreparedByteLayer prepared = prepare_response(context.kernels, made);
  return on_bytes(context, prepared);
}

using Table = std::array<std::uint8_t, 256>;

/// One operand of a join: so many bytes of each pixel, looked up.
struct Joined {
  std::int64_t channels = 0;
  Table table{};
  bool changes = false;  ///< else the bytes stay what they are

  void run(const std::uint8_t* bytes, std::uint8_t* result) const {
    for (std::int64_t c = 0; changes && c < channels; ++c) {
      result[c] = table[bytes[c]];
    }
    if (!changes) {
      std::memcpy(result, bytes, static_cast<std::size_t>(channels));
    }
  }
};

Fast join(const Context& context) {
  const Sizes& shape = context.result().shape;
  const std::size_t axis = axis_index(std::get<Concat>(context.layer().layer).axis, shape.size());
  if (axis != 1 || shape.size() < 2) {
    return std::nullopt;
  }
  std::vector<Joined> parts;
  for (std::size_t i = 0; i < context.group.operands.size(); ++i) {
    const Requantization to = in_bytes(context.layer().results[i], context.result().format);
    parts.push_back({context.operand(i).shape[1]});
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto number = static_cast<std::int64_t>(byte);
      parts.back().table[byte] = static_cast<std::uint8_t>(requantized(number - context.zero(i), to));
      parts.back().changes |= parts.back().table[byte] != byte;
    }
    if (context.operand(i).data != nullptr) {
      return std::nullopt;
    }
  }
  const std::int64_t pixels = element_count(shape) / shape[1];
  return FastStep{.operands = context.group.operands,
                  .forms = std::vector<IntegerForm>(parts.size(), IntegerForm::ChannelsLast),
                  .algorithm = "bytes",
                  .run = [parts, pixels, all = shape[1]](const Memory& memory) {
                    std::int64_t first = 0;
                    for (std::size_t i = 0; i < parts.size(); first += parts[i++].channels) {
                      for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
                        parts[i].run(memory.inputs[i] + pixel * parts[i].channels, memory.output + pixel * all + first);
                      }
                    }
                  }};
}

Fast look_up(const Context& context) {
  Table table{};
  for (std::size_t i = 0; i < context.layer().table.size(); ++i) {
    const auto number = context.layer().table_first + static_cast<std::int64_t>(i);
    table[static_cast<std::size_t>(number + byte_offset(context.operand(0).format))] =
        static_cast<std::uint8_t>(context.layer().table[i] + byte_offset(context.result().format));
  }
  return FastStep{.operands = context.group.operands,
                  .forms = {IntegerForm::ChannelsLast},
                  .algorithm = "table",
                  .run = [table, count = element_count(context.result().shape)](const Memory& memory) {
                    for (std::int64_t i = 0; i < count; ++i) {
                      memory.output[i] = table[memory.inputs[0][i]];
                    }
                  }};
}

Fast move(const Context& context) {
  const Layer& layer = context.layer().layer;
  const Value& operand = context.operand(0);
  const auto* transpose = std::get_if<Transpose>(&layer);
  const bool keeps_order = std::holds_alternative<Reshape>(layer) || std::holds_alternative<Activation>(layer) ||
                           std::holds_alternative<Dropout>(layer);
  if ((transpose == nullptr && !keeps_order)) {
    return std::nullopt;
  }
  const bool keeps_shape = transpose == nullptr && operand.shape == context.result().shape;
  const IntegerForm source = transpose != nullptr || keeps_shape ? context.there : IntegerForm::Rows;
  const IntegerForm result = transpose != nullptr ? IntegerForm::ChannelsLast : source;
  const ByteMove moved = byte_move(operand, source, result, transpose != nullptr ? transpose->permutation : Sizes{});
  return FastStep{.operands = {context.group.operands[0]},
                  .forms = {source},
                  .result = result,
                  .algorithm = "moved",
                  .run = [moved](const Memory& memory) { moved.run(memory.inputs[0], memory.output); }};
}

/// An operand of the plain twin: its bytes come from the program's memory, or it is a constant.
struct PlainOperand {
  Constant tensor;
  bool is_constant = false;
};

}  // namespace

std::optional<FastStep> fast_step(const Network& network, const IntegerGroup& group, const ByteLoops& loops,
                                  IntegerForm there) {
  const Context context{network, group, *loops.kernels, loops.library, there};
  const auto is_wide = [&](ValueId id) { return !fits_byte(network.values[id].format); };
  const bool is_empty = element_count(network.values[group.result].shape) == 0;
  const bool reads_constant = network.values[group.operands[0]].data != nullptr;
  if (is_empty || reads_constant || is_wide(group.result) ||
      std::any_of(group.operands.begin(), group.operands.end(), is_wide)) {
    return std::nullopt;
  }
  switch (group.layer.kind) {
    case IntegerLayer::Kind::Products:
      return products(context);
    case IntegerLayer::Kind::Terms:
      return terms(context);
    case IntegerLayer::Kind::Average:
    case IntegerLayer::Kind::Maximum:
      return pooling(context);
    case IntegerLayer::Kind::Join:
      return join(context);
    case IntegerLayer::Kind::Response:
      return response(context);
    case IntegerLayer::Kind::Table:
      return look_up(context);
    case IntegerLayer::Kind::Move:
      break;
  }
  return move(context);
}

FastStep plain_step(const Network& network, const IntegerGroup& group) {
  FastStep step{.result = IntegerForm::Planar, .algorithm = "plain loops"};
  std::vector<PlainOperand> operands;
  for (const ValueId id : group.operands) {
    const Value& value = network.values[id];
    if (value.data != nullptr) {
      operands.push_back({*value.data, true});
      step.weights += std::ssize(value.data->bytes);
    } else {
      operands.push_back({{value.format, value.shape, {}}, false});
      step.operands.push_back(id);
      step.forms.push_back(IntegerForm::Planar);
    }
  }
  const Value& made = network.values[group.result];
  step.run = [operands, layer = group.layer, result = TensorType{made.shape, made.format}](const Memory& memory) {
    std::vector<PlainOperand> read = operands;
    std::vector<const Constant*> pointers;
    std::size_t next = 0;
    for (PlainOperand& operand : read) {
      if (!operand.is_constant) {
        const auto bytes = element_count(operand.tensor.shape) * stored_bytes(operand.tensor.format);
        const auto* const first = reinterpret_cast<const std::byte*>(memory.inputs[next++]);
        operand.tensor.bytes.assign(first, first + bytes);
      }
      pointers.push_back(&operand.tensor);
    }
    const Constant found = compute_plainly(layer, pointers, result);
    std::copy(found.bytes.begin(), found.bytes.end(), reinterpret_cast<std::byte*>(memory.output));
  };
  return step;
}

}  // namespace pj
