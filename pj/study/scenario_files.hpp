#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of scenarios/, by name.
std::span<const EmbeddedFile> scenario_files();

}  // namespace pj
