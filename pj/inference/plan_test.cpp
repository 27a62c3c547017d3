#include "pj/inference/plan.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/memory.hpp"
#include "tests/support/tensors.hpp"

namespace pj {

namespace {

std::shared_ptr<const Constant> shared(const Sizes& shape, const std::vector<double>& numbers) {
  return std::make_shared<const Constant>(real_tensor(shape, numbers));
}

/// relu(x + (w + w)) of four numbers.
Network small_network(double w) {
  NetworkBuilder builder("small");
  const ValueId x = builder.input("x", {4});
  const ValueId weight = builder.constant("w", shared({4}, {w, w, w, w}));
  const ValueId doubled = builder.add_one("doubled", Elementwise{}, {weight, weight});
  const ValueId sum = builder.add_one("sum", Elementwise{}, {x, doubled});
  return builder.finish({builder.add_one("relu", Activation{}, {sum})});
}

}  // namespace

TEST_CASE("a plan computes what depends on constants once and gives what the plain executor gives") {
  const Network network = small_network(1.0);
  const Plan plan(network);
  CHECK(plan.network().nodes.size() == 2);
  const Constant input = real_tensor({4}, {-3, -2, 0, 1});
  const Constant* operand = &input;
  const auto found = plan.run(std::span(&input, 1));
  CHECK(found == run_plainly(network, std::span(&operand, 1)));
  CHECK(numbers_of<double>(found.front()) == std::vector<double>{0, 0, 2, 3});
}

TEST_CASE("the memory of a run is that of its weights and of the tensors that are alive at a time") {
  const MemoryNeed need = Plan(small_network(1.0)).memory();
  CHECK(need.weights == 16);      // doubled; w is not read any more
  CHECK(need.activations == 64);  // the sum of 16 bytes in a cache line of its own; relu overwrites it
  CHECK(need.workspace == 0);
  CHECK_THROWS_WITH_AS(Plan(small_network(1.0), {.memory_limit = 10}),
                       doctest::Contains("GiB of memory to run, more than there is"), InputError);
}

TEST_CASE("weights that are not numbers are refused") {
  CHECK_THROWS_WITH_AS(Plan(small_network(std::nan(""))),
                       "network 'small': weight 'w' of node 'doubled' holds NaN (not a number); the file is damaged or "
                       "its training diverged",
                       InputError);
}

TEST_CASE("a maker takes the place of the plain executor where it takes a node") {
  static constexpr std::array makers{StepMaker{"tired",
                                               [](const PlanGraph& graph, std::size_t node, bool) {
                                                 return graph.node(node).name == "relu" ? NodeGroup{{node}}
                                                                                        : NodeGroup::no("it is none");
                                               },
                                               [](const MakeContext& context, const std::vector<std::size_t>& nodes) {
                                                 Step step = make_plain(context, nodes);
                                                 step.algorithm = "tired";
                                                 return step;
                                               }},
                                     StepMaker{"plain", take_plain, make_plain}};
  const Plan plan(small_network(1.0), {.makers = makers});
  REQUIRE(plan.schedule().steps.size() == 2);
  CHECK(plan.schedule().steps[0].step.algorithm == "plain");
  CHECK(plan.schedule().steps[1].step.algorithm == "tired");
}

TEST_CASE("the watcher sees the inputs and every result") {
  const Plan plan(small_network(1.0), {.watched = true});
  std::vector<std::string> seen;
  const Constant input = real_tensor({4}, {1, 2, 3, 4});
  plan.run(std::span(&input, 1), [&](ValueId id, const Constant&) { seen.push_back(plan.network().values[id].name); });
  CHECK(seen == std::vector<std::string>{"x", "sum", "relu"});
}

}  // namespace pj
