#include "pj/training/optimizer.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/fault.hpp"

namespace pj {

namespace {

/// Two weights and a bias.
ParameterList two_weights_and_a_bias() {
  ParameterList list{.learned = 3, .size = 3};
  list.all.push_back({.name = "w", .part = Parameter::Part::Weight, .shape = {1, 2}, .first = 0, .size = 2});
  list.all.push_back({.name = "b", .part = Parameter::Part::Bias, .shape = {1}, .first = 2, .size = 1});
  return list;
}

}  // namespace

TEST_CASE("two steps of SGD with momentum and decay are those of the formula, and biases do not decay") {
  const ParameterList parameters = two_weights_and_a_bias();
  Optimizer optimizer({.kind = OptimizerOptions::Kind::Sgd, .momentum = 0.5, .weight_decay = 0.1}, parameters);
  std::vector<float> numbers{1.0F, -2.0F, 3.0F};
  const std::vector<float> gradients{0.5F, 1.0F, -1.0F};
  double w = 1.0;
  double v = 0.0;
  double b = 3.0;
  double u = 0.0;
  for (int step = 0; step < 2; ++step) {
    optimizer.step(0.2, gradients, numbers);
    v = 0.5 * v + 0.5 + 0.1 * w;
    w -= 0.2 * v;
    u = 0.5 * u - 1.0;
    b -= 0.2 * u;
  }
  CHECK(numbers[0] == doctest::Approx(w));
  CHECK(numbers[2] == doctest::Approx(b));
}

TEST_CASE("two steps of Adam are those of its algorithm") {
  const ParameterList parameters = two_weights_and_a_bias();
  Optimizer optimizer({.kind = OptimizerOptions::Kind::Adam, .weight_decay = 0.1}, parameters);
  std::vector<float> numbers{1.0F, -2.0F, 3.0F};
  double w = 1.0;
  double m = 0.0;
  double v = 0.0;
  for (int t = 1; t <= 2; ++t) {
    const double g = t == 1 ? 0.5 : -0.25;
    optimizer.step(0.01, std::vector<float>{static_cast<float>(g), 0.0F, 0.0F}, numbers);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.01 * ((m / (1.0 - std::pow(0.9, t))) / (std::sqrt(v / (1.0 - std::pow(0.999, t))) + 1e-8) + 0.1 * w);
  }
  CHECK(numbers[0] == doctest::Approx(w));
  CHECK(numbers[2] == 3.0F);
}

TEST_CASE("rates follow their schedule") {
  CHECK(rate_share({}, 3.0, 10.0, 0.1) == 1.0);
  const RateSchedule step = parse_schedule("step:2:0.5");
  CHECK(rate_share(step, 1.9, 10.0, 0.1) == 1.0);
  CHECK(rate_share(step, 4.0, 10.0, 0.1) == 0.25);
  const RateSchedule cosine = parse_schedule("cosine");
  CHECK(rate_share(cosine, 0.0, 10.0, 0.1) == 1.0);
  CHECK(rate_share(cosine, 5.0, 10.0, 0.1) == doctest::Approx(0.5));
  CHECK(rate_share({.warm_up = 2.0}, 0.0, 10.0, 0.5) == 0.25);
  CHECK(rate_share({.warm_up = 2.0}, 1.5, 10.0, 0.5) == 1.0);
}

TEST_CASE("schedules are read as they are written, and others refused") {
  for (const char* text : {"constant", "cosine", "step:2:0.5"}) {
    CHECK(to_string(parse_schedule(text)) == text);
  }
  CHECK(input_fault([] { parse_schedule("linear"); }) ==
        "unknown schedule 'linear'; write constant, cosine, step or step:EPOCHS:FACTOR");
  CHECK(input_fault([] { parse_schedule("step:0:2"); }) ==
        "schedule 'step:0:2': the epochs must be more than 0, the factor above 0 and at most 1");
}

}  // namespace pj
