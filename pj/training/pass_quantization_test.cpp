#include <doctest/doctest.h>

#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/training/tape.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::shared_ptr<const Constant> float_constant(const Sizes& shape, const std::vector<double>& numbers,
                                               const NumberFormat& format = NumberFormat::float32()) {
  return std::make_shared<const Constant>(constant_of(format, shape, std::span(numbers)));
}

/// Five numbers, quantised as a network of the kind does it, with a scale of 1/4.
struct QuantisedFive {
  NetworkBuilder builder{"quantised"};
  ValueId x = builder.input("x", {1, 5});
  ValueId scale = builder.constant("scale", float_constant({}, {0.25}));

  Network codes(bool is_signed, double zero_point) {
    const NumberFormat format = NumberFormat::fixed(8, is_signed);
    const ValueId zero = builder.constant("zero", float_constant({}, {zero_point}, format));
    const ValueId y = builder.add_one("codes", Quantize{.to = format}, {x, scale, zero});
    return builder.finish({builder.add_one("reals", Dequantize{}, {y, scale, zero})});
  }
  Network fake(const FakeQuantize& layer, int bits) {
    const ValueId zero = builder.constant("zero", float_constant({}, {0.0}));
    const ValueId width = builder.constant("bits", float_constant({}, {static_cast<double>(bits)}));
    const bool is_sign = layer.kind == FakeQuantize::Kind::Bipolar;
    return builder.finish({builder.add_one(
        "fake", layer, is_sign ? std::vector{x, scale} : std::vector<ValueId>{x, scale, zero, width})});
  }
};

std::vector<Network> quantised_networks() {
  return {QuantisedFive().codes(true, 0.0),
          QuantisedFive().codes(false, 3.0),
          QuantisedFive().fake({}, 4),
          QuantisedFive().fake({.is_signed = false}, 3),
          QuantisedFive().fake({.narrow = true}, 4),
          QuantisedFive().fake({.kind = FakeQuantize::Kind::Bipolar}, 1)};
}

struct PassedThrough {
  std::vector<float> outputs, gradients;
};

PassedThrough passed_through(const Network& network, const std::vector<float>& inputs) {
  const ParameterList none;
  Tape<float> tape({network, none, {}, {}, network.outputs.front(), true});
  std::ranges::copy(inputs, tape.input(0).numbers.begin());
  tape.forward({});
  std::ranges::fill(tape.end_gradient().numbers, 1.0F);
  tape.backward({});
  const auto outputs = tape.end().numbers;
  const auto gradients = tape.input_gradient(0).numbers;
  return {{outputs.begin(), outputs.end()}, {gradients.begin(), gradients.end()}};
}

}  // namespace

TEST_CASE("quantised numbers on the tape are those of the plain execution") {
  const std::vector<Network> networks = quantised_networks();
  for_random_cases(100, [&](Rng& rng) {
    for (const Network& network : networks) {
      std::vector<float> inputs(5);
      std::ranges::generate(inputs, [&] { return static_cast<float>(8.0 * rng.uniform() - 4.0); });
      const Constant operand =
          constant_of(NumberFormat::float32(), {1, 5}, std::vector<double>(inputs.begin(), inputs.end()));
      const Constant* pointer = &operand;
      const auto wanted = real_numbers(run_plainly(network, std::span(&pointer, 1)).front());
      const auto found = passed_through(network, inputs).outputs;
      CHECK(std::vector<double>(found.begin(), found.end()) == wanted);
    }
  });
}

TEST_CASE("the gradient passes through what is rounded, and not where a number is cut off") {
  // 4 bits with a scale of 1/4: −8 … 7 quarters.
  const Network signed4 = QuantisedFive().fake({}, 4);
  CHECK(passed_through(signed4, {-2.1F, -2.0F, 0.1F, 1.75F, 1.8F}).gradients ==
        std::vector<float>{0.0F, 1.0F, 1.0F, 1.0F, 0.0F});
  // Unsigned with a zero point of 3: −3 … 252 quarters.
  const Network unsigned8 = QuantisedFive().codes(false, 3.0);
  CHECK(passed_through(unsigned8, {-1.0F, -0.75F, 0.1F, 63.0F, 64.0F}).gradients ==
        std::vector<float>{0.0F, 1.0F, 1.0F, 1.0F, 0.0F});
  const Network sign = QuantisedFive().fake({.kind = FakeQuantize::Kind::Bipolar}, 1);
  CHECK(passed_through(sign, {-0.3F, -0.25F, 0.0F, 0.2F, 0.3F}).gradients ==
        std::vector<float>{0.0F, 1.0F, 1.0F, 1.0F, 0.0F});
}

TEST_CASE("quantisers that cannot be trained through are refused by name") {
  const auto fault = [](const Network& network) {
    return input_fault([&] { passed_through(network, {0.0F, 0.0F, 0.0F, 0.0F, 0.0F}); });
  };
  CHECK(fault(QuantisedFive().fake({.rounding = "FLOOR"}, 4)) ==
        "network 'quantised': node 'fake' drops bits, or rounds otherwise than to the nearest, which has no backward "
        "pass; train a network without it (docs/training.md lists the kinds)");
}

}  // namespace pj
