#include "pj/compression/energy_pruning.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/compress.hpp"
#include "pj/compression/input_products.hpp"
#include "pj/execution/execute.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Examples random_examples(const Network& network, std::size_t count, Rng& rng) {
  const Sizes& input = network.values[network.inputs.front()].shape;
  Examples examples{.name = "random", .shape = {input.begin() + 1, input.end()}, .count = count};
  const auto numbers = bell(rng, static_cast<std::int64_t>(count) * element_count(input));
  examples.inputs.assign(numbers.begin(), numbers.end());
  examples.classes.assign(count, 0);
  return examples;
}

/// Examples whose numbers follow from four of chance, and little noise.
Examples related_examples(const Network& network, std::size_t count, Rng& rng) {
  constexpr std::int64_t causes = 4;
  Examples examples = random_examples(network, count, rng);
  const auto size = static_cast<std::int64_t>(examples.input_size());
  const std::vector<double> mixing = bell(rng, size * causes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<double> chance = bell(rng, causes);
    for (std::int64_t j = 0; j < size; ++j) {
      float& number = examples.inputs[i * examples.input_size() + static_cast<std::size_t>(j)];
      number *= 0.2F;
      for (std::int64_t k = 0; k < causes; ++k) {
        number +=
            static_cast<float>(mixing[static_cast<std::size_t>(j * causes + k)] * chance[static_cast<std::size_t>(k)]);
      }
    }
  }
  return examples;
}

/// What a layer makes of every example.
std::vector<double> results_of(Network network, const std::string& layer, const Examples& examples) {
  network.outputs = {network.nodes[node_index(network, layer)].outputs.front()};
  std::vector<double> results;
  for (std::size_t i = 0; i < examples.count; ++i) {
    const auto own = examples.input(i);
    const auto outputs = outputs_of(network, std::vector<double>(own.begin(), own.end()));
    results.insert(results.end(), outputs.begin(), outputs.end());
  }
  return results;
}

/// A machine on which a weight of fc1 costs four times as much as one of fc2, and everything else 10 pJ.
LayerEnergies made_up_energies(const Network& network) {
  LayerEnergies energies{{"relu", Picojoules{10.0}}};
  for (const auto& [layer, each] : {std::pair("fc1", 4.0), std::pair("fc2", 1.0)}) {
    const auto numbers = read_weights(network, weight_places(network, node_index(network, layer)).front()).numbers;
    energies[layer] = Picojoules{each * density_of(numbers) * static_cast<double>(numbers.size())};
  }
  return energies;
}

CompressionData made_up_data(const Examples& examples) {
  CompressionData data;
  data.calibration = [examples](const Network&) { return examples; };
  data.energy = made_up_energies;
  return data;
}

double energy_of_made_up(const Network& network) {
  double sum = 0.0;
  for (const auto& [layer, energy] : made_up_energies(network)) {
    sum += energy.value;
  }
  return sum;
}

Network wide_perceptron() {
  Rng rng(11);
  NetworkBuilder builder("wide");
  ValueId x = builder.input("x", {1, 16});
  x = builder.add_one("fc1", FullyConnected{},
                      {x, builder.constant("w1", real_constant({24, 16}, bell(rng, 24 * 16)))});
  x = builder.add_one("relu", Activation{}, {x});
  x = builder.add_one("fc2", FullyConnected{},
                      {x, builder.constant("w2", real_constant({16, 24}, bell(rng, 24 * 16)))});
  return builder.finish({x});
}

}  // namespace

TEST_CASE("the products of a layer's inputs tell by how much its outputs change with its weights") {
  for_random_cases(20, [](Rng& rng) {
    const Network network = random_convnet(rng);
    const Examples examples = random_examples(network, 3, rng);
    for (const char* name : {"conv1", "conv3", "fc"}) {
      CAPTURE(name);
      const std::size_t node = node_index(network, name);
      const WeightPlace place = weight_places(network, node).front();
      const Matrix products = input_products(network, {place}, examples, 2, 1000).front();
      const Weights weights = read_weights(network, place);
      Matrix before(weights.shape.front(), std::ssize(weights.numbers) / weights.shape.front());
      before.numbers = weights.numbers;
      Matrix after = before;
      std::ranges::transform(after.numbers, after.numbers.begin(),
                             [&](double number) { return number + rng.uniform() - 0.5; });
      NetworkEditor editor(network);
      replace_weights(editor, place, after.numbers, weights.shape);
      const std::vector<double> wanted = results_of(network, name, examples);
      const std::vector<double> found = results_of(editor.finish(), name, examples);
      double error = 0.0;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        error += (wanted[i] - found[i]) * (wanted[i] - found[i]);
      }
      // The power of the outputs without their bias is that of weights that are nought.
      const Matrix nothing(before.rows, before.columns);
      const double power = error / output_error(before, after, products);
      NetworkEditor cleared(network);
      replace_weights(cleared, place, nothing.numbers, weights.shape);
      const std::vector<double> bias = results_of(cleared.finish(), name, examples);
      double wanted_power = 0.0;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        wanted_power += (wanted[i] - bias[i]) * (wanted[i] - bias[i]);
      }
      CHECK(power == doctest::Approx(wanted_power).epsilon(1e-3));
    }
  });
}

