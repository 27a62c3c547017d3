#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of technologies/, by name.
std::span<const EmbeddedFile> technology_files();

}  // namespace pj
