#pragma once

#include <string_view>

namespace pj {

/// The version of the kernels: two programs of the same version take the same time on the same processor. It holds a
/// hash of their sources (cmake/PjModelVersion.cmake), so that it changes by itself.
std::string_view kernel_version();

}  // namespace pj
