#include <cstddef>
#include <cstdint>
#include <string>

#include "pj/base/error.hpp"
#include "pj/base/yaml.hpp"

/// Any text is read or refused with an `InputError`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    pj::parse_yaml(std::string(reinterpret_cast<const char*>(data), size), "fuzz.yaml");
  } catch (const pj::InputError&) {
  }
  return 0;
}
