#include "pj/training/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "pj/base/error.hpp"
#include "pj/training/train.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// x → hidden (tanh) → y; without hidden cells a single layer.
Network perceptron(std::int64_t inputs, std::int64_t hidden, std::int64_t outputs) {
  NetworkBuilder builder("perceptron");
  ValueId x = builder.input("x", {1, inputs});
  if (hidden > 0) {
    x = builder.add_one("fc1", FullyConnected{},
                        {x, builder.weight("w1", {hidden, inputs}), builder.weight("b1", {hidden})});
    x = builder.add_one("tanh", Activation{Activation::Kind::Tanh}, {x});
  }
  const std::int64_t width = hidden > 0 ? hidden : inputs;
  x = builder.add_one("fc2", FullyConnected{},
                      {x, builder.weight("w2", {outputs, width}), builder.weight("b2", {outputs})});
  return builder.finish({x});
}

Examples xor_examples() {
  return {.name = "xor", .shape = {2}, .inputs = {0, 0, 0, 1, 1, 0, 1, 1}, .classes = {0, 1, 1, 0}, .count = 4};
}

/// Random points of two classes, told apart by a line.
Examples separable(std::uint64_t seed, std::size_t count) {
  Examples examples{.name = "separable", .shape = {2}, .count = count};
  Rng rng(seed);
  while (examples.classes.size() < count) {
    const double x = 2.0 * rng.uniform() - 1.0;
    const double y = 2.0 * rng.uniform() - 1.0;
    if (std::abs(x - y + 0.2) > 0.1) {
      examples.inputs.insert(examples.inputs.end(), {static_cast<float>(x), static_cast<float>(y)});
      examples.classes.push_back(x - y + 0.2 > 0.0 ? 1 : 0);
    }
  }
  return examples;
}

TrainOptions options_of(std::int64_t epochs, std::int64_t batch, double rate) {
  TrainOptions options{
      .epochs = epochs, .batch = batch, .optimizer = {.rate = rate}, .initializer = Initializer::Xavier};
  options.task.threads = 1;
  return options;
}

double accuracy(const TrainResult& result) {
  return result.rows.back().accuracy;
}

/// Threads in the place of processes, that add and spread their numbers together.
template <std::size_t Size>
class Meeting {
 public:
  Peers peers(std::size_t rank, bool has_server) {
    return {.rank = static_cast<std::int64_t>(rank),
            .size = Size,
            .has_server = has_server,
            .add_floats = [this, rank](std::span<float> numbers) { add(floats_, rank, numbers); },
            .add_doubles = [this, rank](std::span<double> numbers) { add(doubles_, rank, numbers); },
            .spread =
                [this, rank](std::span<float> numbers) {
                  floats_[rank] = numbers;
                  all_here_.arrive_and_wait();
                  const std::vector<float> first(floats_[0].begin(), floats_[0].end());
                  all_here_.arrive_and_wait();
                  std::ranges::copy(first, numbers.begin());
                }};
  }

 private:
  template <class Number>
  void add(std::array<std::span<Number>, Size>& given, std::size_t rank, std::span<Number> numbers) {
    given[rank] = numbers;
    all_here_.arrive_and_wait();
    std::vector<Number> sums(numbers.size(), Number{0});
    for (const auto& other : given) {
      std::ranges::transform(sums, other, sums.begin(), std::plus{});
    }
    all_here_.arrive_and_wait();
    std::ranges::copy(sums, numbers.begin());
    all_here_.arrive_and_wait();
  }

  std::barrier<> all_here_{Size};
  std::array<std::span<float>, Size> floats_;
  std::array<std::span<double>, Size> doubles_;
};

std::vector<float> numbers_after(const Network& network, const Examples& examples, const TrainOptions& options) {
  Trainer trainer(network, examples, options);
  while (!trainer.is_done()) {
    trainer.step();
  }
  return trainer.state().numbers;
}

}  // namespace

TEST_CASE("two layers learn XOR, which one cannot") {
  const Examples examples = xor_examples();
  const Network one = perceptron(2, 0, 2);
  const Network two = perceptron(2, 4, 2);
  CHECK(accuracy(train({.network = one, .train = examples, .options = options_of(300, 4, 0.05)})) <= 0.75);
  CHECK(accuracy(train({.network = two, .train = examples, .options = options_of(300, 4, 0.05)})) == 1.0);
}

TEST_CASE("plain gradient descent tells a separable set apart") {
  const Examples examples = separable(3, 100);
  const Network network = perceptron(2, 0, 2);
  TrainOptions options = options_of(100, 10, 0.5);
  options.optimizer.kind = OptimizerOptions::Kind::Sgd;
  options.optimizer.momentum = 0.0;
  CHECK(accuracy(train({.network = network, .train = examples, .options = options})) == 1.0);
}

TEST_CASE("the same seed gives the same bits on any number of threads, another seed others") {
  const Examples examples = separable(5, 70);
  const Network network = perceptron(2, 6, 2);
  TrainOptions options = options_of(3, 16, 0.01);
  options.task.part = 5;
  const std::vector<float> one = numbers_after(network, examples, options);
  options.task.threads = 3;
  CHECK(numbers_after(network, examples, options) == one);
  options.seed = 2;
  CHECK(numbers_after(network, examples, options) != one);
}

