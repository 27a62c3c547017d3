#include "pj/report/page.hpp"

#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"

namespace pj {

void run_page(const Options& options, Console& console) {
  constexpr std::int64_t largest = std::int64_t{64} << 20;
  if (options.report.empty()) {
    throw InputError("page needs the file to write; add --report FILE.html");
  }
  const std::string& file = options.operands.front();
  const std::string text = read_file(file, largest);
  write_file(options.report, page(text, file));
  console.out << "Wrote " << options.report << ".\n";
}

}  // namespace pj
