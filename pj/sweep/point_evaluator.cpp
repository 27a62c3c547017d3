#include "pj/sweep/point_evaluator.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "pj/accelerator/reader.hpp"
#include "pj/accelerator/settings.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/mapping_key.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

/// Metrics that follow from the machine alone: a limit on them is known before any search.
bool is_of_machine(const MetricRow& metric) {
  constexpr std::array<std::string_view, 6> names{"area", "area_per_unit",    "storage",
                                                  "peak", "storage_per_unit", "units"};
  return std::find(names.begin(), names.end(), metric.name) != names.end();
}

bool is_about_area(const MetricRow& metric) {
  return std::string_view(metric.name).starts_with("area");
}

/// A number where the text is one, so that tables can count with it.
Json value_of(const std::string& text) {
  double number = 0.0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() ? Json(number) : Json(text);
}

/// What of a machine `mapping_key` leaves out, and results depend on.
std::string rest_of_key(const Accelerator& accelerator) {
  std::string text = exact(accelerator.clock.value) + " " + std::to_string(accelerator.node_nm);
  for (const Stage& stage : accelerator.stages) {
    text += " " + std::visit([](const auto& s) { return exact(s.area.value); }, stage);
  }
  return text + " " + exact(accelerator.compute.area.value) + "\n";
}

/// Every metric, and what each stage costs; null where there is nothing, so that every line has the same columns.
void add_metrics(Json& json, const std::optional<Metrics>& all, const std::vector<Stage>& stages) {
  for (const MetricRow& row : metric_rows()) {
    const auto value = all ? row.value(*all) : std::nullopt;
    json[row.key] = value ? Json(*value) : Json();
  }
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const std::string& name = stage_name(stages[s]);
    json[name + "_pJ"] = all ? Json(all->stage_energy[s].value) : Json();
    if (std::holds_alternative<Level>(stages[s])) {
      json[name + "_words"] = all ? Json(all->stage_words[s]) : Json();
    } else {
      json[name + "_in_use"] = all ? Json(all->in_use[s]) : Json();
    }
  }
}

}  // namespace

struct PointEvaluator::Machine {
  std::optional<Accelerator> accelerator;
  std::string fault;
};

struct PointEvaluator::Result {
  std::string status;
  std::string reason;
  bool proved = true;
  std::optional<Metrics> metrics;
};

PointEvaluator::PointEvaluator(const Study& study, const Interrupt* interrupt) : study_(study), interrupt_(interrupt) {
  for (const StudyNetwork& network : study.networks) {
    try {
      layers_.push_back(lower(load_network(network.path, network.load)));
    } catch (const InputError& fault) {
      throw InputError(network.position, fault.what());
    }
    if (layers_.back().empty()) {
      throw InputError(network.position, "network '" + network.name + "' has no layer that multiplies and accumulates");
    }
  }
  for (const StudyMachine& machine : study.machines) {
    stages_.push_back(parse_accelerator(machine.file).stages);
  }
  check_areas();
}

void PointEvaluator::check_areas() const {
  const auto wants = [](const auto& list, const auto& metric_of) {
    return std::any_of(list.begin(), list.end(), [&](const auto& item) { return is_about_area(*metric_of(item)); });
  };
  if (!wants(study_.limits, [](const Limit& limit) { return limit.metric; }) &&
      !wants(study_.objectives, [](const MetricRow* metric) { return metric; })) {
    return;
  }
  for (std::size_t m = 0; m < study_.machines.size(); ++m) {
    const StudyPoint first{.machine = m, .choices = std::vector<std::size_t>(study_.parameters.size())};
    const Machine machine = machine_of(first);
    const auto open = machine.accelerator ? parts_without_area(*machine.accelerator) : std::vector<std::string>{};
    if (!open.empty()) {
      throw InputError(study_.machines[m].position, "the study asks for areas, and the machine does not give that of " +
                                                        join(open, ", ") +
                                                        "; add it to the machine file, or leave areas out");
    }
  }
}

PointEvaluator::Machine PointEvaluator::machine_of(const StudyPoint& point) const {
  try {
    YamlNode file = study_.machines[point.machine].file;
    for (const std::string& setting : settings_of(study_, point)) {
      file = with_setting(file, setting);
    }
    Machine machine{.accelerator = parse_accelerator(file)};
    check_formats(*machine.accelerator, study_.networks[point.network].load.formats);
    return machine;
  } catch (const InputError& fault) {  // each choice alone is possible, this combination is not
    return {.fault = fault.what()};
  }
}

