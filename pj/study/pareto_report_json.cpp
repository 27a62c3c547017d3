#include <nlohmann/json.hpp>

#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"
#include "pj/study/pareto_report.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json front_json(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoFront& front) {
  Json json{{"name", layer.name}, {"kind", layer.kind}, {"einsum", to_string(layer.workload)}};
  json["is_cut"] = front.is_cut;
  json["is_stopped"] = front.is_stopped;
  json["points"] = Json::array();
  for (const MapperResult& point : front.points) {
    json["points"].push_back({{"energy_pJ", point.cost.energy().value},
                              {"cycles", point.cost.cycles().value},
                              {"units", point.traffic.units},
                              {"proved", point.certificate.proved},
                              {"mapping", to_string(layer.workload, accelerator, point.mapping)}});
  }
  return json;
}

}  // namespace

std::string pareto_json(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoFront& front) {
  Json json = front_json(layer, accelerator, front);
  json["accelerator"] = accelerator.name;
  json["basis"] = "modelled";
  json["machine"] = machine_json(accelerator);
  return json_text(json);
}

std::string pareto_json(const NetworkFront& front) {
  Json json{{"network", front.network}, {"accelerator", front.accelerator.name}, {"thinned", front.thinned}};
  json["basis"] = "modelled";
  json["machine"] = machine_json(front.accelerator);
  json["points"] = Json::array();
  for (const NetworkPoint& point : front.points) {
    json["points"].push_back(
        {{"energy_pJ", point.energy.value}, {"cycles", point.cycles.value}, {"choice", point.choice}});
  }
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < front.layers.size(); ++i) {
    json["layers"].push_back(front_json(front.layers[i], front.accelerator, front.fronts[i]));
  }
  return json_text(json);
}

}  // namespace pj
