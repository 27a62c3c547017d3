#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/files.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load_layer.hpp"
#include "pj/study/load_mapping.hpp"
#include "pj/study/verify.hpp"
#include "pj/timeloop/mapping.hpp"
#include "pj/timeloop/problem.hpp"

namespace pj {

namespace {

/// The price of a mapping that the user wrote.
MapperResult priced(const Workload& workload, const Accelerator& accelerator, const std::string& file) {
  MapperResult result;
  result.mapping = load_mapping(workload, accelerator, file);
  result.verdict = fits(workload, accelerator, result.mapping);
  if (!result.verdict) {
    throw InputError({file}, "this mapping does not fit: " + result.verdict.reason());
  }
  result.traffic = traffic(workload, accelerator, result.mapping);
  result.cost = cost(workload, accelerator, result.traffic);
  return result;
}

/// Where `--timeloop PREFIX` puts the problem and the mapping.
std::string problem_path(const Options& options) {
  return options.timeloop + ".problem.yaml";
}
std::string mapping_path(const Options& options) {
  return options.timeloop + ".mapping.yaml";
}

TimeloopVersion timeloop_version(const Options& options) {
  if (!options.timeloop_version.empty() && options.timeloop.empty()) {
    throw InputError("--timeloop-version says how --timeloop PREFIX writes; add that");
  }
  return options.timeloop_version.empty() ? TimeloopVersion::V04 : parse_timeloop_version(options.timeloop_version);
}

void write_timeloop(const Options& options, const LayerEstimate& layer, const Accelerator& accelerator) {
  const TimeloopVersion version = timeloop_version(options);
  const std::string mapping = timeloop_mapping(layer.workload, accelerator, layer.result.mapping, version);
  write_file(problem_path(options), timeloop_problem(layer.workload, version));
  write_file(mapping_path(options), mapping);
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
  timeloop_version(options);  // refuses before the search what can be refused then
  if (!options.timeloop.empty()) {
    check_can_write(problem_path(options));
    check_can_write(mapping_path(options));
  }
  const Accelerator accelerator = load_accelerator(options.on);
  const LoweredLayer lowered = load_layer(options.operands.front(), load_options(options));
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
  if (!options.timeloop.empty()) {
    write_timeloop(options, layer, accelerator);
  }
  console.out << mapping_report(layer, accelerator, mapper) << std::flush;
  warn_of_fault(cache, console);
  console.interrupt.check();  // the best so far stands there; the exit status says that the search was stopped
  if (options.verify) {
    print_verification(layer, accelerator, mapper, console);
  }
}

}  // namespace pj
