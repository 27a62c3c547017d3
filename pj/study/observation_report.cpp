#include "pj/study/observation_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

bool multiplies(const Layer& layer) {
  return std::holds_alternative<Convolution>(layer) || std::holds_alternative<FullyConnected>(layer) ||
         std::holds_alternative<MatMul>(layer) || std::holds_alternative<Recurrent>(layer);
}

bool is_relu(const Layer& layer) {
  const auto* function = std::get_if<Activation>(&layer);
  return function != nullptr && (function->kind == Activation::Kind::Relu || function->kind == Activation::Kind::Clip);
}

std::optional<double> density_of(const Network& network, const Observations& observations, ValueId value) {
  if (const auto seen = observations.tensors.find(value); seen != observations.tensors.end()) {
    return 1.0 - seen->second.all.zero_share();
  }
  const Constant* data = network.values[value].data.get();
  if (data == nullptr || !is_computable(data->format) || data->bytes.empty()) {
    return std::nullopt;
  }
  const auto numbers = numbers_of<double>(*data);
  const auto zeros = std::count(numbers.begin(), numbers.end(), 0.0);
  return 1.0 - static_cast<double>(zeros) / static_cast<double>(numbers.size());
}

std::string zeros_text(const Network& network, const Observations& observations, ValueId value) {
  const auto density = density_of(network, observations, value);
  return density ? percent(1.0 - *density) : "";
}

/// The layers that multiply and accumulate, and the ReLUs, whose results were seen.
std::vector<const Node*> observed_nodes(const Network& network, const Observations& observations) {
  std::vector<const Node*> nodes;
  for (const Node& node : network.nodes) {
    if ((multiplies(node.layer) || is_relu(node.layer)) && observations.tensors.contains(node.outputs.front())) {
      nodes.push_back(&node);
    }
  }
  return nodes;
}

/// A layer with the names of its tensors.
Json node_json(const Network& network, const Node& node) {
  Json json{{"name", node.name}, {"kind", kind_name(node.layer)}, {"input", network.values[node.inputs[0]].name}};
  if (multiplies(node.layer)) {
    json["weights"] = network.values[node.inputs[1]].name;
  }
  json["output"] = network.values[node.outputs.front()].name;
  return json;
}

Json numbers_json(const NumberStatistics& numbers) {
  return {{"count", numbers.count},          {"zeros", numbers.zero_share()}, {"not_numbers", numbers.nans},
          {"least", numbers.least},          {"greatest", numbers.greatest},  {"mean", numbers.mean()},
          {"deviation", numbers.deviation()}};
}

Json tensor_json(const TensorStatistics& tensor) {
  Json json{{"name", tensor.name}, {"shape", tensor.shape}, {"runs", tensor.runs}};
  json.update(numbers_json(tensor.all));
  json["zero_runs"] = tensor.zero_runs;
  for (const auto& [index, count] : tensor.histogram) {
    const Bin range = bin(index);
    json["histogram"].push_back(Json::array({range.low, range.high, count}));
  }
  for (const NumberStatistics& channel : tensor.channels) {
    json["channels"].push_back(numbers_json(channel));
  }
  return json;
}

}  // namespace

ValueId stored_result(const Network& network, ValueId value) {
  for (;;) {
    const Node* reader = nullptr;
    int uses = static_cast<int>(std::count(network.outputs.begin(), network.outputs.end(), value));
    for (const Node& node : network.nodes) {
      const auto reads = static_cast<int>(std::count(node.inputs.begin(), node.inputs.end(), value));
      reader = reads > 0 ? &node : reader;
      uses += reads;
    }
    if (uses != 1 || reader == nullptr || !std::holds_alternative<Activation>(reader->layer)) {
      return value;
    }
    value = reader->outputs.front();
  }
}

Densities observed_densities(const Network& network, const Observations& observations) {
  Densities densities{.source = observations.source};
  for (const Node& node : network.nodes) {
    if (!multiplies(node.layer)) {
      continue;
    }
    const std::array<std::pair<const char*, ValueId>, 3> tensors{
        std::pair("Input", node.inputs[0]), std::pair("Weight", node.inputs[1]),
        std::pair("Output", stored_result(network, node.outputs[0]))};
    for (const auto& [name, value] : tensors) {
      if (const auto density = density_of(network, observations, value)) {
        densities.layers[node.name][name] = *density;
      }
    }
  }
  return densities;
}

std::string observation_table(const Network& network, const Observations& observations) {
  Table table({"layer", "kind", "zeros in", "zero weights", "zeros out", "least out", "greatest out"});
  table.left(1);
  for (const Node* node : observed_nodes(network, observations)) {
    const NumberStatistics& out = observations.tensors.at(node->outputs.front()).all;
    table.add({node->name, kind_name(node->layer), zeros_text(network, observations, node->inputs[0]),
               multiplies(node->layer) ? zeros_text(network, observations, node->inputs[1]) : "",
               percent(out.zero_share()), significant(out.least), significant(out.greatest)});
  }
  return table.text();
}

std::string observation_json(const Network& network, const Observations& observations) {
  const Densities densities = observed_densities(network, observations);
  Json json{{"source", observations.source},
            {"layers", Json::object()},
            {"nodes", Json::array()},
            {"tensors", Json::array()}};
  for (const auto& [layer, tensors] : densities.layers) {
    json["layers"][layer] = tensors;
  }
  for (const Node* node : observed_nodes(network, observations)) {
    json["nodes"].push_back(node_json(network, *node));
  }
  for (const auto& [value, tensor] : observations.tensors) {
    json["tensors"].push_back(tensor_json(tensor));
  }
  return json_text(json);
}

}  // namespace pj
