#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The files of reproduction/, by name.
std::span<const EmbeddedFile> claim_files();

}  // namespace pj
