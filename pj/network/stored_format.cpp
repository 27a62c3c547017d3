#include "pj/network/stored_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pj/network/constant_sources.hpp"

namespace pj {

namespace {

using Kind = NumberFormat::Kind;

constexpr int most_bits = 64;

bool only_moves(const Layer& layer) {
  return std::holds_alternative<Reshape>(layer) || std::holds_alternative<Transpose>(layer) ||
         std::holds_alternative<Dropout>(layer);
}

const Node* producer(const Network& network, ValueId value) {
  const auto made = std::find_if(network.nodes.begin(), network.nodes.end(), [&](const Node& node) {
    return std::find(node.outputs.begin(), node.outputs.end(), value) != node.outputs.end();
  });
  return made == network.nodes.end() ? nullptr : &*made;
}

/// The only node that reads the value; null where there are several, or the network hands it out.
const Node* only_consumer(const Network& network, ValueId value) {
  const Node* found = nullptr;
  for (const Node& node : network.nodes) {
    if (std::find(node.inputs.begin(), node.inputs.end(), value) == node.inputs.end()) {
      continue;
    }
    if (found != nullptr) {
      return nullptr;
    }
    found = &node;
  }
  const bool is_output = std::find(network.outputs.begin(), network.outputs.end(), value) != network.outputs.end();
  return is_output ? nullptr : found;
}

/// The bit width that a QONNX quantiser is given, where its constant is known.
std::optional<int> bit_width(const Network& network, const Node& node) {
  constexpr std::size_t operand = 3;
  if (node.inputs.size() <= operand || node.inputs[operand] == no_value) {
    return std::nullopt;
  }
  const auto& data = network.values[node.inputs[operand]].data;
  float bits = 0.0F;
  if (data == nullptr || data->format != NumberFormat::float32() || data->bytes.size() != sizeof(bits)) {
    return std::nullopt;
  }
  std::memcpy(&bits, data->bytes.data(), sizeof(bits));
  const bool is_whole = bits >= 1.0F && bits <= most_bits && bits == std::floor(bits);
  return is_whole ? std::optional(static_cast<int>(bits)) : std::nullopt;
}

std::optional<NumberFormat> quantised(const Network& network, const Node& node) {
  const auto& layer = std::get<FakeQuantize>(node.layer);
  if (layer.kind == FakeQuantize::Kind::Bipolar) {
    return NumberFormat::binary();
  }
  const auto bits = layer.kind == FakeQuantize::Kind::Integer ? bit_width(network, node) : std::nullopt;
  return bits ? std::optional(NumberFormat::fixed(*bits, layer.is_signed)) : std::nullopt;
}

/// The format of the codes with which a Gather looks numbers up in a table; nothing for any other Gather.
std::optional<NumberFormat> looked_up(const Network& network, const Node& node) {
  const Node* cast = producer(network, node.inputs[1]);
  const bool is_cast = cast != nullptr && std::holds_alternative<Cast>(cast->layer);
  const NumberFormat codes = network.values[is_cast ? cast->inputs.front() : node.inputs[1]].format;
  return codes.kind == Kind::Codebook || codes.kind == Kind::Log2 ? std::optional(codes) : std::nullopt;
}

std::shared_ptr<const Network> branch_in(const std::shared_ptr<const Network>& branch, const Formats& formats) {
  return branch == nullptr ? nullptr : std::make_shared<const Network>(in_formats(*branch, formats));
}

}  // namespace

NumberFormat operand_format(const Network& network, ValueId value) {
  const NumberFormat own = network.values[value].format;
  for (const Node* node = producer(network, value); own.kind == Kind::Float && node != nullptr;
       node = producer(network, value)) {
    if (std::holds_alternative<FakeQuantize>(node->layer)) {
      return quantised(network, *node).value_or(own);
    }
    if (std::holds_alternative<Gather>(node->layer)) {
      return looked_up(network, *node).value_or(own);
    }
    value = node->inputs.front();
    if (std::holds_alternative<Dequantize>(node->layer) || std::holds_alternative<Cast>(node->layer)) {
      return network.values[value].format;
    }
    if (!only_moves(node->layer)) {
      break;
    }
  }
  return own;
}

NumberFormat result_format(const Network& network, ValueId value) {
  const NumberFormat own = network.values[value].format;
  for (const Node* node = only_consumer(network, value); own.kind == Kind::Float && node != nullptr;
       node = only_consumer(network, value)) {
    if (const auto* layer = std::get_if<Quantize>(&node->layer)) {
      return layer->to;
    }
    if (std::holds_alternative<FakeQuantize>(node->layer)) {
      return quantised(network, *node).value_or(own);
    }
    if (!only_moves(node->layer) && !std::holds_alternative<Activation>(node->layer)) {
      break;
    }
    value = node->outputs.front();
  }
  return own;
}

Network in_formats(Network network, const Formats& formats) {
  const ConstantSources sources = constant_sources(network);
  for (std::size_t id = 0; id < network.values.size(); ++id) {
    NumberFormat& format = network.values[id].format;
    const auto& wanted = sources[id] == nullptr ? formats.activations : formats.weights;
    if (wanted && format.kind != Kind::Boolean && format.kind != Kind::Text) {
      format = *wanted;
    }
  }
  for (Node& node : network.nodes) {
    if (auto* choice = std::get_if<If>(&node.layer)) {
      choice->then_branch = branch_in(choice->then_branch, formats);
      choice->else_branch = branch_in(choice->else_branch, formats);
    }
  }
  return network;
}

}  // namespace pj
