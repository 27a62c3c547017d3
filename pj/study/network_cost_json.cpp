#include "pj/study/network_cost_json.hpp"

#include <nlohmann/json.hpp>

namespace pj {

nlohmann::ordered_json network_cost_json(const NetworkCost& cost) {
  using Json = nlohmann::ordered_json;
  Json layers = Json::array();
  for (const LayerCost& layer : cost) {
    Json parts = Json::array();
    for (const Picojoules part : layer.parts) {
      parts.push_back(part.value);
    }
    layers.push_back({{"layer", layer.layer},
                      {"energy_pJ", layer.energy.value},
                      {"time_s", layer.time.value},
                      {"parts_pJ", std::move(parts)}});
  }
  return layers;
}

}  // namespace pj
