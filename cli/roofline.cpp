#include "cli/network_runs.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/study/roofline_report.hpp"

namespace pj {

void run_roofline(const Options& options, Console& console) {
  const Accelerator accelerator = load_accelerator(options.machine(), accelerator_options(options, console));
  check_report(options, accelerator);
  const MappingCache cache(cache_folder(options));
  std::vector<Roofline> rooflines;
  for (const std::string& network : options.operands) {
    rooflines.push_back(roofline(evaluate_network(network, accelerator, options, cache, console)));
  }
  console.progress.clear();
  write_files(
      options, [&] { return roofline_json(rooflines); }, [&] { return roofline_csv(rooflines); });
  for (const Roofline& roofline : rooflines) {
    console.out << (&roofline == rooflines.data() ? "" : "\n") << roofline_table(roofline);
  }
  warn_of_fault(cache, console);
}

}  // namespace pj
