#include "pj/compression/trained_ternary.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/compression/compress.hpp"
#include "pj/training/trainer.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

constexpr Signs trained_signs{.rule = Signs::Rule::Ttq};

Weights random_latents(Rng& rng) {
  const std::int64_t count = rng.between(2, 30);
  return {.numbers = bell(rng, count), .shape = {1, count}};
}

/// Half the squared distance of what is used from `wanted`: its gradient by what is used is their difference.
double distance(const LearnedValues& learned, std::span<const float> kept, std::span<const float> values,
                const std::vector<double>& wanted) {
  std::vector<float> used(kept.size());
  learned.use(kept, values, used);
  double sum = 0.0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    sum += 0.5 * (used[i] - wanted[i]) * (used[i] - wanted[i]);
  }
  return sum;
}

/// Two classes of points, told apart by a line whose slopes are not alike.
Examples sides() {
  Rng rng(5);
  Examples examples{.name = "sides", .shape = {3}, .count = 128};
  for (std::size_t i = 0; i < examples.count; ++i) {
    const auto point = bell(rng, 3);
    examples.inputs.insert(examples.inputs.end(), point.begin(), point.end());
    examples.classes.push_back(3.0 * point[0] - point[1] > 0.2 ? 1 : 0);
  }
  return examples;
}

}  // namespace

TEST_CASE("the gradients of TTQ's two values are those of finite differences") {
  for_random_cases(200, [](Rng& rng) {
    const Weights weights = random_latents(rng);
    const LearnedValues learned = trained_ternary(weights, trained_signs);
    const std::vector<float> kept(weights.numbers.begin(), weights.numbers.end());
    const std::vector<double> wanted = bell(rng, std::ssize(kept));
    const std::vector<float> values{static_cast<float>(0.5 + rng.uniform()), static_cast<float>(-0.5 - rng.uniform())};
    std::vector<float> gradient(kept.size());
    learned.use(kept, values, gradient);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] -= static_cast<float>(wanted[i]);
    }
    std::vector<float> found(2);
    learned.gradient(kept, values, gradient, found);
    for (std::size_t i = 0; i < values.size(); ++i) {
      constexpr float step = 0.0625F;  // the distance is a parabola: no step is too large
      std::vector<float> more = values;
      std::vector<float> less = values;
      more[i] += step;
      less[i] -= step;
      const double slope =
          (distance(learned, kept, more, wanted) - distance(learned, kept, less, wanted)) / (2.0 * step);
      CHECK(found[i] == doctest::Approx(slope).epsilon(1e-4));
    }
  });
}

TEST_CASE("the weights that TTQ keeps get their gradient times the value that they take") {
  const Weights weights{.numbers = {1.0, 0.01, -0.5, -0.04, 0.0}, .shape = {1, 5}};  // Δ = 0.05
  const LearnedValues learned = trained_ternary(weights, trained_signs);
  CHECK(learned.start == std::vector<float>{1.0F, -0.5F});
  const std::vector<float> kept(weights.numbers.begin(), weights.numbers.end());
  std::vector<float> gradient{1.0F, 2.0F, 3.0F, 4.0F, 5.0F};
  std::vector<float> of_values(2);
  learned.gradient(kept, std::vector<float>{0.25F, -2.0F}, gradient, of_values);
  CHECK(gradient == std::vector<float>{0.25F, 2.0F, 6.0F, 4.0F, 5.0F});
  CHECK(of_values == std::vector<float>{1.0F, 3.0F});
}

TEST_CASE("a value of TTQ that would change its sign is 0") {
  const Weights weights{.numbers = {1.0, -1.0, 0.01}, .shape = {1, 3}};
  std::vector<float> used(3);
  trained_ternary(weights, trained_signs).use(std::vector<float>{1, -1, 0}, std::vector<float>{-0.1F, 0.1F}, used);
  CHECK(used == std::vector<float>(3, 0.0F));
}

TEST_CASE("the values that TTQ has learned are those of the codes, and no means of the weights") {
  Rng rng(2);
  NetworkBuilder builder("line");
  const ValueId x = builder.input("x", {1, 3});
  const ValueId w = builder.constant("w", real_constant({2, 3}, bell(rng, 6)));
  const ValueId b = builder.constant("b", real_constant({2}, {0.0, 0.0}));
  const Network network = builder.finish({builder.add_one("fc", FullyConnected{}, {x, w, b})});
  CompressionData data;
  data.tuning.examples = [](const Network&) { return sides(); };
  const std::string rules = "fine_tune: {epochs: 20, rate: 0.02}\nrules: [{ternary: {rule: ttq}}]";
  const Network made = compress(network, rules_of(rules), data).network;

  const Examples examples = sides();
  TrainOptions options{
      .epochs = 20, .batch = 64, .optimizer = {.rate = 0.02}, .schedule = {RateSchedule::Kind::Cosine}};
  const Weights weights = read_weights(network, {0, 1, 0});
  options.rules["w"].learned = trained_ternary(weights, trained_signs);
  Trainer trainer(network, examples, options);
  while (!trainer.is_done()) {
    trainer.step();
  }
  const auto used = trainer.parameters().all.front().of(trainer.used_numbers());
  const auto layer = node_index(made, "fc");
  CHECK(read_weights(made, weight_places(made, layer).front()).numbers ==
        std::vector<double>(used.begin(), used.end()));
  const TrainState state = trainer.state();
  const auto kept = trainer.parameters().all.front().of(std::span<const float>(state.numbers));
  Weights latent = weights;
  latent.numbers.assign(kept.begin(), kept.end());
  CHECK(decoded(as_signs(latent, trained_signs), latent) != std::vector<double>(used.begin(), used.end()));
}

TEST_CASE("a training that is gone on with learns the same values") {
  const Examples examples = sides();
  Rng rng(2);
  NetworkBuilder builder("line");
  const ValueId x = builder.input("x", {1, 3});
  const ValueId w = builder.constant("w", real_constant({2, 3}, bell(rng, 6)));
  const Network network = builder.finish({builder.add_one("fc", FullyConnected{}, {x, w})});
  TrainOptions options{.epochs = 2, .batch = 16, .optimizer = {.rate = 0.02}};
  options.rules["w"].learned = trained_ternary(read_weights(network, {0, 1, 0}), trained_signs);
  Trainer whole(network, examples, options);
  Trainer first(network, examples, options);
  for (int step = 0; step < 3; ++step) {
    first.step();
  }
  Trainer second(network, examples, options);
  second.restore(first.state());
  while (!whole.is_done()) {
    whole.step();
  }
  while (!second.is_done()) {
    second.step();
  }
  CHECK(second.state().numbers == whole.state().numbers);
  CHECK(whole.state().numbers.size() == 6 + 2);
}

}  // namespace pj
