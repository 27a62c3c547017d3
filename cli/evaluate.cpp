#include "cli/network_runs.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "pj/data/data_set.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/input_costs_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/pareto_report.hpp"

namespace pj {

namespace {

void print_front(const Options& options, const Accelerator& accelerator, const MappingCache& cache, Console& console) {
  const LoadOptions load = load_options(options);
  check_formats(accelerator, load.formats);
  const Network network = load_network(options.operands.front(), load);
  const NetworkFront front = pareto_front(network, accelerator, pareto_options(options, cache, console));
  console.progress.clear();
  check_has_layers(network.name, front.layers);
  write_files(
      options, [&] { return pareto_json(front); }, [&] { return pareto_csv(front); });
  console.out << pareto_table(front);
  warn_of_fault(cache, console);
}

/// Each input of a data set by its own zeros.
void print_inputs(const Options& options, const Accelerator& accelerator, const MappingCache& cache, Console& console) {
  if (options.batch > 1 || !options.densities.empty()) {
    throw InputError("--per-input counts the zeros of one input at a time; leave --batch and --densities out");
  }
  LoadOptions load = load_options(options);
  check_formats(accelerator, load.formats);
  load.load_data = true;
  const Network network = load_network(options.operands.front(), load);
  const NumberFormat records = options.records.empty() ? NumberFormat::fixed(8, false) : parse_format(options.records);
  AccuracyOptions running{.preprocessing = preprocessing(options),
                          .samples = static_cast<std::size_t>(options.samples),
                          .threads = static_cast<int>(options.threads)};
  running.progress = [&](std::size_t done, std::size_t all) {
    console.progress.show("ran " + std::to_string(done) + " of " + std::to_string(all) + " samples");
  };
  running.check = [&] { console.interrupt.check(); };
  const EvaluateOptions wanted{
      .mapper = mapper_options(options, console), .cache = &cache, .threads = static_cast<int>(options.threads)};
  const InputCosts costs =
      input_costs(network, accelerator, load_data_set(options.per_input, {.records = records}), running, wanted);
  console.progress.clear();
  check_has_layers(network.name, costs.estimate.layers);
  write_files(
      options, [&] { return input_costs_json(costs); }, [&] { return estimate_csv(costs.estimate); });
  console.out << estimate_table(costs.estimate) << "\n" << input_costs_table(costs);
  warn_of_fault(cache, console);
}

}  // namespace

void run_evaluate(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.machine(), accelerator_options(options, console));
  check_report(options, accelerator);
  const MappingCache cache(cache_folder(options));
  if (options.pareto && !options.per_input.empty()) {
    throw InputError("--per-input prices one mapping, --pareto many; give one of them");
  }
  if (options.pareto) {
    print_front(options, accelerator, cache, console);
    return;
  }
  if (!options.per_input.empty()) {
    print_inputs(options, accelerator, cache, console);
    return;
  }
  if (options.samples > 0 || !options.records.empty()) {
    throw InputError("--samples and --records are for data sets; give one with --per-input");
  }
  const Estimate estimate = evaluate_network(options.operands.front(), accelerator, options, cache, console);
  console.progress.clear();
  write_files(
      options, [&] { return estimate_json(estimate); }, [&] { return estimate_csv(estimate); });
  console.out << estimate_table(estimate);
  warn_of_fault(cache, console);
}

}  // namespace pj
