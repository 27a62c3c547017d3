#include <nlohmann/json.hpp>

#include "pj/study/json_text.hpp"
#include "pj/study/train_report.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json row_json(const EpochRow& row, bool classifies) {
  Json json{{"epoch", row.epoch}, {"rate", row.rate}, {"loss", row.loss}};
  if (classifies) {
    json["accuracy"] = row.accuracy;
  }
  if (row.test_loss) {
    json["test_loss"] = *row.test_loss;
  }
  if (classifies && row.test_accuracy) {
    json["test_accuracy"] = *row.test_accuracy;
  }
  json["seconds"] = row.seconds;
  return json;
}

}  // namespace

std::string train_json(const TrainReport& report) {
  Json settings = Json::object();
  for (const auto& [name, value] : report.settings) {
    settings[name] = value;
  }
  Json rows = Json::array();
  for (const EpochRow& row : report.rows) {
    rows.push_back(row_json(row, report.classifies));
  }
  const TrainingCost& cost = report.cost;
  return json_text({{"network", report.network},
                    {"data", report.data},
                    {"test", report.test},
                    {"test_rows", report.test_rows},
                    {"parameters", report.parameters},
                    {"training", settings},
                    {"cost",
                     {{"forward_macs", cost.forward_macs},
                      {"weight_gradient_macs", cost.weight_gradient_macs},
                      {"input_gradient_macs", cost.input_gradient_macs},
                      {"run_activations", cost.run_numbers},
                      {"stored_activations", cost.stored_numbers}}},
                    {"epochs", rows}});
}

}  // namespace pj
