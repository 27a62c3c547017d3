#include "pj/training/tape.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

const NumberFormat float64 = NumberFormat::floating(64, 11);

double spread(Rng& rng) {
  return 2.0 * rng.uniform() - 1.0;
}

/// A network in float64, its parameters and inputs random, and a random direction at its output.
struct Case {
  Network network;
  ParameterList parameters;
  std::vector<double> numbers, gradients;
  std::vector<std::vector<double>> inputs;
  std::vector<double> direction;

  Case(Network made, Rng& rng) : network(std::move(made)), parameters(find_parameters(network)) {
    numbers = initial_numbers(network, parameters, Initializer::Xavier, static_cast<std::uint64_t>(rng.between(1, 99)));
    for (const Parameter& parameter : parameters.all) {
      for (double& number : parameter.of(std::span(numbers))) {
        number = parameter.part == Parameter::Part::Variance ? 0.5 + rng.uniform() : 0.8 * spread(rng);
      }
    }
    gradients.resize(numbers.size());
    for (const ValueId id : network.inputs) {
      auto& input = inputs.emplace_back(static_cast<std::size_t>(element_count(network.values[id].shape)));
      std::ranges::generate(input, [&] {
        return is_whole(network.values[id].format) ? static_cast<double>(rng.between(0, 4)) : spread(rng);
      });
    }
    direction.resize(static_cast<std::size_t>(element_count(network.values[network.outputs[0]].shape)));
    std::ranges::generate(direction, [&] { return spread(rng); });
  }

  TapeTask<double> task() { return {network, parameters, numbers, gradients, network.outputs[0], true}; }

  /// The output's part along the direction: the loss whose gradient is checked.
  double loss(Tape<double>& tape, const Moment& moment) const {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::ranges::copy(inputs[i], tape.input(i).numbers.begin());
    }
    tape.forward(moment);
    double sum = 0.0;
    for (std::size_t i = 0; i < direction.size(); ++i) {
      sum += direction[i] * tape.end().numbers[i];
    }
    return sum;
  }
};

/// Central differences (loss(x + h) − loss(x − h)) / 2h against the gradient, for some of the numbers. Where a kink
/// lies between (a rectifier's, a maximum's), the differences of two step sizes disagree, and nothing can be said.
void check_gradient(Case& test, Tape<double>& tape, const Moment& moment, std::span<double> numbers,
                    std::span<const double> gradient, Rng& rng) {
  for (int k = 0; k < 12 && !numbers.empty(); ++k) {
    const auto i = static_cast<std::size_t>(rng.between(0, std::ssize(numbers) - 1));
    const double before = numbers[i];
    const auto difference = [&](double step) {
      numbers[i] = before + step;
      const double above = test.loss(tape, moment);
      numbers[i] = before - step;
      const double below = test.loss(tape, moment);
      numbers[i] = before;
      return (above - below) / (2.0 * step);
    };
    const double wanted = difference(1e-5);
    if (std::abs(wanted - difference(2e-5)) > 1e-6 * (1.0 + std::abs(wanted))) {
      continue;
    }
    CAPTURE(i);
    CHECK(std::abs(gradient[i] - wanted) <= 1e-5 * std::max(1.0, std::abs(wanted)));
  }
}

void check_gradients(Network network, Rng& rng, bool training = false) {
  CAPTURE(network.name);
  Case test(std::move(network), rng);
  Tape<double> tape(test.task());
  const Moment moment{.training = training, .seed = 5};
  test.loss(tape, moment);
  std::ranges::copy(test.direction, tape.end_gradient().numbers.begin());
  tape.backward(moment);
  const std::vector<double> of_parameters = test.gradients;
  std::vector<std::vector<double>> of_inputs;
  for (std::size_t i = 0; i < test.inputs.size(); ++i) {
    const auto numbers = tape.input_gradient(i).numbers;
    of_inputs.emplace_back(numbers.begin(), numbers.end());
  }
  check_gradient(test, tape, moment, std::span(test.numbers).first(test.parameters.learned), of_parameters, rng);
  for (std::size_t i = 0; i < test.inputs.size(); ++i) {
    if (!is_whole(test.network.values[test.network.inputs[i]].format)) {
      check_gradient(test, tape, moment, test.inputs[i], of_inputs[i], rng);
    }
  }
}

