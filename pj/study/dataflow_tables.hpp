#pragma once

#include <string>

#include "pj/study/validation.hpp"

namespace pj {

/// The section of the dataflows: for every figure of ISCA 2016 the published bars, ours and the errors, and for the
/// energy–delay products the range over mappings of nearly the least energy. Searches every mapping of those figures.
std::string dataflow_tables(const PageOptions& options);

}  // namespace pj
