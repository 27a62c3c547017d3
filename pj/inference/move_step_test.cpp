#include <doctest/doctest.h>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/plan.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// A tensor of numbers that differ.
Constant counted(const Sizes& shape, const NumberFormat& format) {
  std::vector<double> numbers(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<double>(i % 100 + 1);
  }
  return tensor_of({shape, format}, numbers);
}

/// A random layer that only moves elements.
class RandomMove {
 public:
  explicit RandomMove(Rng& rng) : rng_(rng), builder_("moves") {
    const std::array formats{NumberFormat::float32(), NumberFormat::fixed(8), NumberFormat::fixed(16),
                             NumberFormat::fixed(64)};
    format_ = formats[static_cast<std::size_t>(rng.between(0, 3))];
    shape_ = {rng.between(1, 3), 4 * rng.between(1, 3), 2 * rng.between(1, 4), 2 * rng.between(1, 4)};
    x_ = builder_.input("x", shape_, format_);
  }

  Network finish() {
    const std::vector<ValueId> made = add();
    return builder_.finish(made);
  }

  const NumberFormat& format() const { return format_; }
  const Sizes& shape() const { return shape_; }

 private:
  std::vector<ValueId> add() {
    switch (rng_.between(0, 9)) {
      case 0:
        return {one(Transpose{random_order()})};
      case 1:
        return {one(Pad{static_cast<Pad::Mode>(rng_.between(0, 3)), {0, 1, 0, 1}, {0, 0, 1, 1}, 3.0F})};
      case 2:
        return {one(Slice{{1, -1}, {4, -100}, {1, 3}, {1, -1}})};
      case 3:
        return {one(Expand{Expand::Kind::Tile, {1, 2, 1, 3}})};
      case 4:
        return {one(DepthToSpace{.block = 2, .column_row_depth = rng_.chance(0.5), .inverse = rng_.chance(0.5)})};
      case 5:
        return builder_.add("move", Split{1, {1, shape_[1] - 1}}, {x_});
      case 6:
        return {builder_.add_one("move", Concat{3}, {x_, constant(counted(shape_, format_)), x_})};
      case 7:
        return {builder_.add_one("move", Gather{.axis = 1}, {x_, indices({2, 0, 0})})};
      case 8:
        return {one(Resize{.sizes = {shape_[0], shape_[1], rng_.between(1, 13), rng_.between(1, 13)}})};
      default: {
        const Sizes rows{1, shape_[1], shape_[2], shape_[3]};
        return {builder_.add_one("move", Scatter{},
                                 {x_, indices({shape_[0] - 1}, {1, 1}), constant(counted(rows, format_))})};
      }
    }
  }

  ValueId one(const Layer& layer) { return builder_.add_one("move", layer, {x_}); }

  Sizes random_order() {
    Sizes order{0, 1, 2, 3};
    for (std::size_t i = order.size(); i-- > 1;) {
      std::swap(order[i], order[static_cast<std::size_t>(rng_.between(0, static_cast<std::int64_t>(i)))]);
    }
    return order;
  }

  ValueId constant(Constant tensor) {
    return builder_.constant("c", std::make_shared<const Constant>(std::move(tensor)));
  }
  ValueId indices(const Sizes& numbers, const Sizes& shape) {
    return constant(tensor_of({shape, NumberFormat::fixed(64)}, numbers));
  }
  ValueId indices(const Sizes& numbers) { return indices(numbers, {std::ssize(numbers)}); }

  Rng& rng_;
  NetworkBuilder builder_;
  NumberFormat format_;
  Sizes shape_;
  ValueId x_ = no_value;
};

}  // namespace

TEST_CASE("layers that only move elements give what the plain executor gives, to the bit") {
  for_random_cases(200, [](Rng& rng) {
    RandomMove random(rng);
    const Network network = random.finish();
    const std::vector<Constant> inputs{counted(random.shape(), random.format())};
    const Plan plan(network, {.threads = static_cast<int>(rng.between(1, 2))});
    CHECK(plan.schedule().steps.front().step.algorithm == "moves");
    CHECK(plan.run(inputs) == Plan(network, {.by = PlanBy::Plain}).run(inputs));
  });
}

TEST_CASE("what moves by indices that are computed, or combines elements, is left to the plain executor") {
  NetworkBuilder builder("later");
  const ValueId x = builder.input("x", {4, 4});
  const ValueId i = builder.input("i", {2}, NumberFormat::fixed(64));
  const Network network = builder.finish({builder.add_one("gather", Gather{}, {x, i})});
  CHECK(Plan(network).schedule().steps.front().step.algorithm == "plain");
}

}  // namespace pj
