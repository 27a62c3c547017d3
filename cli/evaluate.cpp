#include "cli/network_runs.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/study/estimate_report.hpp"
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

}  // namespace

void run_evaluate(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.machine(), accelerator_options(options, console));
  check_report(options, accelerator);
  const MappingCache cache(cache_folder(options));
  if (options.pareto) {
    print_front(options, accelerator, cache, console);
    return;
  }
  const Estimate estimate = evaluate_network(options.operands.front(), accelerator, options, cache, console);
  console.progress.clear();
  write_files(
      options, [&] { return estimate_json(estimate); }, [&] { return estimate_csv(estimate); });
  console.out << estimate_table(estimate);
  warn_of_fault(cache, console);
}

}  // namespace pj
