#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pj/base/error.hpp"
#include "pj/data/idx.hpp"

/// Any bytes are read or refused with an `InputError`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    pj::parse_idx({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const pj::InputError&) {
  }
  return 0;
}