std::string PointEvaluator::key(const StudyPoint& point, const Machine& machine) const {
  const StudyNetwork& network = study_.networks[point.network];
  std::string text = network.name + "\n" + std::to_string(network.load.batch) + "\n" +
                     study_.machines[point.machine].name + "\n" + join(settings_of(study_, point), "\n") + "\n" +
                     machine.fault + "\n";
  for (const Limit& limit : study_.limits) {
    text +=
        limit.metric->name + (" " + exact(limit.least.value_or(-1.0))) + " " + exact(limit.most.value_or(-1.0)) + "\n";
  }
  text += study_.mapper.time_limit ? exact(study_.mapper.time_limit->value) + " s\n" : "";
  if (machine.accelerator) {
    text += rest_of_key(*machine.accelerator);
    for (const LoweredLayer& layer : layers_[point.network]) {
      text += layer.name + "\n";
      text += mapping_key(in_formats_of(*machine.accelerator, layer.workload), *machine.accelerator, study_.mapper);
    }
  }
  return hash_of(text);
}

std::string PointEvaluator::key(std::int64_t number) const {
  const StudyPoint point = point_of(study_, number);
  return key(point, machine_of(point));
}

SearchOutcome PointEvaluator::search(const Workload& workload, const Accelerator& accelerator) {
  return memo_.find(mapping_key(workload, accelerator, study_.mapper), [&] {
    MapperOptions mapper = study_.mapper;
    mapper.interrupt = interrupt_;
    LayerEstimate layer{.workload = workload, .result = find_best_mapping(workload, accelerator, mapper)};
    if (interrupt_ != nullptr) {
      interrupt_->check();  // what was stopped by request is no result
    }
    SearchOutcome outcome{.verdict = layer.result.verdict};
    outcome.measured.proved = layer.result.certificate.proved;
    if (outcome.verdict) {
      outcome.measured = measure(layer, accelerator, mapper.objective);
    } else if (!outcome.measured.proved) {
      outcome.verdict = Verdict::no("no mapping was found within " + exact(mapper.time_limit->value) + " s");
    }
    return outcome;
  });
}

PointEvaluator::Result PointEvaluator::result(const StudyPoint& point, const Machine& machine) {
  if (!machine.accelerator) {
    return {.status = "no machine", .reason = machine.fault};
  }
  const Accelerator& accelerator = *machine.accelerator;
  const std::int64_t batch = study_.networks[point.network].load.batch;
  const std::string early = over(metrics(std::span<const LayerMetrics>(), accelerator, batch), is_of_machine);
  if (!early.empty()) {
    return {.status = "over limits", .reason = early};
  }
  std::vector<LayerMetrics> measured;
  for (const LoweredLayer& layer : layers_[point.network]) {
    const SearchOutcome outcome = search(in_formats_of(accelerator, layer.workload), accelerator);
    if (!outcome.verdict) {
      return {.status = outcome.measured.proved ? "no mapping" : "not found",
              .reason = "layer '" + layer.name + "': " + outcome.verdict.reason(),
              .proved = outcome.measured.proved};
    }
    measured.push_back(outcome.measured);
  }
  const Metrics all = metrics(measured, accelerator, batch);
  const std::string late = over(all, [](const MetricRow&) { return true; });
  return {late.empty() ? "ok" : "over limits", late, all.proved, all};
}

std::string PointEvaluator::over(const Metrics& all, bool (*counts)(const MetricRow&)) const {
  std::vector<std::string> names;
  for (const Limit& limit : study_.limits) {
    if (counts(*limit.metric) && !holds(limit, all)) {
      names.emplace_back(limit.metric->name);
    }
  }
  return join(names, ", ");
}

std::string PointEvaluator::line(std::int64_t number) {
  const StudyPoint point = point_of(study_, number);
  const StudyNetwork& network = study_.networks[point.network];
  const Machine machine = machine_of(point);
  const Result found = result(point, machine);
  Json json{{"key", key(point, machine)}, {"network", network.name}, {"batch", network.load.batch}};
  json["machine"] = study_.machines[point.machine].name;
  for (const std::string& setting : settings_of(study_, point)) {
    const std::size_t equals = setting.find('=');
    json[setting.substr(0, equals)] = value_of(setting.substr(equals + 1));
  }
  json["status"] = found.status;
  json["reason"] = found.reason;
  json["proved"] = found.proved;
  json["gap"] = found.metrics ? Json(found.metrics->gap) : Json();
  add_metrics(json, found.metrics, stages_[point.machine]);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pj
