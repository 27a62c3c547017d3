#include <algorithm>

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/verify.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_mapping = 1 << 20;

/// The layer that `NETWORK:LAYER` names.
LoweredLayer named_layer(const Options& options) {
  const std::string& operand = options.operands.front();
  const std::size_t colon = operand.find(':');
  if (colon == std::string::npos) {
    throw InputError("'" + operand + "' names no layer; write NETWORK:LAYER, as alexnet:conv1");
  }
  const std::string wanted = operand.substr(colon + 1);
  std::vector<std::string> names;
  for (LoweredLayer& layer : lower(load_network(operand.substr(0, colon), load_options(options)))) {
    if (layer.name == wanted) {
      return layer;
    }
    names.push_back(layer.name);
  }
  throw InputError("network '" + operand.substr(0, colon) + "' has no layer '" + wanted +
                   "' that multiplies and accumulates" + did_you_mean(wanted, names));
}

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

void print_verification(const LayerEstimate& layer, const Accelerator& accelerator, const MapperOptions& mapper,
                        Console& console) {
  VerifyOptions wanted{.mapper = mapper};
  wanted.progress = [&](const std::string& line) { console.progress.show(line); };
  const Verification verification = verify(layer, accelerator, wanted);
  console.progress.clear();
  console.out << "\n" << verification_report(verification, wanted);
}

}  // namespace

void run_map(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.on);
  const LoweredLayer lowered = named_layer(options);
  LayerEstimate layer{lowered.name, lowered.kind, in_formats_of(accelerator, lowered.workload)};
  const MappingCache cache(cache_folder(options));
  const MapperOptions mapper = mapper_options(options, console);
  console.progress.show("searching the mapping of " + layer.name + " on " + accelerator.name);
  if (options.mapping.empty()) {
    layer = map_layer(std::move(layer), accelerator, {.mapper = mapper, .cache = &cache});
  } else {
    layer.result = priced(layer.workload, accelerator, options.mapping);
  }
  console.progress.clear();
  write_files(options, [&] { return mapping_json(layer, accelerator, mapper); }, {});
  console.out << mapping_report(layer, accelerator, mapper) << std::flush;
  warn_of_fault(cache, console);
  console.interrupt.check();  // the best so far stands there; the exit status says that the search was stopped
  if (options.verify) {
    print_verification(layer, accelerator, mapper, console);
  }
}

}  // namespace pj
