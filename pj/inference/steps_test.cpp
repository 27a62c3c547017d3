#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/parallel.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/plan_twin.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_conv.hpp"

namespace pj {

std::int64_t allocation_count();  // allocations_test.cpp

namespace {

/// A random layer that the fast steps know, or one that they leave to others, after the last value.
class RandomNetwork {
 public:
  explicit RandomNetwork(Rng& rng) : rng_(rng), builder_("random") {
    const std::int64_t batch = rng.chance(0.3) ? 2 : 1;
    values_.push_back(builder_.input("x", {batch, channels(), rng.between(1, 12), rng.between(1, 12)}));
  }

  Network finish() {
    const std::int64_t layers = rng_.between(2, 8);
    for (std::int64_t i = 0; i < layers; ++i) {
      add_layer();
    }
    std::vector<ValueId> outputs{values_.back()};
    if (rng_.chance(0.3)) {  // a second output, or the same again
      outputs.push_back(values_[static_cast<std::size_t>(rng_.between(0, std::ssize(values_) - 1))]);
    }
    return builder_.finish(outputs);
  }

 private:
  std::int64_t channels() { return rng_.chance(0.5) ? 16 * rng_.between(1, 3) : rng_.between(1, 20); }
  const Sizes& shape(ValueId id) const { return builder_.value(id).shape; }
  ValueId any() { return values_[static_cast<std::size_t>(rng_.between(0, std::ssize(values_) - 1))]; }
  ValueId weight(const Sizes& sizes) { return builder_.weight("w", sizes); }

  void add_layer() {
    const ValueId x = rng_.chance(0.7) ? values_.back() : any();
    switch (rng_.between(0, 8)) {
      case 0:
      case 1:
        return add_convolution(x);
      case 2:
        return add_pooling(x);
      case 3: {
        const std::int64_t c = shape(x)[1];
        return keep("bn", BatchNormalization{}, {x, weight({c}), weight({c}), weight({c}), weight({c})});
      }
      case 4: {
        const ValueId other = any();
        return shape(other) == shape(x) ? keep("sum", Elementwise{}, {x, other}) : keep("twice", Elementwise{}, {x, x});
      }
      case 5:
        return add_activation(x);
      case 7:
        return add_scale(x);
      case 6: {
        const ValueId other = any();
        const bool fits =
            shape(other)[0] == shape(x)[0] && shape(other)[2] == shape(x)[2] && shape(other)[3] == shape(x)[3];
        return keep("join", Concat{1}, {x, fits ? other : x});
      }
      default:
        return keep("lrn", LocalResponseNormalization{.size = rng_.between(1, 5), .alpha = 0.1F}, {x});
    }
  }

  void add_convolution(ValueId x) {
    Convolution conv;
    const std::int64_t C = shape(x)[1];
    const std::int64_t r = std::min({rng_.between(0, 2) * 2 + 1, shape(x)[2] + 2, shape(x)[3] + 2});
    const std::int64_t pad = r / 2;
    conv.pad_begin = conv.pad_end = {pad, pad};
    conv.stride = {rng_.between(1, 2), rng_.between(1, 2)};
    conv.groups = rng_.chance(0.2) ? C : 1;
    const std::int64_t M = conv.groups == C ? C : channels();
    std::vector<ValueId> operands{x, weight({M, C / conv.groups, r, r})};
    if (rng_.chance(0.5)) {
      operands.push_back(weight({M}));
    }
    keep("conv", conv, operands);
    if (rng_.chance(0.3)) {  // a bias that is added
      const ValueId bias = weight(rng_.chance(0.8) ? Sizes{M, 1, 1} : Sizes{1});
      keep("plus", Elementwise{},
           rng_.chance(0.5) ? std::vector{values_.back(), bias} : std::vector{bias, values_.back()});
    }
  }

  /// One number for each channel, or for all, on either side.
  void add_scale(ValueId x) {
    using enum Elementwise::Kind;
    const std::array kinds{Add, Sub, Mul, Div};
    const Elementwise layer{kinds[static_cast<std::size_t>(rng_.between(0, std::ssize(kinds) - 1))]};
    const std::int64_t C = shape(x)[1];
    const ValueId other = weight(rng_.chance(0.8) ? Sizes{C, 1, 1} : rng_.chance(0.5) ? Sizes{1, C, 1, 1} : Sizes{1});
    const bool is_second = layer.kind == Div || rng_.chance(0.7);
    keep("scale", layer, is_second ? std::vector{x, other} : std::vector{other, x});
  }

  void add_pooling(ValueId x) {
    Pooling pool{.kind = rng_.chance(0.5) ? Pooling::Kind::Max : Pooling::Kind::Average};
    const std::int64_t most = std::min(shape(x)[2], shape(x)[3]);
    const std::int64_t r = std::min<std::int64_t>(rng_.between(1, 3), most);
    pool.kernel = {r, r};
    pool.stride = {rng_.between(1, 2), rng_.between(1, 2)};
    pool.pad_begin = pool.pad_end = {r / 2, r / 2};
    pool.ceil_mode = rng_.chance(0.5);
    pool.count_padding = rng_.chance(0.5);
    keep("pool", pool, {x});
  }

  void add_activation(ValueId x) {
    using enum Activation::Kind;
    const std::array kinds{Relu, LeakyRelu, HardSwish, Clip, Sigmoid, Identity};
    Activation layer{kinds[static_cast<std::size_t>(rng_.between(0, std::ssize(kinds) - 1))], 0.1F, 2.0F};
    keep("act", layer, {x});
  }

