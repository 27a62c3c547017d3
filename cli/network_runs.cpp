#include "cli/network_runs.hpp"

#include "pj/study/load.hpp"

namespace pj {

void check_has_layers(const std::string& network, const std::vector<LayerEstimate>& layers) {
  if (layers.empty()) {
    throw InputError("network '" + network + "' has no layer that multiplies and accumulates; nothing to evaluate");
  }
}

Estimate evaluate_network(const std::string& name, const Accelerator& accelerator, const Options& options,
                          const MappingCache& cache, Console& console) {
  const LoadOptions load = load_options(options);
  check_formats(accelerator, load.formats);
  const Network network = load_network(name, load);
  EvaluateOptions wanted{.mapper = mapper_options(options, console),
                         .cache = &cache,
                         .threads = static_cast<int>(options.threads),
                         .batch = batch_of(options)};
  const std::string what = network.name + " on " + accelerator.name;
  wanted.progress = [&](std::size_t done, std::size_t all) {
    console.progress.show(what + ": mapped " + std::to_string(done) + " of " + std::to_string(all) + " layers");
  };
  console.progress.show("searching mappings of " + what);
  Estimate estimate = evaluate(network, accelerator, wanted);
  check_has_layers(network.name, estimate.layers);
  return estimate;
}

}  // namespace pj
