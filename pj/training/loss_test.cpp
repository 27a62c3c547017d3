#include "pj/training/loss.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

std::vector<double> random_numbers(Rng& rng, std::size_t count, double low, double high) {
  std::vector<double> numbers(count);
  std::ranges::generate(numbers, [&] { return low + (high - low) * rng.uniform(); });
  return numbers;
}

/// The gradient of a loss against central differences.
void check_loss_gradient(std::vector<double> outputs,
                         const std::function<double(std::span<const double>, std::span<double>)>& loss) {
  std::vector<double> gradient(outputs.size(), 0.0);
  loss(outputs, gradient);
  std::vector<double> unused(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    constexpr double step = 1e-5;
    const double before = outputs[i];
    outputs[i] = before + step;
    const double above = loss(outputs, unused);
    outputs[i] = before - step;
    const double below = loss(outputs, unused);
    outputs[i] = before;
    const double wanted = (above - below) / (2.0 * step);
    CHECK(std::abs(gradient[i] - wanted) <= 1e-6 * (1.0 + std::abs(wanted)));
  }
}

}  // namespace

TEST_CASE("the gradient of every loss equals finite differences") {
  for_random_cases(40, [](Rng& rng) {
    const std::int64_t width = rng.between(1, 5);
    const auto rows = static_cast<std::size_t>(rng.between(1, 3));
    const std::size_t size = rows * static_cast<std::size_t>(width);
    std::vector<std::int64_t> classes(rows);
    std::ranges::generate(classes, [&] { return rng.between(0, width - 1); });
    const std::vector<double> numbers = random_numbers(rng, size, 0.05, 1.0);
    for (const Loss loss : {Loss::CrossEntropy, Loss::MeanSquares, Loss::BinaryCrossEntropy, Loss::KullbackLeibler}) {
      CAPTURE(to_string(loss));
      for (const Targets<double>& targets : {Targets<double>{classes, {}}, Targets<double>{{}, numbers}}) {
        check_loss_gradient(random_numbers(rng, size, -3.0, 3.0), [&](auto outputs, auto gradient) {
          return add_loss<double>(loss, {outputs, width}, targets, 1.0, gradient);
        });
      }
    }
    check_loss_gradient(random_numbers(rng, size, -3.0, 3.0), [&](auto outputs, auto gradient) {
      return add_distillation<double>({outputs, width}, numbers, 3.0, 1.0, gradient);
    });
  });
}

TEST_CASE("losses have the values of their formulas") {
  const std::vector<double> outputs{1.0, 2.0};
  const std::vector<std::int64_t> classes{1};
  const std::vector<double> numbers{0.25, 0.75};
  std::vector<double> gradient(2, 0.0);
  const LossRows<double> rows{outputs, 2};
  const double p = 1.0 / (1.0 + std::exp(-1.0));  // softmax of the second
  CHECK(add_loss<double>(Loss::CrossEntropy, rows, {classes, {}}, 1.0, gradient) == doctest::Approx(-std::log(p)));
  CHECK(add_loss<double>(Loss::MeanSquares, rows, {{}, numbers}, 1.0, gradient) ==
        doctest::Approx((0.75 * 0.75 + 1.25 * 1.25) / 2.0));
  CHECK(add_loss<double>(Loss::KullbackLeibler, rows, {{}, numbers}, 1.0, gradient) ==
        doctest::Approx(0.25 * std::log(0.25 / (1.0 - p)) + 0.75 * std::log(0.75 / p)));
  CHECK(add_distillation<double>(rows, outputs, 4.0, 1.0, gradient) == doctest::Approx(0.0));
}

TEST_CASE("losses of huge outputs are numbers") {
  const std::vector<float> outputs{1e30F, -1e30F};
  const std::vector<std::int64_t> classes{0};
  std::vector<float> gradient(2, 0.0F);
  for (const Loss loss : {Loss::CrossEntropy, Loss::KullbackLeibler}) {
    CHECK(add_loss<float>(loss, {outputs, 2}, {classes, {}}, 1.0, gradient) == doctest::Approx(0.0));
  }
  CHECK(std::isfinite(gradient[0]));
}

TEST_CASE("a loss is applied before the softmax or sigmoid that it contains") {
  NetworkBuilder builder("n");
  const ValueId scores = builder.input("scores", {1, 3});
  const ValueId softmax = builder.add_one("softmax", Softmax{}, {scores});
  const Network network = builder.finish({softmax});
  CHECK(loss_operand(network, Loss::CrossEntropy) == scores);
  CHECK(loss_operand(network, Loss::MeanSquares) == softmax);
}

TEST_CASE("an unknown loss is refused with those that are known") {
  CHECK(parse_loss("mse") == Loss::MeanSquares);
  CHECK(input_fault([] { parse_loss("mze"); }) == "unknown loss 'mze'; did you mean 'mse'?");
}

}  // namespace pj
