#pragma once

#include "pj/mapper/mapper.hpp"

namespace pj {

/// The plain twin of `find_best_mapping`: prices every mapping, one after the other. For problems with a few
/// small indices only. It stops where the options' interrupt asks for it, but has no time limit.
MapperResult exhaustive_search(const Workload& workload, const Accelerator& accelerator,
                               const MapperOptions& options = {});

}  // namespace pj
