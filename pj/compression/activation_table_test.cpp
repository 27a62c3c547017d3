#include "pj/compression/activation_table.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

constexpr Activation sigmoid{.kind = Activation::Kind::Sigmoid};

}  // namespace

TEST_CASE("equal chords of the sigmoid on [-8, 8] have the errors that calculus says") {
  // h²/8 · max |σ''| at the worst chord; recomputed from the definition.
  for (const auto& [segments, largest] : {std::pair{16, 0.01165}, std::pair{32, 0.00298}, std::pair{64, 0.00075}}) {
    CHECK(error_of(lines_for(sigmoid, {.segments = segments}), sigmoid).largest ==
          doctest::Approx(largest).epsilon(0.01));
  }
}

TEST_CASE("PLAN has its published errors") {
  const TableError error = error_of(lines_for(sigmoid, {.rule = ActivationTable::Rule::Plan}), sigmoid);
  CHECK(error.largest == doctest::Approx(0.0189).epsilon(0.01));  // Amin et al. 1997: 1.89 %, mean 0.59 %
  CHECK(error.mean == doctest::Approx(0.0059).epsilon(0.05));
}

TEST_CASE("the layers that look lines up compute what the lines say") {
  for_random_cases(60, [](Rng& rng) {
    const auto kinds = {Activation::Kind::Sigmoid, Activation::Kind::Tanh, Activation::Kind::Gelu,
                        Activation::Kind::Softplus};
    const Activation function{.kind = *(kinds.begin() + rng.between(0, 3))};
    const ActivationTable rule{.rule = static_cast<ActivationTable::Rule>(rng.between(0, 1)),
                               .segments = static_cast<int>(rng.between(1, 40)),
                               .low = -1.0 - 7.0 * rng.uniform(),
                               .high = 1.0 + 7.0 * rng.uniform()};
    NetworkBuilder builder("n");
    const ValueId y = builder.add_one("f", function, {builder.input("x", {1, 50})});
    NetworkEditor editor(builder.finish({y}));
    const LineTable lines = lines_for(function, rule);
    tabulate(editor, 0, lines);
    const Network changed = editor.finish();
    const auto input = bell(rng, 50, 5.0);
    const Constant operand = constant_of(NumberFormat::float32(), {1, 50}, std::span(input));
    const Constant* pointer = &operand;
    const auto found = real_numbers(run_plainly(changed, std::span(&pointer, 1)).front());
    for (std::size_t i = 0; i < input.size(); ++i) {
      CHECK(std::abs(found[i] - lines(input[i])) < 1e-4 * (1.0 + std::abs(found[i])));
    }
  });
}

TEST_CASE("more lines are nearer, and PLAN is no tanh") {
  double before = 1.0;
  for (const int segments : {4, 8, 16, 32, 64, 128}) {
    const double error = error_of(lines_for(sigmoid, {.segments = segments}), sigmoid).mean;
    CHECK(error < before);
    before = error;
  }
  CHECK_THROWS_WITH_AS(lines_for({.kind = Activation::Kind::Tanh}, {.rule = ActivationTable::Rule::Plan}),
                       "PLAN is a sigmoid and nothing else; use piecewise_linear", InputError);
  CHECK(!can_tabulate(Activation{}));
  CHECK(!can_tabulate(Softmax{}));
}

}  // namespace pj
