#include "bench/peers/formats.hpp"

#include <algorithm>

#include "bench/peers/networks.hpp"
#include "pj/compression/compress.hpp"
#include "pj/inference/random_weights.hpp"

namespace pj {

namespace {

constexpr int calibrations = 2;

Observations observed(const Network& network) {
  Observations seen;
  const Plan plan(network, {.watched = true});
  for (int i = 0; i < calibrations; ++i) {
    plan.run(random_inputs(network, static_cast<std::uint64_t>(i) + 1),
             [&](ValueId id, const Constant& tensor) { seen.add(plan.network(), id, tensor); });
  }
  return seen;
}

CompressionRules int8_rules(const Network& network) {
  const bool has_normalisation = std::ranges::any_of(
      network.nodes, [](const Node& node) { return std::holds_alternative<BatchNormalization>(node.layer); });
  const std::string fold = has_normalisation ? "  - fold: {}\n" : "";
  const std::string text = "rules:\n" + fold +
                           "  - fixed_point: {bits: 8, per_channel: true}\n"
                           "  - activations: {bits: 8, tensors: all}\n";
  return parse_rules(parse_yaml(text, "int8.yaml"));
}

}  // namespace

void write_quantised(const std::string& network, const std::string& path) {
  const Network real = with_random_weights(peer_network(network));
  export_onnx(compress(real, int8_rules(real), {.observe = observed}).network, path);
}

}  // namespace pj
