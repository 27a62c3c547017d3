#include <algorithm>

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/data/data_set.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/inference/calls.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/study/exits_report.hpp"
#include "pj/study/integers_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/observation_report.hpp"
#include "pj/study/plan_report.hpp"
#include "pj/study/run_report.hpp"

namespace pj {

namespace {

std::vector<std::string> labels_of(const Options& options) {
  return options.labels.empty() ? std::vector<std::string>{} : load_labels(options.labels);
}

RunNumbers arithmetic_of(const Options& options) {
  const std::vector<std::string> known{"integers", "bfloat16", "reals"};  // in the order of `RunNumbers`
  if (!options.numbers.empty() && std::ranges::find(known, options.numbers) == known.end()) {
    throw InputError("--numbers: run computes in integers, in bfloat16 or in reals, not in '" + options.numbers + "'" +
                     did_you_mean(options.numbers, known));
  }
  if ((options.numbers == "integers" || options.numbers == "bfloat16") && !options.observe.empty()) {
    throw InputError("--observe looks at the real numbers that flow through; leave --numbers " + options.numbers +
                     " out");
  }
  if (options.numbers == "bfloat16" && options.plan == "plain") {
    throw InputError("--plan plain computes in reals or in integers; leave --numbers bfloat16 out");
  }
  return options.numbers.empty() ? RunNumbers::Integers
                                 : static_cast<RunNumbers>(std::ranges::find(known, options.numbers) - known.begin());
}

PlanBy plan_by(const std::string& name) {
  const std::vector<std::string> known{"model", "measure", "plain"};  // in the order of `PlanBy`
  const auto found = std::ranges::find(known, name);
  if (found == known.end()) {
    throw InputError("--plan is model, measure or plain, not '" + name + "'" + did_you_mean(name, known));
  }
  return static_cast<PlanBy>(found - known.begin());
}

PlanMemory plan_memory(const Options& options) {
  const std::vector<std::string> known{"usual", "least"};  // in the order of `PlanMemory`
  const auto found = std::ranges::find(known, options.memory);
  if (found == known.end()) {
    throw InputError("--memory is usual or least, not '" + options.memory + "'" + did_you_mean(options.memory, known));
  }
  const std::string whole = options.plan == "plain"         ? "--plan plain"
                            : options.numbers == "bfloat16" ? "--numbers bfloat16"
                            : !options.observe.empty()      ? "--observe"
                                                            : "";
  if (options.memory == "least" && !whole.empty()) {
    throw InputError(whole + " needs every map as a whole; leave --memory least out");
  }
  return static_cast<PlanMemory>(found - known.begin());
}

/// Measured times of convolutions lie beside the results of searches.
std::string times_folder(const Options& options) {
  const std::string folder = cache_folder(options);
  return folder.empty() ? "" : folder + "/convolutions";
}

/// `threads` compute a step together.
Plan plan_for(const Options& options, Network network, int threads) {
  ConvTimeStore times(times_folder(options));
  const PlanBy by = plan_by(options.plan);
  Plan plan(std::move(network), {.by = by,
                                 .times = &times,
                                 .arithmetic = arithmetic_of(options),
                                 .memory = plan_memory(options),
                                 .plain_integers = by == PlanBy::Plain,
                                 .watched = !options.observe.empty(),
                                 .threads = threads});
  if (options.numbers == "integers" && plan.integers().notes.empty()) {
    throw InputError("network '" + plan.network().name +
                     "' has no layer that can be computed in integers, as --explain says; use --numbers reals");
  }
  return plan;
}

Network network_for(const Options& options) {
  LoadOptions load = load_options(options);
  load.load_data = true;
  return load_network(options.operands.front(), load);
}

/// How layers are computed; without inputs the steps of the plan, too, with their times on zeros.
void explain(const Plan& plan, bool times_steps, Console& console) {
  if (!times_steps || !plan.integers().notes.empty()) {
    console.out << integers_table(plan.integers()) << "\n";
  }
  if (times_steps) {
    console.out << plan_table(plan, time_plan(plan));
  }
}

void run_data_set(const Options& options, const Plan& plan, Console& console) {
  if (!options.inputs.empty() || !options.states.empty() || !options.outputs.empty()) {
    throw InputError("--accuracy takes its inputs from the data set; leave --input, --state and --output out");
  }
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  const DataSet data = load_data_set(options.accuracy, {.records = records});
  const std::vector<std::string> labels = labels_of(options);
  AccuracyOptions wanted{.preprocessing = preprocessing(options),
                         .samples = static_cast<std::size_t>(options.samples),
                         .threads = static_cast<int>(options.threads)};
  wanted.progress = [&](std::size_t done, std::size_t all) {
    console.progress.show("classified " + std::to_string(done) + " of " + std::to_string(all) + " samples");
  };
  wanted.check = [&] { console.interrupt.check(); };
  wanted.observe = !options.observe.empty();
  Measurement found = measure_accuracy(plan, data, wanted);
  const Accuracy& accuracy = found.accuracy;
  console.progress.clear();
  const std::string& name = options.operands.front();
  std::string observed;
  if (wanted.observe) {
    found.observations.source = "measured on " + std::to_string(accuracy.samples) + " samples of " + data.name;
    observed = observation_json(plan.network(), found.observations);
  }
  write_files(
      options, [&] { return accuracy_json(accuracy, name, data.name, labels, observed); },
      [&] { return std::string(); });
  console.out << accuracy_table(accuracy, name, data.name, labels);
  if (const ExitUse use = exit_use(plan.network(), found.exits); !use.rows.empty()) {
    console.out << "\n" << exits_table(use);
  }
  if (wanted.observe) {
    write_file(options.observe, observed);
    console.out << "\n" << observation_table(plan.network(), found.observations);
  }
}

/// An output's file: `NAME=FILE`, or `FILE` for the first.
void write_output(const std::string& text, const RunResult& result) {
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    if (text.starts_with(result.names[i] + "=")) {
      const std::string path = text.substr(result.names[i].size() + 1);
      write_file(path, tensor_file_bytes(result.outputs[i], result.names[i], path));
      return;
    }
  }
  if (result.names.size() != 1) {
    throw InputError("the network has the outputs " + join(result.names, ", ") + "; give each as --output NAME=FILE");
  }
  write_file(text, tensor_file_bytes(result.outputs.front(), result.names.front(), text));
}

void check_can_write_all(const Options& options) {
  for (const std::string& output : options.outputs) {
    check_can_write(output.substr(output.rfind('=') + 1));
  }
  if (!options.observe.empty()) {
    check_can_write(options.observe);
  }
}

/// Refuses what only a data set can be asked for where there is none.
void check_has_data_set(const Options& options) {
  if (!options.accuracy.empty()) {
    return;
  }
  if (!options.report.empty()) {
    throw InputError("--report draws what a data set shows; give one with --accuracy");
  }
  if (!options.observe.empty() || !options.records.empty() || options.samples > 0) {
    throw InputError("--observe, --samples and --records are for data sets; give one with --accuracy");
  }
}

}  // namespace

