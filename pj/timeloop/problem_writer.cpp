#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/timeloop/problem.hpp"

namespace pj {

namespace {

struct Coefficient {
  std::string name;
  std::int64_t value = 1;

  bool operator==(const Coefficient&) const = default;
};

/// Timeloop's names for a convolution's coefficients, by the index that they multiply.
std::string coefficient_name(const std::string& index) {
  const std::vector<std::pair<std::string, std::string>> known{
      {"P", "Wstride"}, {"Q", "Hstride"}, {"R", "Wdilation"}, {"S", "Hdilation"}};
  const auto row = std::find_if(known.begin(), known.end(), [&](const auto& r) { return r.first == index; });
  return row == known.end() ? index + "scale" : row->second;
}

class ProblemWriter {
 public:
  ProblemWriter(const Workload& workload, TimeloopVersion version)
      : workload_(workload), old_(version == TimeloopVersion::V03) {}

  std::string write() {
    const std::string spaces = data_spaces_text();  // collects the coefficients
    std::vector<std::string> dimensions;
    for (const Index& index : workload_.indices) {
      dimensions.push_back(yaml_scalar(index.name));
    }
    std::string text = "problem:\n  version: " + to_string(old_ ? TimeloopVersion::V03 : TimeloopVersion::V04) +
                       "\n  shape:\n    name: " + yaml_scalar(workload_.name) + "\n    dimensions: [" +
                       join(dimensions, ", ") + "]\n    coefficients:" + (coefficients_.empty() ? " []\n" : "\n");
    for (const Coefficient& coefficient : coefficients_) {
      text += "      - {name: " + coefficient.name + ", default: 1}\n";
    }
    text += std::string("    ") + (old_ ? "data-spaces" : "data_spaces") + ":\n" + spaces + "  instance:\n";
    for (const Index& index : workload_.indices) {
      text += "    " + yaml_scalar(index.name) + ": " + std::to_string(index.size) + "\n";
    }
    for (const Coefficient& coefficient : coefficients_) {
      text += "    " + coefficient.name + ": " + std::to_string(coefficient.value) + "\n";
    }
    return text;
  }

 private:
  std::string data_spaces_text() {
    std::string text;
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      text += "      - name: " + yaml_scalar(to_timeloop(workload_.tensors[t].name)) + "\n        projection:\n";
      for (const Axis& axis : workload_.tensors[t].axes) {
        std::vector<std::string> terms;
        for (const Term& term : axis) {
          terms.push_back(term_text(term, axis.size() > 1));
        }
        text += "          - [" + join(terms, ", ") + "]\n";
      }
      text += workload_.is_output(t) ? std::string("        ") + (old_ ? "read-write" : "read_write") + ": true\n" : "";
    }
    return text;
  }

  /// `[P, Wstride]`, or `[P]` where nothing multiplies the index.
  std::string term_text(const Term& term, bool in_window) {
    const std::string& index = workload_.indices[term.index].name;
    Coefficient coefficient{coefficient_name(index), term.coefficient};
    const bool is_spatial = coefficient.name != index + "scale";
    if (term.coefficient == 1 && !(in_window && is_spatial)) {
      return "[" + yaml_scalar(index) + "]";
    }
    const auto has_name = [&](const Coefficient& c) { return c.name == coefficient.name; };
    if (std::find(coefficients_.begin(), coefficients_.end(), coefficient) == coefficients_.end()) {
      for (int i = 2; std::any_of(coefficients_.begin(), coefficients_.end(), has_name); ++i) {
        coefficient.name = coefficient_name(index) + std::to_string(i);  // another factor in another tensor
      }
      coefficients_.push_back(coefficient);
    }
    return "[" + yaml_scalar(index) + ", " + coefficient.name + "]";
  }

  const Workload& workload_;
  bool old_;
  std::vector<Coefficient> coefficients_;
};

}  // namespace

std::string timeloop_problem(const Workload& workload, TimeloopVersion version) {
  check_single_letters(workload);
  return ProblemWriter(workload, version).write();
}

}  // namespace pj
