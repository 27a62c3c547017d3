#pragma once

#include <span>

#include "pj/base/embedded.hpp"

namespace pj {

/// The page of report/ without its results: one file, or none in a build without npm (tools/build_page.sh).
std::span<const EmbeddedFile> page_template();

}  // namespace pj
