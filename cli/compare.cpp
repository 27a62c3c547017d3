#include "cli/network_runs.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"
#include "pj/study/compare_report.hpp"

namespace pj {

namespace {

/// Of names with commas between them, what each stands for.
template <class Load>
auto loaded(const std::string& names, const Load& load) {
  std::vector<decltype(load(names))> all;
  for (const std::string& name : split(names, ',')) {
    all.push_back(load(std::string(trimmed(name))));
  }
  return all;
}

}  // namespace

void run_compare(const Options& options, Console& console) {
  const auto machines = loaded(options.machine(), [&](const std::string& name) {
    return load_accelerator(name, accelerator_options(options, console));
  });
  if (machines.empty()) {
    throw InputError("--on names no accelerator; name those to compare, as in --on eyeriss,tpu");
  }
  const auto scenarios = loaded(options.scenario, load_scenario);
  const MetricRow* sort_by = options.sort.empty() ? nullptr : &find_metric(options.sort);
  for (const Accelerator& machine : machines) {
    if (const Verdict verdict = discloses(machine); !verdict) {
      throw InputError("nothing is compared: " + verdict.reason());
    }
  }
  const MappingCache cache(cache_folder(options));
  std::vector<Comparison> comparisons;
  for (const std::string& network : options.operands) {
    std::vector<Estimate> estimates;
    for (const Accelerator& machine : machines) {
      estimates.push_back(evaluate_network(network, machine, options, cache, console));
    }
    comparisons.push_back(compare(estimates, scenarios, sort_by));
  }
  console.progress.clear();
  write_files(
      options, [&] { return comparison_json(comparisons); }, [&] { return comparison_csv(comparisons); });
  for (const Comparison& comparison : comparisons) {
    console.out << (&comparison == comparisons.data() ? "" : "\n") << comparison_table(comparison);
  }
  warn_of_fault(cache, console);
}

}  // namespace pj
