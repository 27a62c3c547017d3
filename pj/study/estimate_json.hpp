#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pj/study/evaluate.hpp"

namespace pj {

/// Every number of an estimate (docs/json.md), for documents that hold more.
nlohmann::ordered_json estimate_part(const Estimate& estimate);

}  // namespace pj
