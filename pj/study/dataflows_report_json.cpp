#include <nlohmann/json.hpp>

#include "pj/accelerator/reader.hpp"
#include "pj/study/dataflows_report.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json bar_json(const DataflowBar& bar) {
  Json json{{"dataflow", bar.dataflow}, {"no_mapping", bar.verdict ? Json() : Json(bar.verdict.reason())}};
  if (!bar.verdict) {
    return json;
  }
  json["macs"] = bar.macs;
  json["energy_pJ"] = bar.energy().value;
  json["levels"] = {{"operations", bar.operations.value},
                    {"registers", bar.registers.value},
                    {"array", bar.array.value},
                    {"buffer", bar.buffer.value},
                    {"DRAM", bar.dram.value}};
  json["tensors"] = {
      {"inputs", bar.tensors[0].value}, {"weights", bar.tensors[1].value}, {"sums", bar.tensors[2].value}};
  json["dram_reads"] = bar.dram_reads;
  json["dram_writes"] = bar.dram_writes;
  json["delay"] = bar.delay;
  json["proved"] = bar.proved;
  json["unrestricted_pJ"] = bar.unrestricted ? Json(bar.unrestricted->value) : Json();
  json["unrestricted_proved"] = bar.unrestricted_proved;
  return json;
}

}  // namespace

std::string dataflow_json(const std::string& network, const std::vector<DataflowGroup>& groups) {
  Json json{{"network", network}, {"basis", "modelled"}};
  for (const Dataflow& dataflow : dataflows()) {
    json["machines"].push_back(machine_json(load_accelerator(dataflow.accelerator)));
  }
  json["groups"] = Json::array();
  for (const DataflowGroup& group : groups) {
    Json bars = Json::array();
    for (const DataflowBar& bar : group.bars) {
      bars.push_back(bar_json(bar));
    }
    json["groups"].push_back({{"layers", group.fully_connected ? "FC" : "CONV"},
                              {"elements", group.elements},
                              {"batch", group.batch},
                              {"bars", bars}});
  }
  return json_text(json);
}

}  // namespace pj
