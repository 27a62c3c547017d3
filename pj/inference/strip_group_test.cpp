#include "pj/inference/strip_group.hpp"

#include <doctest/doctest.h>

#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "tests/support/plan_twin.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// A random chain of layers that can be computed in strips, with something else behind it.
Network random_chain(Rng& rng) {
  NetworkBuilder builder("chain");
  const std::int64_t C = rng.chance(0.5) ? 3 : 16 * rng.between(1, 2) + rng.between(0, 3);
  ValueId x = builder.input("x", {rng.between(1, 2), C, rng.between(30, 60), rng.between(30, 60)});
  const std::int64_t layers = rng.between(2, 6);
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::int64_t channels = builder.value(x).shape[1];
    const std::int64_t R = rng.between(1, 3);
    const auto stride = [&] { return rng.chance(0.2) ? 2 : 1; };
    if (rng.chance(0.2)) {
      const auto kind = rng.chance(0.5) ? Pooling::Kind::Max : Pooling::Kind::Average;
      x = builder.add_one("pool", Pooling{.kind = kind, .kernel = {R, R}, .stride = {stride(), stride()}}, {x});
      continue;
    }
    Convolution conv{.stride = {stride(), stride()}, .pad_begin = {R / 2, R / 2}, .pad_end = {R / 2, R / 2}};
    conv.groups = rng.chance(0.4) ? channels : 1;
    const std::int64_t M = conv.groups > 1 ? channels : rng.between(8, 40);
    std::vector<ValueId> operands{x, builder.weight("w", {M, channels / conv.groups, R, R})};
    if (rng.chance(0.5)) {
      operands.push_back(builder.weight("b", {M}));
    }
    x = builder.add_one("conv", conv, operands);
    x = rng.chance(0.5) ? builder.add_one("relu", Activation{}, {x}) : x;
  }
  x = rng.chance(0.3) ? builder.add_one("sum", Elementwise{}, {x, x}) : x;
  return with_random_weights(builder.finish({x}));
}

std::int64_t groups_in(const Plan& plan) {
  return std::ranges::count_if(plan.schedule().steps, [](const PlannedStep& planned) {
    return planned.step.algorithm.starts_with("depth-first");
  });
}

}  // namespace

TEST_CASE("depth-first groups give what the plain executor gives, in less memory, by any number of threads") {
  std::int64_t groups = 0;
  std::int64_t most = 0;
  std::int64_t fewest = 0;
  for_random_cases(150, [&](Rng& rng) {
    const Network network = random_chain(rng);
    const auto inputs = random_inputs(network);
    const Plan usual(network);
    const Plan least(network, {.memory = PlanMemory::Least});
    groups += groups_in(least);
    CHECK(groups_in(usual) == 0);
    most += usual.memory().activations;
    fewest += least.memory().activations;
    const auto found = least.run(inputs);
    CHECK(distance(found, run_twin(network, inputs)) <= 1e-4);
    CHECK(Plan(network, {.memory = PlanMemory::Least, .threads = 3}).run(inputs) == found);
  });
  CHECK(groups >= 60 / fewer_cases);
  CHECK(fewest * 10 <= most * 9);  // not all of them have groups, or the most memory there
}

TEST_CASE("a depth-first group says how many rows it computes at a time and what it keeps between the layers") {
  NetworkBuilder builder("pair");
  const ValueId x = builder.input("x", {1, 16, 64, 64});
  const Convolution depthwise{.pad_begin = {1, 1}, .pad_end = {1, 1}, .groups = 64};
  const ValueId y = builder.add_one("wide", Convolution{}, {x, builder.weight("w", {64, 16, 1, 1})});
  const ValueId z = builder.add_one("deep", depthwise, {y, builder.weight("v", {64, 1, 3, 3})});
  const Plan plan(with_random_weights(builder.finish({z})), {.memory = PlanMemory::Least});
  const auto& steps = plan.schedule().steps;
  const auto step = std::ranges::find_if(steps, [](const PlannedStep& s) { return s.step.nodes.size() == 2; });
  REQUIRE(step != steps.end());
  CHECK(step->step.algorithm == "depth-first: pointwise; depthwise");
  CHECK(step->step.reason == "14 rows at a time; 0.262 MB between the layers in place of 1.05 MB");
  CHECK(step->step.workspace == 16 * 64 * 64 * 4);
}

}  // namespace pj
