#include <nlohmann/json.hpp>

#include "pj/study/compression_runs.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json bits_json(const StoredBits& bits) {
  return {{"values", bits.values}, {"indices", bits.indices}, {"huffman_tables", bits.tables}, {"all", bits.total()}};
}

Json layer_json(const LayerSummary& row) {
  Json json{{"layer", row.layer},
            {"rules", row.rules},
            {"format", to_string(row.format)},
            {"storage", to_string(row.storage)},
            {"density", row.storage.density},
            {"weights", row.weights},
            {"bits", row.bits}};
  json["bits_before"] = row.bits_before ? Json(*row.bits_before) : Json();
  json["relative_squared_error"] = row.error ? Json(*row.error) : Json();
  return json;
}

Json accuracy_json(const Accuracy& accuracy) {
  return {{"samples", accuracy.samples},
          {"top1", accuracy.share(accuracy.top1)},
          {"standard_error", accuracy.standard_error(accuracy.top1)},
          {"top5", accuracy.share(accuracy.top5)}};
}

Json report_json(const CompressionReport& report) {
  const CompressionSummary& all = report.summary;
  Json json{{"network", report.network}, {"rules", report.rules}};
  json["stored_bits"] = {{"before", bits_json(all.before)}, {"after", bits_json(all.after)}, {"ratio", all.ratio()}};
  json["weights"] = {{"before", all.weights_before}, {"after", all.weights}};
  json["macs"] = {{"before", all.macs_before}, {"after", all.macs}};
  if (report.before && report.after) {
    json["data"] = report.data;
    json["accuracy"] = {{"before", accuracy_json(*report.before)}, {"after", accuracy_json(*report.after)}};
  }
  for (const ExitUse::Row& row : report.exits.rows) {
    json["exits"].push_back({{"exit", row.name}, {"samples", row.samples}, {"macs", row.macs}});
  }
  if (report.energy_before && report.energy) {
    json["accelerator"] = report.accelerator;
    json["energy_pJ"] = {{"before", *report.energy_before}, {"after", *report.energy}};
  }
  json["layers"] = Json::array();
  for (const LayerSummary& row : all.layers) {
    json["layers"].push_back(layer_json(row));
  }
  json["changes"] = Json::array();
  for (const LayerChange& change : report.changes) {
    json["changes"].push_back({{"layer", change.layer}, {"rule", change.rule}});
    json["changes"].back()["relative_squared_error"] = change.error ? Json(*change.error) : Json();
    json["changes"].back()["remark"] = change.remark;
  }
  return json;
}

}  // namespace

std::string compression_runs_json(const std::vector<CompressionRun>& runs) {
  Json json{{"runs", Json::array()}};
  for (const CompressionRun& run : runs) {
    Json one{{"seed", run.seed}};
    one.update(report_json(run.report));
    json["runs"].push_back(std::move(one));
  }
  return json_text(json);
}

std::string compression_json(const CompressionReport& report) {
  return json_text(report_json(report));
}

}  // namespace pj
