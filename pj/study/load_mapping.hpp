#pragma once

#include <string>

#include "pj/mapping/mapping.hpp"

namespace pj {

/// A mapping from a file: a loop nest as `picojoule map` prints it, or, with the top-level key `mapping`, Timeloop's.
/// Throws `InputError` with file, line, fault and a way out.
Mapping load_mapping(const Workload& workload, const Accelerator& accelerator, const std::string& file);

}  // namespace pj