  void keep(const std::string& name, const Layer& layer, const std::vector<ValueId>& operands) {
    values_.push_back(builder_.add_one(name, layer, operands));
  }

  Rng& rng_;
  NetworkBuilder builder_;
  std::vector<ValueId> values_;
};

}  // namespace

TEST_CASE("plans of random networks give what the plain executor gives, fused or not, by any number of threads") {
  for_random_cases(300, [](Rng& rng) {
    const Network network = with_random_weights(RandomNetwork(rng).finish(), 7);
    const auto inputs = random_inputs(network);
    const auto expected = run_twin(network, inputs);
    CHECK(distance(Plan(network, {.by = PlanBy::Plain}).run(inputs), expected) == 0.0);
    const Plan fused(network);
    CHECK(distance(fused.run(inputs), expected) <= 1e-4);
    CHECK(fused.run(inputs) == fused.run(inputs));
    CHECK(Plan(network, {.threads = 3}).run(inputs) == fused.run(inputs));
    const Plan watched(network, {.watched = true});
    std::size_t seen = 0;
    CHECK(distance(watched.run(inputs, [&](ValueId, const Constant&) { ++seen; }), expected) <= 1e-4);
    CHECK(seen == network.inputs.size() + network.nodes.size());
    CHECK(fused.schedule().steps.size() <= watched.schedule().steps.size() + fused.schedule().conversions);
  });
}

TEST_CASE("plans of random networks in bfloat16 stay near the plain executor in float32, on any number of threads") {
  for_random_cases(200, [](Rng& rng) {
    const Network network = with_random_weights(RandomNetwork(rng).finish(), 7);
    const auto inputs = random_inputs(network);
    const Plan halves(network, {.arithmetic = RunNumbers::Bfloat16});
    const auto found = halves.run(inputs);
    CHECK(distance(found, run_twin(network, inputs)) <=
          0.04);  // eight layers, two roundings of 2^-9 each, as they add up
    CHECK(Plan(network, {.arithmetic = RunNumbers::Bfloat16, .threads = 3}).run(inputs) == found);
  });
}

TEST_CASE("quantising and dequantising bytes gives what the plain executor gives, to the bit") {
  for_random_cases(100, [](Rng& rng) {
    NetworkBuilder builder("bytes");
    const NumberFormat format = NumberFormat::fixed(8, rng.chance(0.5));
    const std::vector<double> scale{static_cast<double>(static_cast<float>(0.001 + 0.1 * rng.uniform()))};
    const std::vector<std::int64_t> zero{rng.between(format.is_signed ? -128 : 0, format.is_signed ? 127 : 255)};
    const auto constant = [&](const Constant& c) { return builder.constant("c", std::make_shared<const Constant>(c)); };
    const ValueId s = constant(constant_of(NumberFormat::float32(), {}, scale));
    const ValueId z = constant(constant_of(format, {}, zero));
    const ValueId x = builder.input("x", {1, rng.between(1, 100)});
    const ValueId q = builder.add_one("q", Quantize{.to = format}, {x, s, z});
    const Network network = builder.finish({q, builder.add_one("d", Dequantize{}, {q, s, z})});
    auto inputs = random_inputs(network);
    auto* const numbers = reinterpret_cast<float*>(inputs[0].bytes.data());
    numbers[0] = rng.chance(0.5) ? NAN : rng.chance(0.5) ? -INFINITY : 3e38F;
    CHECK(Plan(network, {.arithmetic = RunNumbers::Reals}).run(inputs) == run_twin(network, inputs));
  });
}

TEST_CASE("a plan that is run by two threads at a time gives each the same") {
  Rng rng(3);
  const Network network = with_random_weights(RandomNetwork(rng).finish());
  const auto inputs = random_inputs(network);
  const Plan plan(network);
  const auto expected = plan.run(inputs);
  parallel_for(20, 2, [&](std::size_t) {
    if (plan.run(inputs) != expected) {
      throw std::logic_error("the threads disturb each other");
    }
  });
}

TEST_CASE("after the first run of a plan nothing is allocated") {
  NetworkBuilder builder("fixed");
  const ValueId x = builder.input("x", {1, 16, 8, 8});
  const ValueId y = builder.add_one("conv", Convolution{.pad_begin = {1, 1}, .pad_end = {1, 1}},
                                    {x, builder.weight("w", {32, 16, 3, 3}), builder.weight("b", {32})});
  const ValueId z = builder.add_one("relu", Activation{}, {y});
  const ValueId pooled = builder.add_one("pool", Pooling{.kernel = {2, 2}, .stride = {2, 2}}, {z});
  const Network network = with_random_weights(builder.finish({builder.add_one("both", Concat{1}, {pooled, pooled})}));
  const Plan plan(network, {.algorithms = {"F(4x4,3x3)"}});  // oneDNN allocates what it is called with
  const auto inputs = random_inputs(network);
  auto outputs = plan.run(inputs);
  const std::span<const std::byte> given(inputs[0].bytes);
  const std::span<std::byte> found(outputs[0].bytes);
  const std::int64_t before = allocation_count();
  plan.run(std::span(&given, 1), std::span(&found, 1));
  const std::int64_t after = allocation_count();
  CHECK(after == before);
  CHECK(distance(outputs, run_twin(network, inputs)) <= 1e-4);
}

}  // namespace pj
