#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/pareto_report.hpp"

namespace pj {

namespace {

void check_has_layers(const Network& network, const std::vector<LayerEstimate>& layers) {
  if (layers.empty()) {
    throw InputError("network '" + network.name +
                     "' has no layer that multiplies and accumulates; nothing to evaluate");
  }
}

void print_front(const Options& options, const Network& network, const Accelerator& accelerator, Console& console) {
  const MappingCache cache(cache_folder(options));
  const NetworkFront front = pareto_front(network, accelerator, pareto_options(options, cache, console));
  console.progress.clear();
  check_has_layers(network, front.layers);
  write_files(
      options, [&] { return pareto_json(front); }, [&] { return pareto_csv(front); });
  console.out << pareto_table(front);
  warn_of_fault(cache, console);
}

}  // namespace

void run_evaluate(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.on, accelerator_options(options, console));
  const LoadOptions load = load_options(options);
  check_formats(accelerator, load.formats);
  const Network network = load_network(options.operands.front(), load);
  if (options.pareto) {
    print_front(options, network, accelerator, console);
    return;
  }
  const MappingCache cache(cache_folder(options));
  EvaluateOptions wanted{
      .mapper = mapper_options(options, console), .cache = &cache, .threads = static_cast<int>(options.threads)};
  wanted.progress = [&](std::size_t done, std::size_t all) {
    console.progress.show("mapped " + std::to_string(done) + " of " + std::to_string(all) + " layers");
  };
  console.progress.show("searching mappings of " + network.name + " on " + accelerator.name);
  const Estimate estimate = evaluate(network, accelerator, wanted);
  console.progress.clear();
  check_has_layers(network, estimate.layers);
  write_files(
      options, [&] { return estimate_json(estimate); }, [&] { return estimate_csv(estimate); });
  console.out << estimate_table(estimate);
  warn_of_fault(cache, console);
}

}  // namespace pj
