#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/base/random.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/network.hpp"

namespace pj {

// Small networks with weights, for the tests of compression.

inline std::shared_ptr<const Constant> real_constant(const Sizes& shape, const std::vector<double>& numbers) {
  return std::make_shared<const Constant>(constant_of(NumberFormat::float32(), shape, std::span(numbers)));
}

/// Normally distributed numbers in float32 (Box and Muller 1958).
inline std::vector<double> bell(Rng& rng, std::int64_t count, double deviation = 1.0) {
  constexpr double whole_turn = 6.283185307179586;
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - rng.uniform()));
    numbers.push_back(static_cast<float>(deviation * radius * std::cos(whole_turn * rng.uniform())));
  }
  return numbers;
}

/// fc1 with the given rows of weights.
inline Network perceptron(const std::vector<std::vector<double>>& rows) {
  NetworkBuilder builder("perceptron");
  std::vector<double> numbers;
  for (const auto& row : rows) {
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  const auto inputs = static_cast<std::int64_t>(rows.front().size());
  const ValueId x = builder.input("x", {1, inputs});
  const ValueId w = builder.constant("w1", real_constant({std::ssize(rows), inputs}, numbers));
  return builder.finish({builder.add_one("fc1", FullyConnected{}, {x, w})});
}

/// fc1, relu, fc2 with biases and random weights.
inline Network random_perceptron(Rng& rng) {
  NetworkBuilder builder("perceptron");
  const Sizes sizes{rng.between(2, 20), rng.between(2, 20), rng.between(2, 10)};
  ValueId x = builder.input("x", {1, sizes[0]});
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const std::string number = std::to_string(i);
    const ValueId w =
        builder.constant("w" + number, real_constant({sizes[i], sizes[i - 1]}, bell(rng, sizes[i] * sizes[i - 1])));
    const ValueId b = builder.constant("b" + number, real_constant({sizes[i]}, bell(rng, sizes[i])));
    x = builder.add_one("fc" + number, FullyConnected{}, {x, w, b});
    x = i == 1 ? builder.add_one("relu", Activation{}, {x}) : x;
  }
  return builder.finish({x});
}

/// conv1 (3×3), relu, depthwise conv2, batch normalisation, an addition around conv3 (1×1), flatten, fc.
inline Network random_convnet(Rng& rng) {
  NetworkBuilder builder("convnet");
  const std::int64_t c = rng.between(2, 6);
  const auto weight = [&](const std::string& name, const Sizes& shape) {
    return builder.constant(name, real_constant(shape, bell(rng, element_count(shape), 0.5)));
  };
  ValueId x = builder.input("x", {1, 2, 6, 6});
  x = builder.add_one("conv1", Convolution{.pad_begin = {1, 1}, .pad_end = {1, 1}},
                      {x, weight("w1", {c, 2, 3, 3}), weight("b1", {c})});
  x = builder.add_one("relu", Activation{}, {x});
  x = builder.add_one("conv2", Convolution{.pad_begin = {1, 1}, .pad_end = {1, 1}, .groups = c},
                      {x, weight("w2", {c, 1, 3, 3})});
  const std::vector<double> ones(static_cast<std::size_t>(c), 1.5);
  x = builder.add_one("norm", BatchNormalization{},
                      {x, weight("gamma", {c}), weight("beta", {c}), weight("mean", {c}),
                       builder.constant("variance", real_constant({c}, ones))});
  const ValueId y = builder.add_one("conv3", Convolution{}, {x, weight("w3", {c, c, 1, 1})});
  x = builder.add_one("add", Elementwise{}, {x, y});
  x = builder.add_one("pool", Pooling{.kernel = {2, 2}, .stride = {2, 2}}, {x});
  x = builder.add_one("flat", Reshape{{1, -1}}, {x});
  x = builder.add_one("fc", FullyConnected{}, {x, weight("w4", {5, c * 9}), weight("b4", {5})});
  return builder.finish({x});
}

inline std::size_t node_index(const Network& network, const std::string& name) {
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (network.nodes[i].name == name) {
      return i;
    }
  }
  throw InputError("no node '" + name + "'");
}

}  // namespace pj
