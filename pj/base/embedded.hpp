#pragma once

#include <string_view>

namespace pj {

/// A text file that is part of the program (cmake/PjEmbed.cmake).
struct EmbeddedFile {
  std::string_view name;  ///< without folder and extension
  std::string_view text;
};

}  // namespace pj
