// Steps on planar tensors, each a network of one layer, against the plain executor.

#include <doctest/doctest.h>

#include <array>

#include "pj/inference/plan.hpp"
#include "pj/inference/random_weights.hpp"
#include "tests/support/plan_twin.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Sizes random_sizes(Rng& rng, std::int64_t least_rank, std::int64_t most_rank) {
  Sizes shape(static_cast<std::size_t>(rng.between(least_rank, most_rank)));
  std::ranges::generate(shape, [&] { return rng.chance(0.2) ? 1 : rng.between(1, 9); });
  if (!shape.empty() && rng.chance(0.1)) {
    shape.back() = rng.between(1, 6000);
  }
  return shape;
}

/// A shape that stretches to this one: axes of 1, fewer axes, or the same.
Sizes stretching_to(Rng& rng, const Sizes& shape) {
  Sizes other(shape.begin() + (rng.chance(0.3) ? rng.between(0, std::ssize(shape)) : 0), shape.end());
  for (std::int64_t& size : other) {
    size = rng.chance(0.3) ? 1 : size;
  }
  return other;
}

/// Holds the plan of a network to the plain executor, on one thread and on three, and its last step to be none of it.
void check_steps(const Network& network, double bound) {
  const auto inputs = random_inputs(network, 5);
  const auto expected = run_twin(network, inputs);
  const Plan plan(network);
  for (const PlannedStep& planned : plan.schedule().steps) {
    CHECK(planned.step.algorithm != "plain");
  }
  const auto found = plan.run(inputs);
  CHECK(distance(found, expected) <= bound);
  CHECK(plan.run(inputs) == found);
  CHECK(Plan(network, {.threads = 3}).run(inputs) == found);
}

ValueId operand(NetworkBuilder& builder, Rng& rng, const char* name, const Sizes& shape) {
  return rng.chance(0.4) ? builder.weight(name, shape) : builder.input(name, shape);
}

}  // namespace

TEST_CASE("what combines two tensors gives what the plain executor gives, however they are stretched") {
  for_random_cases(400, [](Rng& rng) {
    using enum Elementwise::Kind;
    const std::array kinds{Add, Sub, Mul, Div, Pow, Min, Max};
    NetworkBuilder builder("elementwise");
    const Sizes shape = random_sizes(rng, 0, 5);
    const ValueId a = builder.input("a", rng.chance(0.8) ? shape : stretching_to(rng, shape));
    const ValueId b = operand(builder, rng, "b", stretching_to(rng, shape));
    Layer layer = Elementwise{kinds[static_cast<std::size_t>(rng.between(0, std::ssize(kinds) - 1))]};
    if (rng.chance(0.15) && builder.value(a).shape == shape) {
      layer = Activation{.kind = Activation::Kind::PRelu};
    }
    const bool is_first = std::holds_alternative<Activation>(layer) || rng.chance(0.6);
    const ValueId y = builder.add_one("y", layer, is_first ? std::vector{a, b} : std::vector{b, a});
    check_steps(with_random_weights(builder.finish({y})), 1e-6);
  });
}

TEST_CASE("powers with constant exponents give what the plain executor gives") {
  for (const float exponent : {2.0F, 0.5F, -1.0F, 3.0F}) {
    NetworkBuilder builder("power");
    const std::vector<double> numbers{static_cast<double>(exponent)};
    const ValueId e =
        builder.constant("e", std::make_shared<const Constant>(constant_of(NumberFormat::float32(), {}, numbers)));
    const ValueId x = builder.input("x", {7});
    const Network network = builder.finish({builder.add_one("y", Elementwise{Elementwise::Kind::Pow}, {x, e})});
    const std::vector<double> inputs{0.0, -0.0, 4.0, 0.25, INFINITY, -INFINITY, -3.0};
    const std::vector tensors{constant_of(NumberFormat::float32(), {7}, inputs)};
    CHECK(distance(Plan(network).run(tensors), run_twin(network, tensors)) <= 1e-7);
  }
}

TEST_CASE("functions of one number give what the plain executor gives, whatever the layout") {
  for_random_cases(300, [](Rng& rng) {
    const auto kind = static_cast<Activation::Kind>(rng.between(1, static_cast<int>(Activation::Kind::Atanh)));
    using enum Activation::Kind;
    if (kind == PRelu || kind == Not || kind == IsNan || kind == IsInf) {
      return;
    }
    NetworkBuilder builder("function");
    ValueId x = builder.input("x", rng.chance(0.5) ? Sizes{1, 16 * rng.between(1, 2), 4, 5} : random_sizes(rng, 4, 4));
    const bool is_blocked = rng.chance(0.5);
    if (is_blocked) {  // a layer that leaves its maps in blocks
      x = builder.add_one("pool", Pooling{.kind = Pooling::Kind::Average, .kernel = {1, 1}}, {x});
    }
    x = builder.add_one("y", Activation{.kind = kind, .alpha = 0.3F, .beta = 0.6F}, {x});
    x = is_blocked && rng.chance(0.5) ? builder.add_one("z", Elementwise{Elementwise::Kind::Mul}, {x, x}) : x;
    check_steps(builder.finish({x}), 1e-6);
  });
}