/// The forward pass against pj/execution, which computes each layer plainly.
void check_forward(Network network, Rng& rng) {
  CAPTURE(network.name);
  Case test(std::move(network), rng);
  Tape<double> tape(test.task());
  test.loss(tape, {.training = false});
  for (const Parameter& parameter : test.parameters.all) {
    Value& value = test.network.values[parameter.value];
    value.data = std::make_shared<const Constant>(
        constant_of(value.format, value.shape, std::span<const double>(parameter.of(std::span(test.numbers)))));
  }
  std::vector<Constant> inputs;
  std::vector<const Constant*> pointers;
  for (std::size_t i = 0; i < test.inputs.size(); ++i) {
    const Value& value = test.network.values[test.network.inputs[i]];
    inputs.push_back(constant_of(value.format, value.shape, std::span<const double>(test.inputs[i])));
  }
  for (const Constant& input : inputs) {
    pointers.push_back(&input);
  }
  const auto wanted = real_numbers(run_plainly(test.network, pointers).front());
  REQUIRE(wanted.size() == tape.end().numbers.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    worst = std::max(worst, std::abs(wanted[i] - tape.end().numbers[i]));
  }
  CHECK(worst <= 1e-6);
}

/// A network of one layer over the given operands: shapes with a name that begins with `w` are weights.
struct Operand {
  std::string name;
  Sizes shape;
};

Network one_layer(const Layer& layer, const std::vector<Operand>& operands) {
  NetworkBuilder builder(kind_name(layer));
  std::vector<ValueId> ids;
  for (const auto& [name, shape] : operands) {
    if (name.empty()) {
      ids.push_back(no_value);
    } else if (name[0] == 'w') {
      ids.push_back(builder.weight(name, shape, float64));
    } else {
      ids.push_back(builder.input(name, shape, name[0] == 'i' ? NumberFormat::fixed(64) : float64));
    }
  }
  const auto outputs = builder.add("layer", layer, ids);
  return builder.finish({outputs.front()});
}

using MakeNetwork = std::function<Network(Rng&)>;

Network random_convolution(Rng& rng) {
  const std::int64_t groups = rng.chance(0.4) ? 2 : 1;
  const std::int64_t C = groups * rng.between(1, 2);
  const std::int64_t M = groups * rng.between(1, 3);
  const std::int64_t kernel = rng.between(1, 3);
  Convolution layer{.stride = {rng.between(1, 2), rng.between(1, 2)},
                    .dilation = {rng.between(1, 2), 1},
                    .pad_begin = {rng.between(0, 1), rng.between(0, 1)},
                    .pad_end = {rng.between(0, 1), rng.between(0, 1)},
                    .groups = groups};
  std::vector<Operand> operands{{"x", {2, C, 7, 6}}, {"w", {M, C / groups, kernel, kernel}}};
  if (rng.chance(0.7)) {
    operands.push_back({"wb", {M}});
  }
  return one_layer(layer, operands);
}

Network random_pooling(Rng& rng) {
  Pooling layer{.kind = rng.chance(0.5) ? Pooling::Kind::Max : Pooling::Kind::Average};
  if (rng.chance(0.8)) {
    layer.kernel = {rng.between(2, 3), rng.between(2, 3)};
    layer.stride = {rng.between(1, 3), rng.between(1, 3)};
    layer.dilation = {1, 1};
    layer.pad_begin = {rng.between(0, 1), rng.between(0, 1)};
    layer.pad_end = {rng.between(0, 1), rng.between(0, 1)};
    layer.ceil_mode = rng.chance(0.3);
    layer.count_padding = rng.chance(0.3);
  }
  return one_layer(layer, {{"x", {2, 2, 6, 7}}});
}

