#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/study/formats_report.hpp"

namespace pj {

void run_formats(const Options& options, Console& console) {
  const FormatComparison comparison = compare_formats(static_cast<int>(options.bits));
  write_files(
      options, [&] { return formats_json(comparison); }, [&] { return formats_csv(comparison); });
  console.out << formats_table(comparison);
}

}  // namespace pj
