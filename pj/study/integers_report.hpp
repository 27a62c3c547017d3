#pragma once

#include <string>

#include "pj/inference/integer_parts.hpp"

namespace pj {

/// Layer by layer, what is computed in integers and how, what in reals and why; and how many of each.
std::string integers_table(const IntegerParts& integers);

}  // namespace pj
