#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pj/study/network_cost.hpp"

namespace pj {

/// A list of `layer`, `energy_pJ`, `time_s` and `parts_pJ`.
nlohmann::ordered_json network_cost_json(const NetworkCost& cost);

}  // namespace pj
