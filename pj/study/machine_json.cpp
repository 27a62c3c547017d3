#include "pj/study/machine_json.hpp"

#include <nlohmann/json.hpp>

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json stage_json(const Fanout& fanout, std::int64_t instances) {
  Json json{{"name", fanout.name}, {"kind", "fanout"}, {"instances", instances}, {"copies", fanout.copies()}};
  json["axes"] = Json::array();
  for (const FanoutAxis& axis : fanout.axes) {
    json["axes"].push_back({{"name", axis.name}, {"size", axis.size}});
  }
  return json;
}

Json stage_json(const Level& level, std::int64_t instances) {
  Json json{{"name", level.name}, {"kind", "level"}, {"instances", instances}};
  json["capacity_bits"] = level.capacity ? Json(level.capacity->value) : Json();
  for (const auto& [tensor, capacity] : level.partitions) {
    json["partition_bits"][tensor] = capacity.value;
  }
  json["bits_per_cycle"] = or_null(level.bandwidth);
  json["read_bits_per_cycle"] = or_null(level.read_bandwidth);
  json["write_bits_per_cycle"] = or_null(level.write_bandwidth);
  return json;
}

}  // namespace

Json machine_json(const Accelerator& accelerator) {
  Json json{{"name", accelerator.name}, {"title", accelerator.title}};
  json["technology_nm"] = accelerator.node_nm > 0 ? Json(accelerator.node_nm) : Json();
  json["precision_bits"] = accelerator.compute.bits;
  json["clock_Hz"] = accelerator.clock.value;
  json["compute"] = accelerator.compute.name;
  json["units"] = accelerator.compute_units();
  std::int64_t instances = 1;
  for (const Stage& stage : accelerator.stages) {
    json["stages"].push_back(std::visit([&](const auto& s) { return stage_json(s, instances); }, stage));
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      instances *= fanout->copies();
    }
  }
  return json;
}

}  // namespace pj
