#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of densities/, by name.
std::span<const EmbeddedFile> density_files();

}  // namespace pj
