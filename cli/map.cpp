#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/files.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/explain_report.hpp"
#include "pj/study/load_layer.hpp"
#include "pj/study/load_mapping.hpp"
#include "pj/study/pareto_report.hpp"
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

/// Refuses options that say nothing together.
void check_together(const Options& options) {
  timeloop_version(options);
  if (!options.csv.empty() && !options.pareto) {
    throw InputError("--csv of one layer is for --pareto; --json writes every number of its mapping");
  }
  const bool other = options.explain || options.verify || !options.mapping.empty() || !options.timeloop.empty();
  if (options.pareto && other) {
    throw InputError("--pareto has many mappings; --explain, --verify, --mapping and --timeloop are for one");
  }
  if (options.explain && !options.mapping.empty()) {
    throw InputError("--explain explains what a search found; leave --mapping out");
  }
}

void print_front(const Options& options, const LayerEstimate& layer, const Accelerator& accelerator, Console& console) {
  const MappingCache cache(cache_folder(options));
  const ParetoFront front = pareto_front(layer, accelerator, pareto_options(options, cache, console));
  console.progress.clear();
  write_files(
      options, [&] { return pareto_json(layer, accelerator, front); }, [&] { return pareto_csv(accelerator, front); });
  console.out << pareto_table(layer, accelerator, front) << std::flush;
  warn_of_fault(cache, console);
}

/// The layer with its mapping: searched, or the one in the user's file. Where nothing fits, `--explain` says what to
/// change.
LayerEstimate mapped(const Options& options, LayerEstimate layer, const Accelerator& accelerator,
                     const EvaluateOptions& wanted, Console& console) {
  console.progress.show("searching the mapping of " + layer.name + " on " + accelerator.name);
  if (!options.mapping.empty()) {
    layer.result = priced(layer.workload, accelerator, options.mapping);
    return layer;
  }
  try {
    return map_layer(layer, accelerator, wanted);
  } catch (const InputError&) {
    if (options.explain) {
      const Repair growth = repair(layer.workload, accelerator, {.mapper = wanted.mapper, .cache = wanted.cache});
      console.progress.clear();
      console.out << repair_report(growth) << std::flush;
    }
    throw;
  }
}

Explanation explanation(const LayerEstimate& layer, const Accelerator& accelerator, const EvaluateOptions& wanted,
                        Console& console) {
  ExplainOptions explaining{.mapper = wanted.mapper, .cache = wanted.cache};
  explaining.progress = [&](const std::string& line) { console.progress.show(line); };
  Explanation found = explain(layer, accelerator, explaining);
  console.progress.clear();
  return found;
}

/// Adds to the report and to the JSON that are written already.
void print_explanation(const Options& options, const LayerEstimate& layer, const Accelerator& accelerator,
                       const EvaluateOptions& wanted, Console& console) {
  const Explanation found = explanation(layer, accelerator, wanted, console);
  console.out << "\n" << explain_report(found, accelerator, wanted.mapper.objective) << std::flush;
  const auto json = [&] {
    return explained_json(mapping_json(layer, accelerator, wanted.mapper), found, accelerator, layer.workload);
  };
  write_files(options, json, {});
}

}  // namespace

void run_map(const Options& options, Console& console) {
  check_together(options);  // refuses before the search what can be refused then
  if (!options.timeloop.empty()) {
    check_can_write(problem_path(options));
    check_can_write(mapping_path(options));
  }
  const Accelerator accelerator = load_accelerator(options.machine(), accelerator_options(options, console));
  check_report(options, accelerator);
  const LoadOptions load = load_options(options);
  check_formats(accelerator, load.formats);
  const LoweredLayer lowered = load_layer(options.operands.front(), load);
  LayerEstimate layer{lowered.name, lowered.kind, in_formats_of(accelerator, lowered.workload)};
  if (options.pareto) {
    print_front(options, layer, accelerator, console);
    return;
  }
  const MappingCache cache(cache_folder(options));
  const EvaluateOptions wanted{.mapper = mapper_options(options, console), .cache = &cache};
  layer = mapped(options, std::move(layer), accelerator, wanted, console);
  console.progress.clear();
  write_files(options, [&] { return mapping_json(layer, accelerator, wanted.mapper); }, {});
  if (!options.timeloop.empty()) {
    write_timeloop(options, layer, accelerator);
  }
  console.out << mapping_report(layer, accelerator, wanted.mapper) << std::flush;
  warn_of_fault(cache, console);
  console.interrupt.check();  // the best so far stands there; the exit status says that the search was stopped
  if (options.explain) {
    print_explanation(options, layer, accelerator, wanted, console);
  }
  if (options.verify) {
    print_verification(layer, accelerator, wanted.mapper, console);
  }
}

}  // namespace pj
