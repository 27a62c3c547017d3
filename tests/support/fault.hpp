#pragma once

#include <string>

#include "pj/base/error.hpp"

namespace pj {

/// What a call says is wrong with its input, or `otherwise`.
template <class Call>
std::string input_fault(const Call& call, const std::string& otherwise = "no fault") {
  try {
    call();
  } catch (const InputError& fault) {
    return fault.what();
  }
  return otherwise;
}

}  // namespace pj
