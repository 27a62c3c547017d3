#include "pj/study/plan_report.hpp"

#include <algorithm>
#include <set>

#include "pj/base/median.hpp"
#include "pj/base/text.hpp"
#include "pj/kernels/measure.hpp"

namespace pj {

namespace {

constexpr int rounds = 9;

std::string layout_text(const Network& network, const std::vector<TensorForm>& forms) {
  std::set<std::string> words;
  for (const TensorForm& form : forms) {
    const bool is_either = same_in_memory(map_shape(network.values[form.value].shape), form.layout, Layout::Planar);
    words.insert(is_either                         ? "planar"
                 : form.layout == Layout::Blocked  ? "blocks of 16"
                 : form.layout == Layout::Blocked8 ? "blocks of 8"
                                                   : "other");
  }
  return join(std::vector<std::string>(words.begin(), words.end()), ", ");
}

std::string nodes_text(const Network& network, const Step& step) {
  std::vector<std::string> names;
  for (const std::size_t n : step.nodes) {
    names.push_back(network.nodes[n].name);
  }
  return join(names, ", ");
}

std::string layouts_text(const Network& network, const Step& step) {
  const std::string from = layout_text(network, step.inputs);
  const std::string to = layout_text(network, step.outputs);
  return from == to || from.empty() ? to : from + " → " + to;
}

std::string megabytes(std::int64_t bytes) {
  return significant(1e-6 * static_cast<double>(bytes)) + " MB";
}

/// The tensors between the nodes of a step, which never exist.
struct LeftOut {
  std::int64_t tensors = 0, bytes = 0;
};

LeftOut left_out(const Plan& plan) {
  LeftOut result;
  const Network& network = plan.network();
  for (const PlannedStep& planned : plan.schedule().steps) {
    const auto& nodes = planned.step.nodes;
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
      for (const ValueId id : network.nodes[nodes[i]].outputs) {
        ++result.tensors;
        result.bytes += form_bytes(network, planar_form(network, id));
      }
    }
  }
  return result;
}

std::string memory_text(const Plan& plan) {
  const Schedule& schedule = plan.schedule();
  const LeftOut saved = left_out(plan);
  return "Activations lie in " + megabytes(schedule.arena.bytes) + ", of which " + megabytes(schedule.most_in_use) +
         " are in use at the same time at most; each in memory of its own they would take " +
         megabytes(schedule.unshared) + ".\nFusion leaves out " + counted(saved.tensors, "tensor") + " of " +
         megabytes(saved.bytes) +
         ". Steps that only change a layout or a place: " + std::to_string(schedule.conversions) + ".\nWeights take " +
         megabytes(plan.memory().weights) + ", the workspace " + megabytes(plan.memory().workspace) + ".\n";
}

}  // namespace

PlanTimes time_plan(const Plan& plan) {
  const Network& network = plan.network();
  std::vector<Constant> inputs;
  for (const ValueId id : network.inputs) {
    const auto bytes = static_cast<std::size_t>(form_bytes(network, planar_form(network, id)));
    inputs.push_back({network.values[id].format, network.values[id].shape, std::vector<std::byte>(bytes)});
  }
  std::vector<Constant> outputs = plan.run(inputs);
  std::vector<std::span<const std::byte>> given(inputs.size());
  std::vector<std::span<std::byte>> found(outputs.size());
  std::ranges::transform(inputs, given.begin(), [](const Constant& c) { return std::span(c.bytes); });
  std::ranges::transform(outputs, found.begin(), [](Constant& c) { return std::span(c.bytes); });
  const std::size_t count = plan.schedule().steps.size();
  std::vector<std::vector<Seconds>> times(count + 1);
  for (int round = 0; round < rounds; ++round) {
    std::vector<Seconds> steps(count);
    const Seconds start = processor_time();
    plan.run(given, found, steps);
    times[count].push_back(processor_time() - start);
    for (std::size_t i = 0; i < count; ++i) {
      times[i].push_back(steps[i]);
    }
  }
  PlanTimes result{.whole = median(times.back())};
  times.pop_back();
  std::ranges::transform(times, std::back_inserter(result.steps), median<Seconds>);
  return result;
}

std::string plan_table(const Plan& plan, const PlanTimes& times) {
  Table table({"step", "nodes", "algorithm", "layout", "predicted", "measured", "why"});
  for (const std::size_t column : {1U, 2U, 3U, 6U}) {
    table.left(column);
  }
  const auto& steps = plan.schedule().steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i].step;
    table.add({std::to_string(i), nodes_text(plan.network(), step), step.algorithm, layouts_text(plan.network(), step),
               step.predicted > Seconds{} ? scaled(step.predicted.value, "s") : "",
               step.run ? scaled(times.steps[i].value, "s") : "", step.reason});
  }
  return table.text() + "\nA run takes " + scaled(times.whole.value, "s") + " of processor time.\n" + memory_text(plan);
}

}  // namespace pj
