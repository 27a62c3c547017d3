#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The loop nests of reproduction/mappings/, by name.
std::span<const EmbeddedFile> mapping_files();

}  // namespace pj
