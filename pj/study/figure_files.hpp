#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of reproduction/figures/, by name.
std::span<const EmbeddedFile> figure_files();

}  // namespace pj
