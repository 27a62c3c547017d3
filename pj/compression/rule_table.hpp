#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/compression/rule_parameters.hpp"
#include "pj/compression/rules.hpp"

namespace pj {

/// One row of the table of rules.
struct RuleRow {
  const char* name;
  std::vector<std::string> keys;
  Approximation (*read)(const Parameters&);
  const char* parameters;
  const char* summary;
};

/// All rules, in the order of the help.
std::span<const RuleRow> rule_rows();

}  // namespace pj
