#include "pj/study/explain_report.hpp"

#include <nlohmann/json.hpp>

#include "pj/base/text.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

/// A value of the objective with its unit.
std::string value_text(double value, Objective objective) {
  switch (objective) {
    case Objective::Energy:
      return scaled(value * 1e-12, "J");
    case Objective::Delay:
      return significant(value) + " cycles";
    case Objective::EnergyDelay:
      return scaled(value * 1e-12, "J·cycles");
  }
  return {};
}

/// A saving as a share; of a search that was stopped it may be more.
std::string saving_text(const Variant& variant) {
  const std::string least = variant.is_proved ? "" : "≥ ";
  return least + (variant.saving > 0.0 ? percent(variant.share) : variant.is_proved ? "–" : "0 %");
}

std::string cycles_text(const Cost& cost) {
  return grouped(static_cast<std::int64_t>(cost.cycles().value));
}

std::string constraints_text(const Explanation& explanation, Objective objective) {
  Table table({"without", "saves", "", "energy", "cycles"});
  std::vector<std::string> free;
  for (const Variant& variant : explanation.constraints) {
    if (variant.saving <= 0.0 && variant.is_proved) {
      free.push_back(variant.what);
      continue;
    }
    table.add({variant.what, saving_text(variant), value_text(variant.saving, objective),
               scaled(variant.cost.energy().value * 1e-12, "J"), cycles_text(variant.cost)});
  }
  if (explanation.constraints.empty()) {
    return "No constraint of the machine says anything of this layer.\n";
  }
  std::string text = "What each constraint of the machine costs: the best mapping without it.\n\n";
  text += free.size() < explanation.constraints.size() ? table.text() + "\n" : "";
  return text + (free.empty() ? "" : "Cost nothing on their own: " + join(free, "; ") + ".\n");
}

std::string capacities_text(const Explanation& explanation, Objective objective) {
  if (explanation.capacities.empty()) {
    return "";
  }
  Table table({"more room in", "size", "25 % more saves", "per KiB", "twice saves"});
  for (const CapacityGain& gain : explanation.capacities) {
    table.add({gain.level + (gain.tensor.empty() ? "" : " for " + gain.tensor), binary_size(gain.capacity.value),
               saving_text(gain.quarter), gain.quarter.saving > 0.0 ? value_text(gain.per_kibibyte(), objective) : "–",
               saving_text(gain.twofold)});
  }
  return "\nWhat more room saves, at the same energy of an access; KiB of each instance.\n\n" + table.text();
}

std::string runner_up_text(const Explanation& explanation, const Accelerator& accelerator, Objective objective) {
  if (!explanation.runner_up) {
    return "\nThe machine leaves no other choice of what each level keeps.\n";
  }
  const RunnerUp& second = *explanation.runner_up;
  std::vector<std::string> terms;
  for (const EnergyTerm& term : second.terms) {
    terms.push_back(scaled(term.more.value * 1e-12, "J") + " at " + term.where);
  }
  return "\nThe best mapping that keeps other tensors somewhere: " + second.what + ", " + percent(second.share) +
         " more " + to_string(objective) + " on " + accelerator.name + " (" +
         scaled(second.result.cost.energy().value * 1e-12, "J") + ", " + cycles_text(second.result.cost) + " cycles)" +
         (second.is_proved ? "" : "; a search was stopped, another may be nearer") + ".\n" +
         (terms.empty() ? "" : "It needs more: " + join(terms, ", ") + ".\n");
}

Json json_of(const Variant& variant) {
  return {{"what", variant.what},
          {"saving", variant.saving},
          {"share", variant.share},
          {"energy_pJ", variant.cost.energy().value},
          {"cycles", variant.cost.cycles().value},
          {"proved", variant.is_proved}};
}

Json json_of(const CapacityGain& gain) {
  return {{"level", gain.level},
          {"tensor", gain.tensor.empty() ? Json() : Json(gain.tensor)},
          {"capacity_bits", gain.capacity.value},
          {"quarter_more", json_of(gain.quarter)},
          {"saving_per_KiB", gain.per_kibibyte()},
          {"twice", json_of(gain.twofold)}};
}

Json json_of(const RunnerUp& second, const Accelerator& accelerator, const Workload& workload) {
  Json json{{"what", second.what},
            {"share", second.share},
            {"energy_pJ", second.result.cost.energy().value},
            {"cycles", second.result.cost.cycles().value},
            {"proved", second.is_proved},
            {"mapping", to_string(workload, accelerator, second.result.mapping)},
            {"terms", Json::array()}};
  for (const EnergyTerm& term : second.terms) {
    json["terms"].push_back({{"where", term.where}, {"more_pJ", term.more.value}});
  }
  return json;
}

}  // namespace

std::string explain_report(const Explanation& explanation, const Accelerator& accelerator, Objective objective) {
  return constraints_text(explanation, objective) + capacities_text(explanation, objective) +
         runner_up_text(explanation, accelerator, objective);
}

std::string explained_json(const std::string& mapping_json, const Explanation& explanation,
                           const Accelerator& accelerator, const Workload& workload) {
  Json json = Json::parse(mapping_json);
  Json& part = json["explanation"];
  part["constraints"] = Json::array();
  for (const Variant& variant : explanation.constraints) {
    part["constraints"].push_back(json_of(variant));
  }
  part["capacities"] = Json::array();
  for (const CapacityGain& gain : explanation.capacities) {
    part["capacities"].push_back(json_of(gain));
  }
  part["runner_up"] = explanation.runner_up ? json_of(*explanation.runner_up, accelerator, workload) : Json();
  return json_text(json);
}

std::string repair_report(const Repair& repair) {
  if (repair.growths.empty()) {
    return "";
  }
  std::string text = "Nothing fits; at least these must grow:\n";
  std::int64_t more = 0;
  for (const Repair::Growth& growth : repair.growths) {
    more += growth.to.value - growth.from.value;
    text += "  " + growth.level + (growth.tensor.empty() ? "" : " for " + growth.tensor) + " from " +
            binary_size(growth.from.value) + " to " + binary_size(growth.to.value) + "\n";
  }
  return text + (repair.is_enough ? "With these " + binary_size(more) + " in each instance it fits, a search found.\n"
                                  : "No mapping was found with these " + binary_size(more) +
                                        " either; relax a constraint of the machine, too.\n");
}

}  // namespace pj
