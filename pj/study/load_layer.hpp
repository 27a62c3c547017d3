#pragma once

#include <string>

#include "pj/study/load.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

/// One Einsum to map: `NETWORK:LAYER`, or a YAML file whose top-level key says what it is: `einsum`, a workload
/// (docs/workloads.md), or `problem`, Timeloop's (docs/timeloop.md). Throws `InputError` with "did you mean".
LoweredLayer load_layer(const std::string& operand, const LoadOptions& options = {});

}  // namespace pj
