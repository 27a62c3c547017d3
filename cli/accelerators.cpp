#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/study/estimate_report.hpp"

namespace pj {

void run_accelerators(const Options&, Console& console) {
  console.out << accelerators_table();
}

}  // namespace pj