TEST_CASE("products of matrices of any rank give what the plain executor gives") {
  for_random_cases(300, [](Rng& rng) {
    MatMul layer{.transpose_a = rng.chance(0.3), .transpose_b = rng.chance(0.3)};
    const std::int64_t M = rng.chance(0.2) ? 1 : rng.between(1, 150);
    const std::int64_t K = rng.between(1, 40);
    const std::int64_t N = rng.chance(0.2) ? 1 : rng.between(1, 40);
    const Sizes batch = rng.chance(0.4) ? Sizes{} : Sizes{rng.between(1, 3), rng.between(1, 3)};
    Sizes a = rng.chance(0.5) ? batch : stretching_to(rng, batch);
    Sizes b = rng.chance(0.5) ? batch : stretching_to(rng, batch);
    const auto append = [](Sizes& shape, std::int64_t rows, std::int64_t columns, bool transpose) {
      shape.push_back(transpose ? columns : rows);
      shape.push_back(transpose ? rows : columns);
    };
    append(a, M, K, layer.transpose_a);
    append(b, K, N, layer.transpose_b);
    if (a.size() == 2 && rng.chance(0.2)) {
      a = {K};
      layer.transpose_a = false;
    }
    if (b.size() == 2 && rng.chance(0.2)) {
      b = {K};
      layer.transpose_b = false;
    }
    NetworkBuilder builder("product");
    const ValueId x = builder.input("x", a);
    const ValueId y = builder.add_one("y", layer, {x, operand(builder, rng, "w", b)});
    check_steps(with_random_weights(builder.finish({y})), 1e-5);
  });
}

TEST_CASE("softmax and its logarithm along any axis give what the plain executor gives") {
  for_random_cases(200, [](Rng& rng) {
    NetworkBuilder builder("softmax");
    const Sizes shape = random_sizes(rng, 1, 4);
    const Softmax layer{
        .axis = rng.between(0, std::ssize(shape) - 1), .logarithm = rng.chance(0.5), .flatten = rng.chance(0.2)};
    check_steps(builder.finish({builder.add_one("y", layer, {builder.input("x", shape)})}), 1e-6);
  });
}

TEST_CASE("sums, means, norms and bounds over axes beside each other give what the plain executor gives") {
  for_random_cases(300, [](Rng& rng) {
    using enum Reduce::Kind;
    const std::array kinds{Sum, Mean, Max, Min, L1, L2, SumSquare};
    NetworkBuilder builder("reduction");
    const Sizes shape = random_sizes(rng, 1, 5);
    Reduce layer{.kind = kinds[static_cast<std::size_t>(rng.between(0, std::ssize(kinds) - 1))],
                 .keep_axes = rng.chance(0.5)};
    const std::int64_t first = rng.between(0, std::ssize(shape) - 1);
    for (std::int64_t axis = first; axis <= rng.between(first, std::ssize(shape) - 1) && rng.chance(0.9); ++axis) {
      layer.axes.push_back(axis);
    }
    check_steps(builder.finish({builder.add_one("y", layer, {builder.input("x", shape)})}), 1e-6);
  });
}

TEST_CASE("transposed convolutions, with the scales behind them, give what the plain executor gives") {
  for_random_cases(300, [](Rng& rng) {
    const bool is_flat = rng.chance(0.3);
    const auto axes = [&](std::int64_t least, std::int64_t most) {
      Sizes sizes{rng.between(least, most)};
      return is_flat ? sizes : Sizes{sizes[0], rng.between(least, most)};
    };
    Convolution conv{.groups = rng.chance(0.3) ? rng.between(1, 3) : 1, .transposed = true};
    const std::int64_t C = conv.groups * rng.between(1, 6);
    const std::int64_t M = rng.between(1, 6);
    const Sizes kernel = axes(1, 4);
    conv.stride = axes(1, 3);
    conv.dilation = axes(1, 2);
    conv.pad_begin = axes(0, 1);
    conv.pad_end = axes(0, 1);
    Sizes shape{rng.between(1, 2), C};
    Sizes filter{C, M};
    for (std::size_t i = 0; i < kernel.size(); ++i) {
      shape.push_back(rng.between(3, 9));
      filter.push_back(kernel[i]);
      conv.output_padding.push_back(rng.between(0, conv.stride[i] - 1));
    }
    NetworkBuilder builder("transposed");
    std::vector<ValueId> operands{builder.input("x", shape), builder.weight("w", filter)};
    if (rng.chance(0.5)) {
      operands.push_back(builder.weight("b", {M * conv.groups}));
    }
    ValueId y = builder.add_one("up", conv, operands);
    if (rng.chance(0.5)) {
      const ValueId factors =
          builder.weight("factors", is_flat ? Sizes{M * conv.groups, 1} : Sizes{M * conv.groups, 1, 1});
      y = builder.add_one("scale", Elementwise{Elementwise::Kind::Mul}, {y, factors});
    }
    check_steps(with_random_weights(builder.finish({y})), 1e-5);
  });
}

}  // namespace pj
