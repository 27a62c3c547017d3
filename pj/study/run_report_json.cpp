#include <nlohmann/json.hpp>

#include <algorithm>

#include "pj/execution/numbers.hpp"
#include "pj/study/classes.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/run_report.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_elements = 1 << 16;

Json output_json(const std::string& name, const Constant& output) {
  Json json{{"name", name}, {"shape", output.shape}, {"format", to_string(output.format)}};
  if (!is_computable(output.format)) {
    return json;
  }
  const auto numbers = numbers_of<double>(output);
  if (!numbers.empty()) {
    const auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
    json["least"] = *least;
    json["greatest"] = *greatest;
  }
  if (numbers.size() <= most_elements) {
    json["elements"] = numbers;
  }
  return json;
}

Json classes_json(const std::vector<ClassScore>& best) {
  Json list = Json::array();
  for (const ClassScore& row : best) {
    list.push_back({{"class", row.index}, {"score", row.score}, {"label", row.label}});
  }
  return list;
}

Json share_json(const Accuracy& accuracy, std::int64_t right) {
  return {{"right", right}, {"share", accuracy.share(right)}, {"standard_error", accuracy.standard_error(right)}};
}

}  // namespace

std::string run_json(const RunResult& result, const std::vector<std::string>& labels) {
  Json json{{"calls", result.calls}, {"outputs", Json::array()}};
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    json["outputs"].push_back(output_json(result.names[i], result.outputs[i]));
  }
  for (std::int64_t call = 0; call < result.calls && !labels.empty(); ++call) {
    json["best"].push_back(classes_json(classes_of_call(result, call, labels)));
  }
  return json_text(json);
}

std::string accuracy_json(const Accuracy& accuracy, const std::string& network, const std::string& data,
                          const std::vector<std::string>& labels, const std::string& observed) {
  Json confusion = Json::array();
  for (std::int64_t row = 0; row < accuracy.classes; ++row) {
    const auto begin = accuracy.confusion.begin() + row * accuracy.classes;
    confusion.push_back(std::vector<std::int64_t>(begin, begin + accuracy.classes));
  }
  Json json{{"network", network},
            {"data", data},
            {"samples", accuracy.samples},
            {"top1", share_json(accuracy, accuracy.top1)},
            {"top5", share_json(accuracy, accuracy.top5)},
            {"labels", labels},
            {"confusion", confusion}};
  if (!observed.empty()) {
    json["observed"] = Json::parse(observed);
  }
  return json_text(json);
}

}  // namespace pj
