#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "pj/base/error.hpp"
#include "pj/onnx/onnx.hpp"

/// Any bytes are read or refused with an `InputError`; what was read is the same after export and import. The
/// comparison is one of bytes: a network may hold NaN, which equals nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pj::OnnxOptions options{.generated_limit = 1 << 20};
  pj::Network network;
  std::string bytes;
  try {
    network = pj::parse_onnx({reinterpret_cast<const char*>(data), size}, "fuzz.onnx", options);
    bytes = pj::onnx_bytes(network);
  } catch (const pj::InputError&) {
    return 0;
  }
  if (pj::onnx_bytes(pj::parse_onnx(bytes, "again.onnx", options)) != bytes) {
    std::fputs("the network changed on its way through a file\n", stderr);
    std::abort();
  }
  return 0;
}
