#pragma once

#include <string>
#include <vector>

#include "pj/inference/conformance.hpp"

namespace pj {

/// One line for each operator: its cases that pass, are refused and are wrong, and why the first of these is. Models of
/// several nodes stand together in the last line.
std::string conformance_table(const std::vector<CaseOutcome>& outcomes);

/// The same as a table of Markdown between two marks, which a page keeps it between.
std::string conformance_block(const std::vector<CaseOutcome>& outcomes);

/// The page with that block in the place of the one that it has. Throws `InputError` where it has no marks.
std::string with_conformance_block(const std::string& page, const std::string& file, const std::string& block);

}  // namespace pj
