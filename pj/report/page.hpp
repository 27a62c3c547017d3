#pragma once

#include <string>
#include <string_view>

namespace pj {

/// One self-contained HTML page with charts and tables of what a verb writes with `--json` (docs/reports.md). The text
/// stands in it whole; nothing is loaded from elsewhere when the page is opened. `file` names it in faults.
/// Throws `InputError` where the text is no result of Picojoule, where its machine does not state its technology
/// (Sze et al. 2017, section VIII: without it no number means anything), or where pages were left out of this build.
std::string page(std::string_view json, const std::string& file = "");

/// Throws what `page` would throw in a build that has no pages.
void check_has_pages();

}  // namespace pj
