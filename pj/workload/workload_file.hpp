#pragma once

#include <string>

#include "pj/base/yaml.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// Is this a workload file: a map with the key `einsum`?
bool is_workload(const YamlNode& file);

/// Reads a workload from its YAML form (docs/workloads.md):
/// ```yaml
/// einsum: "O[n,m] += I[n,c] * W[m,c]"
/// sizes: {N: 8, M: 64, C: 32}
/// ```
/// Every fault is an `InputError` with file, line and column.
Workload parse_workload(const YamlNode& file);

/// Throws `InputError` with this place for a workload beyond what the counts and the search can take.
void check_countable(const Workload& workload, const Position& position);

/// The largest size of an index that a file may give.
constexpr std::int64_t largest_index = 1 << 24;

}  // namespace pj
