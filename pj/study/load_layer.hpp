#pragma once

#include <string>

#include "pj/study/load.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

/// One Einsum to map: `NETWORK:LAYER`, or a file that its top-level key tells: `einsum`, a workload
/// (docs/workloads.md). Throws `InputError` with "did you mean".
LoweredLayer load_layer(const std::string& operand, const LoadOptions& options = {});

}  // namespace pj
