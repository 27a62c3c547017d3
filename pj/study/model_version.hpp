#pragma once

#include <string_view>

namespace pj {

/// The version of the cost model and the search: two programs of the same version find the same mappings at the same
/// prices. It holds a hash of the model's sources (cmake/PjModelVersion.cmake), so that it changes by itself.
std::string_view model_version();

}  // namespace pj
