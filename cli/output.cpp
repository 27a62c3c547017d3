#include "cli/output.hpp"

#include "pj/base/files.hpp"

namespace pj {

void write_files(const Options& options, const std::function<std::string()>& json,
                 const std::function<std::string()>& csv) {
  if (!options.json.empty()) {
    write_file(options.json, json());
  }
  if (!options.csv.empty()) {
    write_file(options.csv, csv());
  }
}

LoadOptions load_options(const Options& options) {
  return {.batch = options.batch};
}

}  // namespace pj
