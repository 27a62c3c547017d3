#include "pj/study/load_mapping.hpp"

#include "pj/base/files.hpp"
#include "pj/base/yaml.hpp"
#include "pj/timeloop/mapping.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_mapping = 1 << 20;

}  // namespace

Mapping load_mapping(const Workload& workload, const Accelerator& accelerator, const std::string& file) {
  const std::string text = read_file(file, largest_mapping);
  if (text.starts_with("mapping:") || text.find("\nmapping:") != std::string::npos) {
    return parse_timeloop_mapping(workload, accelerator, parse_yaml(text, file));
  }
  return parse_mapping(workload, accelerator, text, file);
}

}  // namespace pj