TEST_CASE("the parts of a batch change the gradient by rounding alone") {
  const Examples examples = separable(7, 24);
  const Network network = perceptron(2, 6, 2);
  std::vector<std::vector<float>> gradients;
  for (const std::int64_t part : {24, 7, 1}) {
    TrainOptions options = options_of(1, 24, 0.01);
    options.task.part = part;
    Trainer trainer(network, examples, options);
    trainer.step();
    gradients.emplace_back(trainer.gradients().begin(), trainer.gradients().end());
  }
  for (const auto& gradient : gradients) {
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      CHECK(std::abs(gradient[i] - gradients.front()[i]) <= 1e-6F);
    }
  }
}

TEST_CASE("the loss of a batch is the mean of its samples' losses") {
  const Examples examples = separable(9, 10);
  const Network network = perceptron(2, 3, 2);
  Trainer trainer(network, examples, options_of(1, 10, 1e-9));
  double sum = 0.0;
  for (std::size_t i = 0; i < examples.count; ++i) {
    const std::vector<std::size_t> one{i};
    sum += trainer.measure(chosen(examples, one)).loss;
  }
  trainer.step();
  CHECK(trainer.rows().front().loss == doctest::Approx(sum / 10.0));
}

TEST_CASE("a mask keeps pruned weights at 0 while the others are learned") {
  const Examples examples = separable(11, 40);
  const Network network = perceptron(2, 4, 2);
  TrainOptions options = options_of(5, 8, 0.05);
  options.optimizer.weight_decay = 0.01;
  std::vector<bool> mask(8, true);
  mask[1] = mask[6] = false;
  options.rules["w1"] = masked(mask);
  Trainer trainer(network, examples, options);
  const Parameter& w1 = trainer.parameters().all.front();
  REQUIRE(w1.name == "w1");
  const float before = w1.of(std::span<const float>(trainer.state().numbers))[0];
  while (!trainer.is_done()) {
    trainer.step();
  }
  const TrainState state = trainer.state();
  const auto weights = w1.of(std::span<const float>(state.numbers));
  CHECK(weights[1] == 0.0F);
  CHECK(weights[6] == 0.0F);
  CHECK(weights[0] != before);
}

TEST_CASE("a rule's quantised weights are what the network computes with, and the gradient passes straight through") {
  const Examples examples = separable(13, 40);
  const Network network = perceptron(2, 0, 2);
  TrainOptions options = options_of(40, 8, 0.05);
  options.rules["w2"].use = [](std::span<const float> kept, std::span<float> used) {
    std::ranges::transform(kept, used.begin(), [](float w) { return w < 0.0F ? -1.0F : 1.0F; });
  };
  Trainer trainer(network, examples, options);
  while (!trainer.is_done()) {
    trainer.step();
  }
  const Parameter& w2 = trainer.parameters().all.front();
  for (const float w : w2.of(trainer.used_numbers())) {
    CHECK(std::abs(w) == 1.0F);
  }
  CHECK(trainer.rows().back().accuracy > 0.85);  // the line x = y − 0.2 has slopes of ±1
}

TEST_CASE("clipping bounds the norm of the gradient") {
  const Examples examples = separable(15, 20);
  const Network network = perceptron(2, 4, 2);
  TrainOptions options = options_of(1, 20, 0.01);
  options.clip_norm = 1e-3;
  Trainer trainer(network, examples, options);
  trainer.step();
  const auto gradient = trainer.gradients();
  CHECK(std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0F)) ==
        doctest::Approx(1e-3));
}

TEST_CASE("a student learns from a teacher's outputs alone") {
  const Examples examples = separable(17, 60);
  const Network network = perceptron(2, 0, 2);
  const TrainResult teacher = train({.network = network, .train = examples, .options = options_of(60, 10, 0.05)});
  Examples unlabelled = examples;
  std::ranges::fill(unlabelled.classes, 0);
  TrainOptions options = options_of(60, 10, 0.05);
  options.task.teacher = Teacher{.network = &teacher.network, .temperature = 2.0, .weight = 1.0};
  const TrainResult student = train({.network = network, .train = unlabelled, .options = options});
  Trainer judge(student.network, examples, options_of(1, 10, 0.1));
  CHECK(judge.measure(examples).right >= 58);
}

TEST_CASE("batch normalisation's running statistics reach those of the data") {
  NetworkBuilder builder("normalised");
  ValueId x = builder.input("x", {1, 2});
  const auto weight = [&](const char* name) { return builder.weight(name, {2}); };
  x = builder.add_one("bn", BatchNormalization{}, {x, weight("g"), weight("b"), weight("m"), weight("v")});
  x = builder.add_one("fc", FullyConnected{}, {x, builder.weight("w", {2, 2}), builder.weight("c", {2})});
  const Network network = builder.finish({x});
  const Examples examples = separable(19, 200);
  TrainOptions options = options_of(40, 100, 0.001);
  options.task.part = 100;
  const std::vector<float> numbers = numbers_after(network, examples, options);
  const ParameterList parameters = find_parameters(network);
  double mean = 0.0;
  for (std::size_t i = 0; i < 200; ++i) {
    mean += static_cast<double>(examples.inputs[2 * i]) / 200.0;
  }
  CHECK(std::abs(static_cast<double>(numbers[parameters.learned]) - mean) < 0.05);
}

