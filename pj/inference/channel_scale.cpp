#include "pj/inference/channel_scale.hpp"

#include <algorithm>
#include <cmath>

#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

/// γ / √(variance + ε) and β − mean · that.
std::optional<ChannelScale> normalization_scale(const Network& network, const Node& node, ValueId own) {
  bool all = node.outputs.size() == 1 && node.inputs[0] == own;
  for (std::size_t i = 1; all && i < 5; ++i) {
    all = network.values[node.inputs[i]].data != nullptr;
  }
  if (!all) {
    return std::nullopt;
  }
  const auto numbers = [&](std::size_t i) { return numbers_of<double>(*network.values[node.inputs[i]].data); };
  const auto gamma = numbers(1);
  const auto beta = numbers(2);
  const auto mean = numbers(3);
  const auto variance = numbers(4);
  const auto epsilon = static_cast<double>(std::get<BatchNormalization>(node.layer).epsilon);
  ChannelScale scale{.name = "batch norm"};
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    scale.factors.push_back(gamma[c] / std::sqrt(variance[c] + epsilon));
    scale.addends.push_back(beta[c] - mean[c] * scale.factors.back());
  }
  return scale;
}

/// Whether a constant stretches over a shape as one number for each channel, or for all of them.
bool is_by_channel(const Sizes& constant, const Sizes& shape) {
  if (shape.size() < 2 || constant.size() > shape.size()) {
    return false;
  }
  const std::size_t missing = shape.size() - constant.size();  // axes are counted from the last one
  for (std::size_t axis = missing; axis < shape.size(); ++axis) {
    if (constant[axis - missing] != 1 && (axis != 1 || constant[axis - missing] != shape[1])) {
      return false;
    }
  }
  return true;
}

/// The constant operand, one number for each channel; nothing where there is none.
std::vector<double> operand_by_channel(const Network& network, const Node& node, ValueId own) {
  if (node.inputs.size() != 2 || (node.inputs[0] == own) == (node.inputs[1] == own)) {
    return {};
  }
  const Value& other = network.values[node.inputs[0] == own ? node.inputs[1] : node.inputs[0]];
  const Value& value = network.values[own];
  if (other.data == nullptr || other.format != NumberFormat::float32() || value.format != NumberFormat::float32() ||
      network.values[node.outputs[0]].shape != value.shape || !is_by_channel(other.shape, value.shape)) {
    return {};
  }
  auto numbers = numbers_of<double>(*other.data);
  if (numbers.size() == 1) {
    numbers.resize(static_cast<std::size_t>(value.shape[1]), numbers[0]);
  }
  return numbers;
}

}  // namespace

std::optional<ChannelScale> channel_scale(const Network& network, const Node& node, ValueId own) {
  if (std::holds_alternative<BatchNormalization>(node.layer)) {
    return normalization_scale(network, node, own);
  }
  const auto* layer = std::get_if<Elementwise>(&node.layer);
  std::vector<double> numbers = layer == nullptr ? std::vector<double>{} : operand_by_channel(network, node, own);
  if (numbers.empty()) {
    return std::nullopt;
  }
  const bool is_first = node.inputs[0] == own;
  const bool has_zero = std::ranges::count(numbers, 0.0) > 0;
  const std::vector<double> zeros(numbers.size(), 0.0);
  const auto mapped = [&](auto function) {
    std::vector<double> result;
    for (const double x : numbers) {
      result.push_back(function(x));
    }
    return result;
  };
  switch (layer->kind) {
    case Elementwise::Kind::Add:
      return ChannelScale{{}, numbers, "bias"};
    case Elementwise::Kind::Sub:
      return is_first ? ChannelScale{{}, mapped([](double x) { return -x; }), "bias"}
                      : ChannelScale{mapped([](double) { return -1.0; }), numbers, "bias"};
    case Elementwise::Kind::Mul:
      return ChannelScale{numbers, zeros, "scale"};
    case Elementwise::Kind::Div:
      return is_first && !has_zero
                 ? std::optional(ChannelScale{mapped([](double x) { return 1.0 / x; }), zeros, "scale"})
                 : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace pj
