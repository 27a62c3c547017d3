#include "pj/inference/recurrence.hpp"

#include <doctest/doctest.h>

#include <array>

#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "tests/support/plan_twin.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

using RecurrentCell = Recurrent::Cell;

Recurrent random_recurrent(Rng& rng) {
  Recurrent layer{.cell = rng.chance(0.4)   ? RecurrentCell::Lstm
                          : rng.chance(0.6) ? RecurrentCell::Gru
                                            : RecurrentCell::Rnn};
  layer.direction = static_cast<Recurrent::Direction>(rng.between(0, 2));
  layer.hidden = rng.between(1, rng.chance(0.3) ? 70 : 20);
  layer.clip = rng.chance(0.3) ? 0.3F : 0.0F;
  layer.linear_before_reset = rng.chance(0.5);
  layer.couple_input_forget = layer.cell == RecurrentCell::Lstm && rng.chance(0.3);
  layer.batch_first = rng.chance(0.3);
  layer.projection = layer.cell == RecurrentCell::Lstm && rng.chance(0.3) ? rng.between(1, 40) : 0;
  if (rng.chance(0.3)) {
    const std::array names{"Sigmoid", "Tanh", "Relu", "HardSigmoid", "Softsign", "Affine"};
    const std::int64_t functions = layer.cell == RecurrentCell::Lstm ? 3 : layer.cell == RecurrentCell::Gru ? 2 : 1;
    for (std::int64_t i = 0; i < functions * direction_count(layer.direction); ++i) {
      layer.activations.emplace_back(names[static_cast<std::size_t>(rng.between(0, std::ssize(names) - 1))]);
    }
  }
  return layer;
}

/// A network of one layer, whose states and lengths are constants, inputs, or left out.
struct RecurrentCase {
  explicit RecurrentCase(Rng& rng) : rng_(rng), layer(random_recurrent(rng)) {
    const std::int64_t T = rng.chance(0.3) ? 1 : rng.between(1, 12);
    const std::int64_t N = rng.between(1, 3);
    const std::int64_t I = rng.between(1, 40);
    const std::int64_t D = direction_count(layer.direction);
    const std::int64_t G = gate_count(layer.cell);
    const std::int64_t H = layer.hidden;
    const std::int64_t O = layer.projection > 0 ? layer.projection : H;
    const bool is_lstm = layer.cell == RecurrentCell::Lstm;
    const auto state = [&](std::int64_t size) { return layer.batch_first ? Sizes{N, D, size} : Sizes{D, N, size}; };
    std::vector<ValueId> operands{input(layer.batch_first ? Sizes{N, T, I} : Sizes{T, N, I}),
                                  builder.weight("W", {D, G * H, I}), builder.weight("R", {D, G * H, O})};
    operands.push_back(rng.chance(0.7) ? builder.weight("B", {D, 2 * G * H}) : no_value);
    operands.push_back(rng.chance(0.4) ? lengths(N, T) : no_value);
    operands.push_back(given(state(O)));
    operands.push_back(is_lstm ? given(state(H)) : no_value);
    operands.push_back(is_lstm && rng.chance(0.5) ? builder.weight("P", {D, 3 * H}) : no_value);
    operands.push_back(layer.projection > 0 ? builder.weight("projection", {D, O, H}) : no_value);
    while (operands.back() == no_value) {
      operands.pop_back();
    }
    network = with_random_weights(builder.finish(builder.add("cell", layer, operands)));
  }

  ValueId input(const Sizes& shape) {
    std::vector<double> numbers(static_cast<std::size_t>(element_count(shape)));
    std::ranges::generate(numbers, [&] { return 2.0 * rng_.uniform() - 1.0; });
    inputs.push_back(constant_of(NumberFormat::float32(), shape, numbers));
    return builder.input("x" + std::to_string(inputs.size()), shape);
  }
  ValueId given(const Sizes& shape) {
    return rng_.chance(0.3) ? no_value : rng_.chance(0.5) ? builder.weight("state", shape) : input(shape);
  }
  ValueId lengths(std::int64_t N, std::int64_t T) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(N));
    std::ranges::generate(numbers, [&] { return rng_.between(0, T); });
    Constant tensor = constant_of(NumberFormat::fixed(32), {N}, numbers);
    if (rng_.chance(0.5)) {
      return builder.constant("lengths", std::make_shared<const Constant>(std::move(tensor)));
    }
    inputs.push_back(std::move(tensor));
    return builder.input("lengths", {N}, NumberFormat::fixed(32));
  }

  Rng& rng_;
  NetworkBuilder builder = NetworkBuilder("recurrent");
  Recurrent layer;
  std::vector<Constant> inputs;
  Network network;
};

}  // namespace

// A gate sums up to 111 products of numbers below 1 in float32 and takes a function of them that is within 4 units in
// the last place, in up to 12 steps of time.
TEST_CASE("recurrent layers give what the plain executor gives, whatever their attributes, by any number of threads") {
  for_random_cases(400, [](Rng& rng) {
    const RecurrentCase random(rng);
    const auto expected = run_twin(random.network, random.inputs);
    const Plan plan(random.network);
    CHECK(plan.schedule().steps.front().step.algorithm != "plain");
    const auto found = plan.run(random.inputs);
    CHECK(distance(found, expected) <= 1e-5);
    CHECK(plan.run(random.inputs) == found);
    CHECK(Plan(random.network, {.threads = 3}).run(random.inputs) == found);
  });
}

TEST_CASE("a sequence that is longer than the input is refused by name") {
  NetworkBuilder builder("long");
  const ValueId x = builder.input("x", {3, 1, 2});
  const ValueId lengths = builder.input("lengths", {1}, NumberFormat::fixed(32));
  const auto results =
      builder.add("cell", Recurrent{.cell = RecurrentCell::Gru, .hidden = 4},
                  {x, builder.weight("W", {1, 12, 2}), builder.weight("R", {1, 12, 4}), no_value, lengths});
  const Network network = with_random_weights(builder.finish(results));
  const std::vector<double> numbers(6, 0.5);
  const std::vector<std::int64_t> length{4};
  CHECK_THROWS_WITH(Plan(network).run(std::vector{constant_of(NumberFormat::float32(), {3, 1, 2}, numbers),
                                                  constant_of(NumberFormat::fixed(32), {1}, length)}),
                    "node 'cell': sequence 0 has a length of 4; lengths run from 0 to the 3 steps of the input");
}

}  // namespace pj
