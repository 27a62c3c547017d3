#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/files.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load_layer.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_mapping = 1 << 20;

/// The price of a mapping that the user wrote.
MapperResult priced(const Workload& workload, const Accelerator& accelerator, const std::string& file) {
  MapperResult result;
  result.mapping = parse_mapping(workload, accelerator, read_file(file, largest_mapping), file);
  result.verdict = fits(workload, accelerator, result.mapping);
  if (!result.verdict) {
    throw InputError({file}, "this mapping does not fit: " + result.verdict.reason());
  }
  result.traffic = traffic(workload, accelerator, result.mapping);
  result.cost = cost(workload, accelerator, result.traffic);
  return result;
}

}  // namespace

void run_map(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.on);
  const LoweredLayer lowered = load_layer(options.operands.front(), load_options(options));
  LayerEstimate layer{lowered.name, lowered.kind, in_formats_of(accelerator, lowered.workload)};
  console.progress.show("searching the mapping of " + layer.name + " on " + accelerator.name);
  layer.result = options.mapping.empty()
                     ? find_best_mapping(layer.workload, accelerator, mapper_options(options, console))
                     : priced(layer.workload, accelerator, options.mapping);
  console.progress.clear();
  console.interrupt.check();
  if (!layer.result.verdict) {
    throw InputError("layer '" + layer.name + "' has no mapping on " + accelerator.name + ": " +
                     layer.result.verdict.reason());
  }
  write_files(options, [&] { return mapping_json(layer, accelerator); }, {});
  console.out << mapping_report(layer, accelerator, parse_objective(options.objective));
}

}  // namespace pj
