#pragma once

#include <string>

#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

/// What is wrong with a machine file `m` of this text, or "none".
inline std::string fault_of(const std::string& text, const AcceleratorOptions& options = {}) {
  return input_fault([&] { parse_accelerator(parse_yaml(text, "m"), options); }, "none");
}

}  // namespace pj
