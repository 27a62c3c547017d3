#pragma once

#include <functional>
#include <string>

#include "pj/study/mapping_cache.hpp"

namespace pj {

struct PageOptions {
  std::function<void(const std::string& what)> progress;  ///< says what is being computed
  std::string theme;                                      ///< the one section to write, `L` or `G`; empty: all
  const MappingCache* cache = nullptr;                    ///< mappings that are there are not searched for again
};

/// docs/validation.md: what Picojoule computes beside what was measured or published, section by section, in Markdown.
/// `picojoule reproduce --page` writes it.
std::string validation_page(const PageOptions& options);

}  // namespace pj