TEST_CASE("weights that are fitted have outputs that no other weights in their places bring nearer") {
  for_random_cases(50, [](Rng& rng) {
    const std::int64_t inputs = rng.between(2, 8);
    Matrix rows(40, inputs);
    rows.numbers = bell(rng, 40 * inputs);
    const Matrix products = product(transposed(rows), rows);
    Matrix weights(rng.between(1, 4), inputs);
    weights.numbers = bell(rng, weights.rows * inputs);
    std::vector<bool> left;
    for (std::size_t i = 0; i < weights.numbers.size(); ++i) {
      left.push_back(rng.chance(0.5));
    }
    const Matrix best = fitted(weights, left, products);
    const double error = output_error(weights, best, products);
    for (std::size_t i = 0; i < left.size(); ++i) {
      CHECK((left[i] || best.numbers[i] == 0.0));
      for (const double step : {0.01, -0.01}) {
        Matrix other = best;
        other.numbers[i] += left[i] ? step : 0.0;
        CHECK(output_error(weights, other, products) >= error);
      }
    }
  });
}

TEST_CASE("pruning by energy reaches the energy, and takes the weights that cost most for what they do") {
  Rng rng(5);
  const Network network = wide_perceptron();
  const CompressionData data = made_up_data(random_examples(network, 200, rng));
  const Compressed made = compress(network, rules_of("rules: [{prune_by_energy: {energy: 0.4}}]"), data);
  CHECK(energy_of_made_up(made.network) <= 0.4 * energy_of_made_up(network) + 1.0);
  CHECK(energy_of_made_up(made.network) > 0.3 * energy_of_made_up(network));
  const auto density = [&](const char* layer) {
    const std::size_t node = node_index(made.network, layer);
    return density_of(read_weights(made.network, weight_places(made.network, node).front()).numbers);
  };
  CHECK(density("fc1") < density("fc2"));
  REQUIRE(made.changes.size() == 2);
  CHECK(made.changes.front().remark.starts_with("keeps "));
}

TEST_CASE("pruning by energy and fitting hurts less than pruning as much by magnitude alone") {
  Rng rng(6);
  const Network network = wide_perceptron();
  const Examples examples = related_examples(network, 300, rng);
  const Compressed made =
      compress(network, rules_of("rules: [{prune_by_energy: {energy: 0.5}}]"), made_up_data(examples));
  const Weights weights = read_weights(made.network, weight_places(made.network, 0).front());
  const std::string density = std::to_string(density_of(weights.numbers));
  const Network plain =
      compress(network, rules_of("rules: [{prune: {density: " + density + "}, layers: fc1}]")).network;
  const auto wanted = results_of(network, "fc1", examples);
  const double error = relative_error(wanted, results_of(made.network, "fc1", examples));
  CHECK(error < 0.8 * relative_error(wanted, results_of(plain, "fc1", examples)));
  CHECK(error > 0.0);
}

TEST_CASE("an energy that no zeros reach, and pruning by energy without machine or data, are refused") {
  Rng rng(7);
  const Network network = wide_perceptron();
  CompressionData data = made_up_data(random_examples(network, 50, rng));
  const auto fault = [&](const std::string& energy) {
    return input_fault(
        [&] { compress(network, rules_of("rules: [{prune_by_energy: {energy: " + energy + "}}]"), data); });
  };
  CAPTURE(fault("0.01"));
  CHECK(
      fault("0.01").starts_with("rules.yaml:1:9: pruning cannot bring the energy down to 1.00 %: fewer weights save no "
                                "more at "));
  data.energy = [](const Network&) { return LayerEnergies{{"fc1", Picojoules{5.0}}, {"fc2", Picojoules{5.0}}}; };
  CHECK(fault("0.9").find("save no more at 100 %") != std::string::npos);
  data.energy = {};
  CHECK(fault("0.5") == "rules.yaml:1:9: energies come from a machine, errors from data; give --on and --data");
}

}  // namespace pj
