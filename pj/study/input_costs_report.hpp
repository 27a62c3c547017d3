#pragma once

#include <string>

#include "pj/study/input_costs.hpp"

namespace pj {

/// How the costs of inputs are distributed: mean, deviation and quantiles of energy and time.
std::string input_costs_table(const InputCosts& costs);
/// What `estimate_json` writes, and the distributions under `per_input` (docs/json.md).
std::string input_costs_json(const InputCosts& costs);

}  // namespace pj
