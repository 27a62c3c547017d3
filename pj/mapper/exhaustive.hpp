#pragma once

#include "pj/mapper/mapper.hpp"

namespace pj {

/// The plain twin of `find_best_mapping`: prices every mapping, one after the other. For problems with a few
/// small indices only.
MapperResult exhaustive_search(const Workload& workload, const Accelerator& accelerator,
                               const MapperOptions& options = {});

}  // namespace pj
