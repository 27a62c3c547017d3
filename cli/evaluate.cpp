#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load.hpp"

namespace pj {

void run_evaluate(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.on);
  const Network network = load_network(options.operands.front(), load_options(options));
  const MappingCache cache(cache_folder(options));
  EvaluateOptions wanted{
      .mapper = mapper_options(options, console), .cache = &cache, .threads = static_cast<int>(options.threads)};
  wanted.progress = [&](std::size_t done, std::size_t all) {
    console.progress.show("mapped " + std::to_string(done) + " of " + std::to_string(all) + " layers");
  };
  console.progress.show("searching mappings of " + network.name + " on " + accelerator.name);
  const Estimate estimate = evaluate(network, accelerator, wanted);
  console.progress.clear();
  if (estimate.layers.empty()) {
    throw InputError("network '" + network.name +
                     "' has no layer that multiplies and accumulates; nothing to evaluate");
  }
  write_files(
      options, [&] { return estimate_json(estimate); }, [&] { return estimate_csv(estimate); });
  console.out << estimate_table(estimate);
  warn_of_fault(cache, console);
}

}  // namespace pj
