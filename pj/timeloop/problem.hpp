#pragma once

#include <string>

#include "pj/base/yaml.hpp"
#include "pj/timeloop/names.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// Is this a file with a Timeloop problem: a map with the key `problem`?
bool is_timeloop_problem(const YamlNode& file);

/// Reads a Timeloop problem of version 0.2 to 0.4: its data spaces are the tensors, the one that is read and written
/// the output, its dimensions the indices. A convolution's K without an M is our M. Every fault is an `InputError`
/// with file, line and column.
Workload parse_timeloop_problem(const YamlNode& file);

/// The workload as a Timeloop problem. The factors of an index in a window have Timeloop's names: Wstride (P),
/// Hstride (Q), Wdilation (R), Hdilation (S). Throws `InputError` where Timeloop cannot say it.
std::string timeloop_problem(const Workload& workload, TimeloopVersion version);

}  // namespace pj
