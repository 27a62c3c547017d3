#include "pj/study/input_costs_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "pj/base/text.hpp"
#include "pj/study/distribution.hpp"
#include "pj/study/estimate_json.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

constexpr int histogram_bins = 24;
constexpr std::array quantile_shares{0.05, 0.25, 0.5, 0.75, 0.95};

Distribution energies_of(const InputCosts& costs) {
  std::vector<double> numbers;
  for (const Picojoules energy : costs.energy) {
    numbers.push_back(energy.value);
  }
  return distribution_of(std::move(numbers));
}

Distribution times_of(const InputCosts& costs) {
  std::vector<double> numbers;
  for (const Seconds time : costs.time) {
    numbers.push_back(time.value);
  }
  return distribution_of(std::move(numbers));
}

/// `factor` turns the numbers into `unit`.
std::vector<std::string> distribution_fields(const std::string& name, const Distribution& of, double factor,
                                             const std::string& unit) {
  const auto text = [&](double number) { return scaled(number * factor, unit); };
  std::vector<std::string> fields{name, text(of.mean), text(of.deviation), text(of.sorted.front())};
  for (const double share : quantile_shares) {
    fields.push_back(text(of.quantile(share)));
  }
  fields.push_back(text(of.sorted.back()));
  return fields;
}

Json distribution_json(const Distribution& of) {
  Json json{{"mean", of.mean},
            {"deviation", of.deviation},
            {"least", of.sorted.front()},
            {"greatest", of.sorted.back()},
            {"quantiles", Json::array()},
            {"histogram", Json::array()}};
  for (const double share : quantile_shares) {
    json["quantiles"].push_back({{"share", share}, {"value", of.quantile(share)}});
  }
  for (const Distribution::Bin& own : of.histogram(histogram_bins)) {
    json["histogram"].push_back(Json::array({own.low, own.high, own.count}));
  }
  return json;
}

std::string exit_costs_table(const InputCosts& costs) {
  if (costs.exits.empty()) {
    return "";
  }
  Table table({"leaves at", "samples", "share", "energy", "time"});
  const auto add = [&](const ExitCost& exit) {
    table.add({exit.name, grouped(exit.samples),
               percent(static_cast<double>(exit.samples) / static_cast<double>(costs.to_end.samples)),
               exit.samples == 0 ? "-" : scaled(exit.energy.value * 1e-12, "J"),
               exit.samples == 0 ? "-" : scaled(exit.time.value, "s")});
  };
  std::ranges::for_each(costs.exits, add);
  table.rule();
  add(costs.to_end);
  const double energy = energies_of(costs).mean;
  return "\n" + table.text() + "\nEnergy of an input: " + scaled(energy * 1e-12, "J") + " in the mean, " +
         significant(costs.to_end.energy.value / energy) + "× less than to the end\n";
}

Json exit_cost_json(const ExitCost& exit) {
  return {
      {"name", exit.name}, {"samples", exit.samples}, {"energy_pJ", exit.energy.value}, {"time_s", exit.time.value}};
}

}  // namespace

std::string input_costs_table(const InputCosts& costs) {
  Table table({"of an input", "mean", "deviation", "least", "5 %", "25 %", "median", "75 %", "95 %", "greatest"});
  table.add(distribution_fields("energy", energies_of(costs), 1e-12, "J"));
  table.add(distribution_fields("time", times_of(costs), 1.0, "s"));
  return std::string("By the zeros") + (costs.exits.empty() ? "" : ", and the exit,") + " of each of " +
         counted(std::ssize(costs.energy), "sample") + " of " + costs.data + " (top-1 " +
         percent(costs.accuracy.share(costs.accuracy.top1)) + "):\n" + table.text() + exit_costs_table(costs);
}

std::string input_costs_json(const InputCosts& costs) {
  Json json = estimate_part(costs.estimate);
  json["per_input"] = {{"data", costs.data},
                       {"samples", costs.energy.size()},
                       {"top1", costs.accuracy.share(costs.accuracy.top1)},
                       {"energy_pJ", distribution_json(energies_of(costs))},
                       {"time_s", distribution_json(times_of(costs))}};
  if (!costs.exits.empty()) {
    for (const ExitCost& exit : costs.exits) {
      json["per_input"]["exits"].push_back(exit_cost_json(exit));
    }
    json["per_input"]["to_end"] = exit_cost_json(costs.to_end);
  }
  return json_text(json);
}

}  // namespace pj
