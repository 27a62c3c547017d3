#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of `networks/`, sorted by name.
std::span<const EmbeddedFile> zoo_files();

}  // namespace pj
