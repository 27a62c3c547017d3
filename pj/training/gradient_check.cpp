#include "pj/training/gradient_check.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/random.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/training/tape.hpp"

namespace pj {

namespace {

double norm(std::span<const double> numbers) {
  double squares = 0.0;
  for (const double number : numbers) {
    squares += number * number;
  }
  return std::sqrt(squares);
}

/// A network with random numbers, inputs and classes.
struct RandomStep {
  const Network& network;
  ParameterList parameters;
  std::vector<double> numbers, gradients;
  std::vector<std::vector<double>> inputs;
  std::vector<std::int64_t> classes;
  ValueId end;
  std::int64_t width;
  Tape<double> tape;
  static constexpr Moment moment{.training = true, .seed = 3};

  RandomStep(const Network& given, Loss loss, std::uint64_t seed)
      : network(given),
        parameters(find_parameters(given)),
        numbers(initial_numbers(given, parameters, Initializer::Xavier, seed)),
        gradients(numbers.size()),
        end(loss_operand(given, loss)),
        width(given.values[end].shape.back()),
        tape({network, parameters, numbers, gradients, end}) {
    Rng rng(seed);
    for (const ValueId id : network.inputs) {
      const bool is_index = is_whole(network.values[id].format);
      auto& input = inputs.emplace_back(static_cast<std::size_t>(element_count(network.values[id].shape)));
      std::ranges::generate(
          input, [&] { return is_index ? static_cast<double>(rng.between(0, 1)) : 2.0 * rng.uniform() - 1.0; });
    }
    classes.resize(static_cast<std::size_t>(element_count(network.values[end].shape) / width));
    std::ranges::generate(classes, [&] { return rng.between(0, width - 1); });
  }

  double loss(Loss kind) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::ranges::copy(inputs[i], tape.input(i).numbers.begin());
    }
    tape.forward(moment);
    std::ranges::fill(tape.end_gradient().numbers, 0.0);
    return add_loss<double>(kind, {tape.end().numbers, width}, {classes, {}}, 1.0, tape.end_gradient().numbers);
  }
  void learn(Loss kind) {
    loss(kind);
    tape.backward(moment);
  }
};

/// Central differences and gradients of some of a parameter's numbers.
double parameter_error(RandomStep& step, const Parameter& parameter, Loss loss, const std::vector<double>& gradients) {
  constexpr std::size_t most = 8;
  std::vector<double> both;
  std::vector<double> apart;
  for (std::size_t k = 0; k < std::min(most, parameter.size); ++k) {
    const std::size_t i = parameter.first + k * parameter.size / std::min(most, parameter.size);
    const double before = step.numbers[i];
    const auto difference = [&](double distance) {
      step.numbers[i] = before + distance;
      const double above = step.loss(loss);
      step.numbers[i] = before - distance;
      const double below = step.loss(loss);
      step.numbers[i] = before;
      return (above - below) / (2.0 * distance);
    };
    const double near = difference(1e-5);
    if (std::abs(near - difference(2e-5)) <= 1e-6 * (1.0 + std::abs(near))) {
      both.push_back(std::abs(near) + std::abs(gradients[i]));
      apart.push_back(near - gradients[i]);
    }
  }
  constexpr double rounding = 1e-5;  // of differences of losses around 1, over 2e-5
  return norm(apart) / std::max(norm(both), rounding);
}

}  // namespace

double gradient_error(const Network& network, Loss loss, std::uint64_t seed) {
  RandomStep step(network, loss, seed);
  step.learn(loss);
  const std::vector<double> gradients = step.gradients;
  double worst = 0.0;
  for (const Parameter& parameter : step.parameters.all) {
    if (parameter.role == Parameter::Role::Learned) {
      worst = std::max(worst, parameter_error(step, parameter, loss, gradients));
    }
  }
  return worst;
}

double gradient_ratio(const Network& network, std::uint64_t seed) {
  RandomStep step(network, Loss::CrossEntropy, seed);
  step.learn(Loss::CrossEntropy);
  std::vector<double> norms;
  for (const Parameter& parameter : step.parameters.all) {
    if (parameter.part == Parameter::Part::Weight) {
      norms.push_back(norm(parameter.of(std::span<const double>(step.gradients))));
    }
  }
  return norms.empty() ? 0.0 : norms.front() / norms.back();
}

double forward_difference(const Network& network, std::uint64_t seed) {
  RandomStep step(network, Loss::MeanSquares, seed);
  step.loss(Loss::MeanSquares);
  const std::vector<float> narrow(step.numbers.begin(), step.numbers.end());
  const Network whole = with_parameters(network, step.parameters, narrow);
  std::vector<Constant> inputs;
  std::vector<const Constant*> pointers;
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const Value& value = network.values[network.inputs[i]];
    inputs.push_back(constant_of(value.format, value.shape, std::span<const double>(step.inputs[i])));
  }
  for (const Constant& input : inputs) {
    pointers.push_back(&input);
  }
  const auto wanted = real_numbers(run_plainly(whole, pointers).front());
  double worst = 0.0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    worst = std::max(worst, std::abs(wanted[i] - step.tape.end().numbers[i]));
  }
  return worst;
}

}  // namespace pj
