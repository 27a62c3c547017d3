#pragma once

#include <string>

#include "pj/base/yaml.hpp"
#include "pj/mapping/mapping.hpp"
#include "pj/timeloop/names.hpp"

namespace pj {

/// Is this a file with a Timeloop mapping: a map with the key `mapping`?
bool is_timeloop_mapping(const YamlNode& file);

/// Reads a Timeloop mapping for a workload on an accelerator whose levels have the names of its targets. Spatial
/// directives stand at the fanout itself (0.4), at `inter_FANOUT_spatial` (what 0.4 makes of it) or at the level
/// outside it (0.3); X is the fanout's first axis, Y its second. Factors may have remainders (`P4,1`) and may be 0
/// (what the other loops leave). Every fault is an `InputError` with file, line and column. Whether the mapping
/// fits is asked with `fits`.
Mapping parse_timeloop_mapping(const Workload& workload, const Accelerator& accelerator, const YamlNode& file);

/// The mapping as Timeloop reads it. Ragged factors are written with their remainders, as in Ruby (Horeni et al. 2022).
/// Throws `InputError` with the reason where Timeloop cannot say it.
std::string timeloop_mapping(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
                             TimeloopVersion version);

}  // namespace pj
