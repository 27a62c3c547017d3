#include "pj/study/input_costs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "pj/accelerator/reader.hpp"
#include "pj/compression/exit_heads.hpp"
#include "pj/inference/early_exits.hpp"
#include "pj/inference/observations.hpp"
#include "pj/study/distribution.hpp"
#include "pj/study/observation_report.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Random inputs, some of them zero, of random classes.
DataSet random_samples(Rng& rng, const Network& network, std::size_t count) {
  DataSet data{.name = "random"};
  const Sizes shape = network.values[network.inputs.front()].shape;
  std::vector<Constant> samples;
  for (std::size_t i = 0; i < count; ++i) {
    auto numbers = bell(rng, element_count(shape));
    for (double& number : numbers) {
      number = rng.between(0, 9) < static_cast<std::int64_t>(i) ? 0.0 : number;
    }
    samples.push_back(constant_of(NumberFormat::float32(), shape, std::span(numbers)));
    data.labels.push_back({0});
  }
  data.sample = [samples](std::size_t i) { return SampleData(samples[i]); };
  return data;
}

}  // namespace

TEST_CASE("an input costs what the network costs with the zeros that this input makes") {
  const Accelerator eyeriss = load_accelerator("eyeriss");
  for_random_cases(3, [&](Rng& rng) {
    const Network network = random_convnet(rng);
    const DataSet data = random_samples(rng, network, 4);
    const InputCosts costs = input_costs(network, eyeriss, data, {.threads = 1}, {.threads = 1});
    REQUIRE(costs.energy.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      DataSet one{.name = "one", .labels = {data.labels[i]}};
      one.sample = [&](std::size_t) { return data.sample(i); };
      const Plan plan(network, {.watched = true});
      const Observations seen = measure_accuracy(plan, one, {.threads = 1, .observe = true}).observations;
      Densities zeros = observed_densities(plan.network(), seen);
      for (auto& [layer, tensors] : zeros.layers) {
        tensors.erase("Weight");
      }
      Network same = network;
      apply(zeros, same);
      Estimate plain = evaluate(same, eyeriss, {.threads = 1});
      Picojoules expected;
      for (std::size_t layer = 0; layer < plain.layers.size(); ++layer) {
        // The same mapping as for all other inputs.
        const Traffic& moved = costs.estimate.layers[layer].result.traffic;
        expected += cost(plain.layers[layer].workload, eyeriss, moved).energy();
      }
      CHECK(costs.energy[i].value == doctest::Approx(expected.value).epsilon(1e-12));
      CHECK(costs.energy[i].value >= plain.energy().value * (1.0 - 1e-9));  // its own best mapping is no worse
    }
  });
}

TEST_CASE("inputs with more zeros cost less where zeros are gated, and all the same where nothing looks at them") {
  Rng rng(4);
  const Network network = random_convnet(rng);
  const DataSet data = random_samples(rng, network, 9);
  const InputCosts gated = input_costs(network, load_accelerator("eyeriss"), data, {.threads = 1}, {.threads = 1});
  CHECK(gated.energy.front().value > gated.energy.back().value);
  const InputCosts plain = input_costs(network, load_accelerator("tpu"), data, {.threads = 1}, {.threads = 1});
  for (const Picojoules energy : plain.energy) {
    CHECK(energy.value == doctest::Approx(plain.estimate.energy().value).epsilon(1e-12));
  }
}

TEST_CASE("a sample that leaves early costs the layers up to its exit, another one the whole network") {
  const Accelerator tpu = load_accelerator("tpu");  // which looks at no zeros
  for_random_cases(3, [&](Rng& rng) {
    const Network trunk = random_convnet(rng);
    NetworkEditor editor(trunk);
    add_exit(editor, node_index(trunk, "relu"), {});
    Network network = editor.finish();
    const double offset = 0.8;  // a sample leaves where the entropy of its shares is less
    const auto threshold = std::ranges::find(network.values, "exit1/threshold", &Value::name);
    threshold->data =
        std::make_shared<const Constant>(constant_of(threshold->format, threshold->shape, std::span(&offset, 1)));
    const DataSet data = random_samples(rng, network, 9);
    const InputCosts costs = input_costs(network, tpu, data, {.threads = 1}, {.threads = 1});
    const double early = evaluate(up_to_exit(network, 0), tpu, {.threads = 1}).energy().value;
    const double whole = evaluate(network, tpu, {.threads = 1}).energy().value;
    REQUIRE(costs.exits.size() == 2);
    CHECK(early < whole);
    CHECK(costs.exits[0].samples + costs.exits[1].samples == 9);
    CHECK(costs.to_end.energy.value == doctest::Approx(whole));
    const auto taken = measure_accuracy(Plan(network), data, {.threads = 1}).exits;
    for (std::size_t i = 0; i < costs.energy.size(); ++i) {
      CHECK(costs.energy[i].value == doctest::Approx(taken[i] == 0 ? early : whole));
    }
    if (costs.exits[0].samples > 0) {
      CHECK(costs.exits[0].energy.value == doctest::Approx(early));
    }
  });
}

}  // namespace pj
