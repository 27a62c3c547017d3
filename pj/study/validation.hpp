#pragma once

#include <functional>
#include <string>

namespace pj {

/// Says what is being computed.
using PageProgress = std::function<void(const std::string& what)>;

/// docs/validation.md: what Picojoule computes beside what was measured or published, section by section, in Markdown.
/// `picojoule reproduce --page` writes it.
std::string validation_page(const PageProgress& progress);

}  // namespace pj
