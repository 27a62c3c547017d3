#include <nlohmann/json.hpp>

#include "pj/study/json_text.hpp"
#include "pj/study/network_report.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json ports(const Network& network, const std::vector<ValueId>& values) {
  Json list = Json::array();
  for (const ValueId id : values) {
    const Value& value = network.values[id];
    list.push_back({{"name", value.name}, {"shape", value.shape}, {"format", to_string(value.format)}});
  }
  return list;
}

Json shapes(const Network& network, const std::vector<ValueId>& values) {
  Json list = Json::array();
  for (const ValueId id : values) {
    list.push_back(id == no_value ? Json() : Json(network.values[id].shape));
  }
  return list;
}

Json shape_letters(const LayerShape& s) {
  return {{"N", s.N},
          {"C", s.C},
          {"M", s.M},
          {"H", s.H},
          {"W", s.W},
          {"R", s.R},
          {"S", s.S},
          {"P", s.P},
          {"Q", s.Q},
          {"stride_h", s.stride_h},
          {"stride_w", s.stride_w},
          {"pad_h", s.pad_h},
          {"pad_w", s.pad_w},
          {"groups", s.groups}};
}

Json layer_json(const Network& network, const LayerStatistics& layer) {
  const Node& node = network.nodes[layer.node];
  return {{"name", layer.name},
          {"kind", layer.kind},
          {"inputs", shapes(network, node.inputs)},
          {"outputs", shapes(network, node.outputs)},
          {"shape", shape_letters(layer.shape)},
          {"weights", layer.weights},
          {"parameters", layer.parameters},
          {"constants", layer.constants},
          {"macs", layer.macs},
          {"activations", layer.activations},
          {"receptive_field", {layer.receptive_field_h, layer.receptive_field_w}}};
}

}  // namespace

std::string zoo_json(const std::vector<ZooRow>& rows) {
  Json networks = Json::array();
  for (const ZooRow& row : rows) {
    networks.push_back({{"name", row.entry.name},
                        {"title", row.entry.title},
                        {"source", row.entry.source},
                        {"input", row.input},
                        {"weights", row.weights},
                        {"parameters", row.parameters},
                        {"macs", row.macs}});
  }
  return json_text({{"networks", networks}});
}

std::string network_json(const Network& network, const NetworkStatistics& counts) {
  Json layers = Json::array();
  for (const LayerStatistics& layer : counts.layers) {
    layers.push_back(layer_json(network, layer));
  }
  const Json totals{{"weights", counts.weights()},        {"weights_conv", counts.weights_conv},
                    {"weights_other", counts.weights_fc}, {"macs", counts.macs()},
                    {"macs_conv", counts.macs_conv},      {"macs_other", counts.macs_fc},
                    {"operations", counts.operations()},  {"parameters", counts.parameters},
                    {"constants", counts.constants},      {"activations", counts.activations}};
  return json_text({{"network", network.name},
                    {"inputs", ports(network, network.inputs)},
                    {"outputs", ports(network, network.outputs)},
                    {"layers", layers},
                    {"totals", totals}});
}

}  // namespace pj
