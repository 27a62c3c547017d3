#include "pj/training/gradient_check.hpp"

#include <doctest/doctest.h>

namespace pj {

namespace {

/// Two layers with a function between them.
Network two_layers(Activation function) {
  NetworkBuilder builder("two");
  ValueId x = builder.input("x", {3, 4});
  x = builder.add_one("fc1", FullyConnected{}, {x, builder.weight("w1", {5, 4}), builder.weight("b1", {5})});
  x = builder.add_one("f", function, {x});
  x = builder.add_one("fc2", FullyConnected{}, {x, builder.weight("w2", {3, 5}), builder.weight("b2", {3})});
  return builder.finish({x});
}

}  // namespace

TEST_CASE("a right gradient has no error, and one that passes straight through a step has a large one") {
  CHECK(gradient_error(two_layers({Activation::Kind::Tanh}), Loss::CrossEntropy, 1) < 1e-7);
  CHECK(gradient_error(two_layers({Activation::Kind::Round}), Loss::CrossEntropy, 1) > 0.1);
}

TEST_CASE("a tape's forward pass differs from the plain execution by the rounding of float32") {
  const double difference = forward_difference(two_layers({Activation::Kind::Tanh}), 1);
  CHECK(difference > 0.0);
  CHECK(difference < 1e-6);
}

TEST_CASE("a function that flattens the gradient makes the first layer's small") {
  CHECK(gradient_ratio(two_layers({Activation::Kind::Sigmoid}), 1) <
        gradient_ratio(two_layers({Activation::Kind::Identity}), 1));
}

}  // namespace pj