Network random_recurrent(Rng& rng) {
  Recurrent layer{.cell = static_cast<Recurrent::Cell>(rng.between(0, 2)),
                  .direction = static_cast<Recurrent::Direction>(rng.between(0, 2)),
                  .hidden = rng.between(1, 4),
                  .linear_before_reset = rng.chance(0.5),
                  .batch_first = rng.chance(0.5)};
  const std::int64_t D = direction_count(layer.direction);
  const std::int64_t G = gate_count(layer.cell) * layer.hidden;
  const Sizes state = layer.batch_first ? Sizes{2, D, layer.hidden} : Sizes{D, 2, layer.hidden};
  std::vector<Operand> operands{
      {"x", layer.batch_first ? Sizes{2, 5, 3} : Sizes{5, 2, 3}}, {"wx", {D, G, 3}}, {"wh", {D, G, layer.hidden}}};
  const bool has_states = rng.chance(0.5);
  operands.push_back(has_states || rng.chance(0.7) ? Operand{"wb", {D, 2 * G}} : Operand{});
  if (has_states) {
    operands.push_back({});
    operands.push_back({"x_h", state});
    if (layer.cell == Recurrent::Cell::Lstm) {
      operands.push_back({"x_c", state});
    }
  }
  return one_layer(layer, operands);
}

Network random_product(Rng& rng) {
  MatMul layer{.transpose_a = rng.chance(0.5), .transpose_b = rng.chance(0.5), .alpha = 0.5F, .beta = 2.0F};
  const auto matrix = [&](Sizes batch, std::int64_t rows, std::int64_t columns, bool transposed) {
    batch.push_back(transposed ? columns : rows);
    batch.push_back(transposed ? rows : columns);
    return batch;
  };
  const Sizes batch_a = rng.chance(0.5) ? Sizes{2} : rng.chance(0.5) ? Sizes{} : Sizes{2, 3};
  const Sizes batch_b = rng.chance(0.5) ? Sizes{} : rng.chance(0.5) ? Sizes{1} : Sizes{2, 1};
  std::vector<Operand> operands{{"x", matrix(batch_a, 3, 4, layer.transpose_a)},
                                {rng.chance(0.5) ? "w" : "x2", matrix(batch_b, 4, 2, layer.transpose_b)}};
  if (rng.chance(0.5)) {
    operands.push_back({"wb", {2}});
  }
  return one_layer(layer, operands);
}

Network random_elementwise(Rng& rng) {
  const std::vector<Elementwise::Kind> kinds{Elementwise::Kind::Add, Elementwise::Kind::Sub, Elementwise::Kind::Mul,
                                             Elementwise::Kind::Min, Elementwise::Kind::Max, Elementwise::Kind::Mean};
  const Elementwise layer{kinds[static_cast<std::size_t>(rng.between(0, std::ssize(kinds) - 1))]};
  const std::vector<Sizes> shapes{{2, 3, 4}, {3, 1}, {1, 3, 4}, {4}, {2, 1, 1}};
  const auto any = [&] { return shapes[static_cast<std::size_t>(rng.between(0, std::ssize(shapes) - 1))]; };
  return one_layer(layer, {{"x", any()}, {rng.chance(0.5) ? "w" : "x2", any()}});
}

Network random_activation(Rng& rng) {
  using Kind = Activation::Kind;
  const std::vector<Activation> layers{
      {Kind::Relu},       {Kind::LeakyRelu, 0.1F},
      {Kind::Elu, 1.0F},  {Kind::Selu, 1.67F, 1.05F},
      {Kind::Celu, 1.2F}, {Kind::ThresholdedRelu, 0.3F},
      {Kind::Sigmoid},    {Kind::HardSigmoid, 0.6F, 0.5F},
      {Kind::Tanh},       {Kind::HardSwish},
      {Kind::Swish},      {Kind::Mish},
      {Kind::Softplus},   {Kind::Softsign},
      {Kind::Gelu},       {Kind::Clip, -0.4F, 0.5F},
      {Kind::Abs},        {Kind::Neg},
      {Kind::Exp},        {Kind::Sin},
      {Kind::Cos},        {Kind::Identity},
  };
  return one_layer(layers[static_cast<std::size_t>(rng.between(0, std::ssize(layers) - 1))], {{"x", {2, 3, 2}}});
}

