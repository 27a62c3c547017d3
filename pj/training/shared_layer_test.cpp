#include "pj/training/shared_layer.hpp"

#include <doctest/doctest.h>

#include <barrier>
#include <cmath>
#include <thread>

#include "pj/base/random.hpp"
#include "pj/training/tape.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

const NumberFormat wide = NumberFormat::floating(64, 11);

/// A convolution and a fully connected layer of random sizes behind each other, with biases or without.
Network random_pair(Rng& rng) {
  NetworkBuilder builder("pair");
  const std::int64_t M = rng.between(1, 5);
  const bool has_bias = rng.chance(0.5);
  ValueId x = builder.input("x", {2, 2, 5, 4}, wide);
  std::vector<ValueId> operands{x, builder.weight("w1", {M, 2, 3, 2}, wide)};
  if (has_bias) {
    operands.push_back(builder.weight("b1", {M}, wide));
  }
  x = builder.add_one("conv", Convolution{.stride = {1, 2}, .pad_begin = {1, 0}, .pad_end = {1, 0}}, operands);
  x = builder.add_one("tanh", Activation{Activation::Kind::Tanh}, {x});
  const std::int64_t features = element_count(builder.value(x).shape) / 2;
  const std::int64_t outputs = rng.between(1, 4);
  operands = {x, builder.weight("w2", {outputs, features}, wide)};
  if (has_bias) {
    operands.push_back(builder.weight("b2", {outputs}, wide));
  }
  return builder.finish({builder.add_one("fc", FullyConnected{}, operands)});
}

struct TapeRun {
  std::vector<double> outputs, gradients, input_gradients;
};

/// Forward and backward from ones at the end.
TapeRun run_tape(const Network& network, const ParameterList& parameters, const std::vector<double>& inputs,
                 std::vector<double> numbers, const LayerShare<double>* share) {
  TapeRun run;
  run.gradients.resize(numbers.size());
  Tape<double> tape({network, parameters, numbers, run.gradients, network.outputs.front(), true, share});
  std::ranges::copy(inputs, tape.input(0).numbers.begin());
  tape.forward({});
  std::ranges::fill(tape.end_gradient().numbers, 1.0);
  tape.backward({});
  run.outputs.assign(tape.end().numbers.begin(), tape.end().numbers.end());
  run.input_gradients.assign(tape.input_gradient(0).numbers.begin(), tape.input_gradient(0).numbers.end());
  return run;
}

std::vector<double> uniform(Rng& rng, std::size_t count) {
  std::vector<double> numbers(count);
  std::ranges::generate(numbers, [&] { return 2.0 * rng.uniform() - 1.0; });
  return numbers;
}

void check_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(std::abs(found[i] - wanted[i]) < 1e-12);
  }
}

constexpr std::size_t crowd = 3;

/// Threads in the place of processes, each with its share of the layers.
std::vector<TapeRun> run_shared(const Network& network, const ParameterList& parameters,
                                const std::vector<double>& inputs, const std::vector<double>& numbers) {
  std::barrier<> all_here(crowd);
  std::array<std::span<double>, crowd> given;
  std::vector<TapeRun> runs(crowd);
  std::vector<std::thread> threads;
  for (std::size_t rank = 0; rank < crowd; ++rank) {
    threads.emplace_back([&, rank] {
      const LayerShare<double> share{static_cast<std::int64_t>(rank), crowd, [&, rank](std::span<double> own) {
                                       given[rank] = own;
                                       all_here.arrive_and_wait();
                                       std::vector<double> sums(own.size());
                                       for (const auto& other : given) {
                                         std::ranges::transform(sums, other, sums.begin(), std::plus{});
                                       }
                                       all_here.arrive_and_wait();
                                       std::ranges::copy(sums, own.begin());
                                       all_here.arrive_and_wait();
                                     }};
      runs[rank] = run_tape(network, parameters, inputs, numbers, &share);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return runs;
}

}  // namespace

TEST_CASE("layers that processes share compute what one computes, forward and backward") {
  for_random_cases(60, [](Rng& rng) {
    const Network network = random_pair(rng);
    const ParameterList parameters = find_parameters(network);
    const std::vector<double> numbers = uniform(rng, parameters.size);
    const std::vector<double> inputs = uniform(rng, 80);
    const TapeRun alone = run_tape(network, parameters, inputs, numbers, nullptr);
    const std::vector<TapeRun> runs = run_shared(network, parameters, inputs, numbers);
    std::vector<double> gradients(parameters.size);
    for (std::size_t rank = 0; rank < crowd; ++rank) {
      check_near(runs[rank].outputs, alone.outputs);
      check_near(runs[rank].input_gradients, alone.input_gradients);
      const auto own = numbers_to_hand_on(network, parameters, static_cast<std::int64_t>(rank), crowd);
      for (std::size_t i = 0; i < gradients.size(); ++i) {
        CHECK((own[i] || runs[rank].gradients[i] == 0.0));
        gradients[i] += own[i] ? runs[rank].gradients[i] : 0.0;
      }
    }
    check_near(gradients, alone.gradients);
  });
}

TEST_CASE("channels are dealt out so that each process has as many as another, or one more") {
  CHECK(channels_of_process(7, 0, 3) == ChannelShare{0, 2});
  CHECK(channels_of_process(7, 1, 3) == ChannelShare{2, 2});
  CHECK(channels_of_process(7, 2, 3) == ChannelShare{4, 3});
  CHECK(channels_of_process(1, 0, 2) == ChannelShare{0, 0});
}

}  // namespace pj