TEST_CASE("processes that share batches learn what one learns, up to the order of sums, with a server or without") {
  const Examples examples = separable(23, 50);
  const Network network = perceptron(2, 4, 2);
  const TrainOptions options = options_of(4, 12, 0.01);  // the last batch has 2 samples, fewer than processes
  const std::vector<float> alone = numbers_after(network, examples, options);
  for (const bool has_server : {false, true}) {
    Meeting<3> meeting;
    std::array<std::vector<float>, 3> numbers;
    std::vector<std::thread> processes;
    for (std::size_t rank = 0; rank < 3; ++rank) {
      processes.emplace_back([&, rank] {
        Trainer trainer(network, examples, options, meeting.peers(rank, has_server));
        while (!trainer.is_done()) {
          trainer.step();
        }
        numbers[rank] = trainer.state().numbers;
      });
    }
    for (std::thread& process : processes) {
      process.join();
    }
    CHECK(numbers[1] == numbers[0]);
    CHECK(numbers[2] == numbers[0]);
    for (std::size_t i = 0; i < alone.size(); ++i) {
      CHECK(std::abs(alone[i] - numbers[0][i]) <= 1e-6F);
    }
  }
}

TEST_CASE("processes that share layers learn what one learns, up to the order of sums") {
  // Three processes share 4 and 2 cells, so that one has none of the last layer.
  const Examples examples = separable(23, 50);
  const Network network = perceptron(2, 4, 2);
  TrainOptions options = options_of(4, 12, 0.01);
  options.optimizer.weight_decay = 0.01;
  const std::vector<float> alone = numbers_after(network, examples, options);
  Meeting<3> meeting;
  std::array<std::vector<float>, 3> numbers;
  std::array<std::int64_t, 3> right{};
  std::vector<std::thread> processes;
  for (std::size_t rank = 0; rank < 3; ++rank) {
    processes.emplace_back([&, rank] {
      Peers peers = meeting.peers(rank, false);
      peers.shares_layers = true;
      Trainer trainer(network, examples, options, peers);
      while (!trainer.is_done()) {
        trainer.step();
      }
      right[rank] = trainer.measure(examples).right;
      numbers[rank] = trainer.state().numbers;
    });
  }
  for (std::thread& process : processes) {
    process.join();
  }
  for (std::size_t rank = 0; rank < 3; ++rank) {
    CHECK(numbers[rank] == numbers[0]);
    CHECK(right[rank] == right[0]);
  }
  for (std::size_t i = 0; i < alone.size(); ++i) {
    CHECK(std::abs(alone[i] - numbers[0][i]) <= 1e-6F);
  }
}

TEST_CASE("a training that diverges says so and what to change") {
  Examples examples = separable(21, 20);
  const Network network = perceptron(2, 0, 2);
  examples.inputs[7] = std::numeric_limits<float>::infinity();
  CHECK(input_fault([&] { train({.network = network, .train = examples, .options = options_of(1, 20, 0.1)}); }) ==
        "the training diverged: the loss is no number any more in epoch 1, step 1 of 1; use a lower --rate than 0.1, "
        "--clip or --warm-up");
}

TEST_CASE("examples that do not fit are refused") {
  const Network network = perceptron(2, 0, 2);
  const auto fault = [&](const Examples& examples) {
    return input_fault([&] { Trainer(network, examples, options_of(1, 1, 0.1)); });
  };
  Examples examples = xor_examples();
  examples.classes[2] = 2;
  CHECK(fault(examples) == "xor: sample 2 has the class 2, but the network has 2 scores, for classes 0 to 1");
  CHECK(fault({.name = "none", .shape = {2}}) == "none: has no samples; there is nothing to learn from");
  examples = xor_examples();
  examples.shape = {4};
  CHECK(fault(examples) == "network 'perceptron' takes samples of 2, those of 'xor' are 4");
}

TEST_CASE("a layer that cannot be trained is named") {
  NetworkBuilder builder("folded");
  ValueId x = builder.input("x", {1, 2});
  x = builder.add_one("fc", FullyConnected{}, {x, builder.weight("w", {2, 2})});
  x = builder.add_one("largest", Reduce{.kind = Reduce::Kind::Max, .axes = {1}}, {x});
  const Network network = builder.finish({x});
  const Examples examples{.name = "x", .shape = {2}, .inputs = {1, 2}, .classes = {0}, .count = 1};
  TrainOptions options = options_of(1, 1, 0.1);
  Trainer trainer(network, examples, options);
  CHECK(input_fault([&] { trainer.step(); }) ==
        "network 'folded': node 'largest' is of the kind 'maximum over axes', which has no backward pass; train a "
        "network without "
        "it (docs/training.md lists the kinds)");
}

}  // namespace pj
