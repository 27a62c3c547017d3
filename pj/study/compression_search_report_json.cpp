#include <nlohmann/json.hpp>

#include <array>

#include "pj/study/compression_search_report.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"
#include "pj/study/network_cost_json.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json tally_json(const Tally& tally) {
  return {{"samples", tally.samples}, {"accuracy", tally.share()}, {"standard_error", tally.standard_error()}};
}

Json form_json(const LayerForm& form) {
  return {{"format", form.format}, {"weights", form.weights}, {"bits", form.bits}, {"density", form.density}};
}

/// Layers with their costs where they are shown: of the original, the best and the front.
Json search_point_json(const SearchPoint& point, bool has_energy, bool has_layers) {
  constexpr std::array found{"original", "alike", "alone", "assigned"};  // in the order of `Found`
  Json json = tally_json(point.record.accuracy);
  json["test"] = point.test ? tally_json(*point.test) : Json();
  const double time = time_of(point.record.cost).value;
  if (has_energy) {
    const double energy = energy_of(point.record.cost).value;
    json["energy_pJ"] = energy;
    json["edp_Js"] = energy * 1e-12 * time;
  }
  json["time_s"] = time;
  json["bits"] = point.record.bits;
  json["found"] = found[static_cast<std::size_t>(point.found)];
  json["tuned"] = point.is_tuned;
  json["on_front"] = point.on_front;
  json["choices"] = point.choices;
  if (has_layers) {
    json["layers"] = network_cost_json(point.record.cost);
  }
  return json;
}

Json options_json(const std::vector<LayerOption>& options, bool has_energy) {
  Json list = Json::array();
  for (const LayerOption& option : options) {
    Json json = form_json(option.form);
    if (has_energy) {
      json["saved_energy_pJ"] = option.saved_energy.value;
    }
    json["saved_time_s"] = option.saved_time.value;
    json["saved_bits"] = option.saved_bits;
    json["lost"] = option.lost ? Json(*option.lost) : Json();
    list.push_back(std::move(json));
  }
  return list;
}

void put_machine(Json& json, const SearchSubject& subject) {
  json["basis"] = subject.accelerator ? "modelled" : "measured";
  if (!subject.accelerator) {
    return;
  }
  const Accelerator& machine = *subject.accelerator;
  json["accelerator"] = machine.name;
  json["machine"] = machine_json(machine);
  json["parts"] = Json::array();
  for (const Stage& stage : machine.stages) {
    json["parts"].push_back(stage_name(stage));
  }
  json["parts"].push_back(machine.compute.name);
}

}  // namespace

std::string search_json(const CompressionSearch& search, const SearchSubject& subject) {
  const bool has_energy = subject.accelerator.has_value();
  Json json{{"network", subject.network}, {"rules", subject.rules},         {"data", subject.data},
            {"test", subject.test},       {"goal", to_string(search.goal)}, {"max_drop", search.max_drop},
            {"layers", search.layers},    {"choices", search.choices},      {"stopped", search.stopped}};
  put_machine(json, subject);
  json["original"] = search_point_json(search.original, has_energy, has_energy);
  json["best"] = search.best ? Json(*search.best) : Json();
  json["forms"] = Json::array();
  json["options"] = Json::array();
  for (std::size_t layer = 0; layer < search.layers.size(); ++layer) {
    json["forms"].push_back(form_json(search.forms[layer]));
    json["options"].push_back(options_json(search.options[layer], has_energy));
  }
  json["points"] = Json::array();
  for (std::size_t i = 0; i < search.points.size(); ++i) {
    const SearchPoint& point = search.points[i];
    json["points"].push_back(search_point_json(point, has_energy, has_energy && (point.on_front || search.best == i)));
  }
  return json_text(json);
}

}  // namespace pj