void run_run(const Options& options, Console& console) {
  check_can_write_all(options);
  check_has_data_set(options);
  const bool only_explains = options.explain && options.inputs.empty() && options.accuracy.empty();
  if (only_explains && !options.outputs.empty()) {
    throw InputError("--explain without --input runs on zeros and writes nothing; leave --output out");
  }
  Network network = network_for(options);
  // Samples of a data set are run side by side, and the times of steps are those of one thread.
  const int threads = only_explains || !options.accuracy.empty() ? 1 : static_cast<int>(options.threads);
  if (only_explains) {
    network = with_random_weights(std::move(network));
  }
  const Plan plan = plan_for(options, std::move(network), threads);
  if (options.explain) {
    explain(plan, only_explains, console);
  }
  if (only_explains) {
    return;
  }
  if (!options.accuracy.empty()) {
    run_data_set(options, plan, console);
    return;
  }
  const std::vector<std::string> labels = labels_of(options);
  const RunRequest request{options.inputs, options.states, preprocessing(options)};
  const RunResult result = run_calls(plan, request, [&](std::int64_t done, std::int64_t all) {
    console.interrupt.check();
    console.progress.show("ran " + std::to_string(done) + " of " + std::to_string(all) + " calls");
  });
  console.progress.clear();
  const std::string table = run_table(result, labels);
  for (const std::string& output : options.outputs) {
    write_output(output, result);
  }
  write_files(
      options, [&] { return run_json(result, labels); }, [&] { return std::string(); });
  console.out << table;
}

}  // namespace pj
