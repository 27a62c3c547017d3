#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/compression/rules.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"

namespace pj {

inline CompressionRules rules_of(const std::string& text) {
  return parse_rules(parse_yaml(text, "rules.yaml"));
}

/// What the only output of a network is for these numbers at its only input, computed plainly.
inline std::vector<double> outputs_of(const Network& network, const std::vector<double>& input) {
  const Constant operand =
      constant_of(NumberFormat::float32(), network.values[network.inputs.front()].shape, std::span(input));
  const Constant* pointer = &operand;
  return real_numbers(run_plainly(network, std::span(&pointer, 1)).front());
}

}  // namespace pj
