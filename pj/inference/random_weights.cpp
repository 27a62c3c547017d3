#include "pj/inference/random_weights.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/random.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

/// Uniform numbers around a middle.
std::shared_ptr<const Constant> random_constant(const Value& value, double middle, double range, Rng& rng) {
  std::vector<float> numbers(static_cast<std::size_t>(element_count(value.shape)));
  std::ranges::generate(numbers, [&] { return static_cast<float>(middle + range * (2.0 * rng.uniform() - 1.0)); });
  return std::make_shared<const Constant>(tensor_of({value.shape, value.format}, numbers));
}

/// Scales and variances are near 1 and biases small; a weight's variance is 2 over the terms of its sums.
std::shared_ptr<const Constant> random_weight(const Node& node, std::size_t operand, const Value& value, Rng& rng) {
  if (std::holds_alternative<BatchNormalization>(node.layer)) {
    const bool is_near_one = operand == 1 || operand == 4;
    return random_constant(value, is_near_one ? 1.0 : 0.0, 0.1, rng);
  }
  const std::int64_t filters = value.shape.size() < 2 ? 0 : value.shape[0];
  if (filters == 0) {
    return random_constant(value, 0.0, 0.1, rng);
  }
  const auto terms = static_cast<double>(element_count(value.shape) / filters);
  return random_constant(value, 0.0, std::sqrt(6.0 / terms), rng);
}

}  // namespace

Network with_random_weights(Network network, std::uint64_t seed) {
  Rng rng(seed);
  for (const Node& node : network.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      Value* const value = node.inputs[i] == no_value ? nullptr : &network.values[node.inputs[i]];
      const bool is_real = value != nullptr && value->format == NumberFormat::float32();
      if (is_real && value->is_constant && value->data == nullptr) {
        value->data = random_weight(node, i, *value, rng);
      }
    }
  }
  return network;
}

std::vector<Constant> random_inputs(const Network& network, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Constant> inputs;
  for (const ValueId id : network.inputs) {
    const Value& value = network.values[id];
    if (value.format != NumberFormat::float32()) {
      throw InputError("input '" + value.name + "' of network '" + network.name + "' is " + to_string(value.format) +
                       "; random numbers are for float32 inputs");
    }
    inputs.push_back(*random_constant(value, 0.0, 1.0, rng));
  }
  return inputs;
}

}  // namespace pj
