#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of accelerators/, by name.
std::span<const EmbeddedFile> accelerator_files();

}  // namespace pj
