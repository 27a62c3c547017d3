#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/study/network_report.hpp"

namespace pj {

void run_networks(const Options& options, Console& console) {
  const std::vector<ZooRow> rows = zoo_rows();
  write_files(
      options, [&] { return zoo_json(rows); }, [&] { return zoo_csv(rows); });
  console.out << zoo_table(rows);
}

}  // namespace pj
