#include <filesystem>

#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/inference/conformance_page.hpp"

namespace pj {

void run_conformance(const Options& options, Console& console) {
  const std::string& folder = options.operands.front();
  if (!std::filesystem::is_directory(folder)) {
    throw InputError({folder}, "is no folder; give one with cases of model.onnx and test_data_set_0");
  }
  constexpr std::int64_t largest_page = 1 << 24;
  const std::string page = options.page.empty() ? "" : read_file(options.page, largest_page);
  console.progress.show("running the cases in " + folder);
  const std::vector<CaseOutcome> outcomes = run_cases(folder);
  console.progress.clear();
  if (outcomes.empty()) {
    throw InputError({folder}, "has no cases; they are folders with model.onnx and test_data_set_0");
  }
  if (options.page.empty()) {
    console.out << conformance_table(outcomes);
    return;
  }
  write_file(options.page, with_conformance_block(page, options.page, conformance_block(outcomes)));
}

}  // namespace pj
