#pragma once

#include <span>
#include <string_view>

namespace pj {

/// A file that was put into the library when it was built.
struct EmbeddedFile {
  std::string_view name;  ///< without folder and ending
  std::string_view text;
};

/// The files of `networks/`, sorted by name.
std::span<const EmbeddedFile> zoo_files();

}  // namespace pj
