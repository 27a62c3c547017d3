#pragma once

#include <string>

#include "pj/mapper/mapper.hpp"

namespace pj {

/// All that the result of a proved search depends on, as text: two searches with equal texts have the same result.
/// Names and sources that only people read, areas and the clock are no part of it, nor is what merely stops a search.
std::string mapping_key(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options);

}  // namespace pj
