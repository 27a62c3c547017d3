#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pj/accelerator/accelerator.hpp"

namespace pj {

/// What a result says of its machine: the technology and precision, without which no number of it means anything
/// (Sze et al. 2017, section VIII), and the limits that charts draw.
nlohmann::ordered_json machine_json(const Accelerator& accelerator);

}  // namespace pj
