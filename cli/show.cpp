#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "pj/network/statistics.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/network_report.hpp"

namespace pj {

void run_show(const Options& options, Console& console) {
  if (is_accelerator(options.operands.front())) {
    if (!options.json.empty() || !options.csv.empty() || !options.report.empty()) {
      throw InputError(
          "--json, --csv and --report are for networks; what is known of an accelerator stands in its .yaml file");
    }
    console.out << accelerator_report(
        load_accelerator(options.operands.front(), accelerator_options(options, console)));
    return;
  }
  if (!options.reference_tables.empty() || !options.technologies.empty()) {
    throw InputError(std::string(options.technologies.empty() ? "--ert" : "--technology") + " is for accelerators; '" +
                     options.operands.front() + "' is none");
  }
  const Network network = load_network(options.operands.front(), load_options(options));
  const NetworkStatistics counts = statistics(network);
  write_files(
      options, [&] { return network_json(network, counts); }, [&] { return network_csv(network, counts); });
  console.out << network_table(network, counts);
}

}  // namespace pj
