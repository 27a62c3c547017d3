#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/inference/plan.hpp"
#include "pj/onnx/onnx.hpp"

/// Any model that can be read is run, on zeros, or refused with an `InputError`; small ones only, which end soon.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t memory = 1 << 20;
  try {
    const pj::OnnxOptions options{.generated_limit = memory};
    const pj::Network network = pj::parse_onnx({reinterpret_cast<const char*>(data), size}, "fuzz.onnx", options);
    const pj::Plan plan(network, {.memory_limit = memory});
    std::vector<pj::Constant> inputs;
    for (const pj::ValueId id : plan.network().inputs) {
      const pj::Value& input = plan.network().values[id];
      const auto bytes = static_cast<std::size_t>(pj::element_count(input.shape) * pj::stored_bytes(input.format));
      inputs.push_back({input.format, input.shape, std::vector<std::byte>(bytes)});
    }
    plan.run(inputs);
  } catch (const pj::InputError&) {
  }
  return 0;
}