Network random_move(Rng& rng) {
  const std::vector<Network> networks{
      one_layer(Concat{1}, {{"x", {2, 1, 3}}, {"x2", {2, 2, 3}}}),
      one_layer(Split{1, {1, 3}}, {{"x", {2, 4}}}),
      one_layer(Slice{{1}, {4}, {1}, {2}}, {{"x", {2, 5}}}),
      one_layer(Pad{.begin = {0, 1, 0}, .end = {0, 2, -1}, .value = 0.5F}, {{"x", {2, 2, 3}}}),
      one_layer(Reshape{{0, -1}}, {{"x", {2, 2, 3}}}),
      one_layer(Transpose{{2, 0, 1}}, {{"x", {2, 2, 3}}}),
      one_layer(Expand{Expand::Kind::Broadcast, {2, 3, 3}}, {{"x", {2, 1, 3}}}),
      one_layer(DepthToSpace{}, {{"x", {2, 4, 2, 3}}}),
  };
  return networks[static_cast<std::size_t>(rng.between(0, std::ssize(networks) - 1))];
}

Network random_fold(Rng& rng) {
  const std::vector<Network> networks{
      one_layer(Softmax{.axis = rng.between(0, 2), .logarithm = rng.chance(0.5)}, {{"x", {2, 3, 4}}}),
      one_layer(Softmax{.axis = 1, .flatten = true}, {{"x", {2, 3, 4}}}),
      one_layer(Reduce{.axes = {rng.between(0, 2)}, .keep_axes = rng.chance(0.5)}, {{"x", {2, 3, 4}}}),
      one_layer(Reduce{.kind = Reduce::Kind::Sum}, {{"x", {2, 3, 4}}}),
      one_layer(Gather{}, {{"w", {5, 3}}, {"i", {2, 4}}}),
      one_layer(LocalResponseNormalization{.size = rng.between(1, 4), .alpha = 0.7F}, {{"x", {2, 5, 2, 2}}}),
      one_layer(Activation{Activation::Kind::PRelu}, {{"x", {2, 3, 2}}, {"w", {3, 1}}}),
      one_layer(FullyConnected{}, {{"x", {2, 3, 2}}, {"w", {4, 6}}, {"wb", {4}}}),
      one_layer(Elementwise{Elementwise::Kind::Add}, {{"x", {2, 3}}}),
  };
  return networks[static_cast<std::size_t>(rng.between(0, std::ssize(networks) - 1))];
}

Network batch_normalization(Rng& rng) {
  const Sizes shape = rng.chance(0.5) ? Sizes{4, 3, 2, 2} : Sizes{6, 3};
  return one_layer(BatchNormalization{}, {{"x", shape}, {"w1", {3}}, {"w2", {3}}, {"w3", {3}}, {"w4", {3}}});
}

const std::vector<MakeNetwork> all_kinds{random_convolution, random_pooling,     random_recurrent,
                                         random_product,     random_elementwise, random_activation,
                                         random_move,        random_fold,        batch_normalization};

}  // namespace

TEST_CASE("every backward pass equals finite differences") {
  for_random_cases(60, [](Rng& rng) {
    for (const MakeNetwork& make : all_kinds) {
      check_gradients(make(rng), rng);
    }
  });
}

TEST_CASE("so does batch normalisation by the samples, and dropout") {
  for_random_cases(60, [](Rng& rng) {
    check_gradients(batch_normalization(rng), rng, true);
    check_gradients(one_layer(Dropout{.ratio = 0.4F}, {{"x", {2, 3, 4}}}), rng, true);
  });
}

TEST_CASE("every forward pass equals the plain execution of its layer") {
  for_random_cases(60, [](Rng& rng) {
    for (const MakeNetwork& make : all_kinds) {
      check_forward(make(rng), rng);
    }
  });
}

}  // namespace pj
