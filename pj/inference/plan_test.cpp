#include "pj/inference/plan.hpp"

#include <doctest/doctest.h>

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
  CHECK(need.weights == 16);            // doubled; w is not read any more
  CHECK(need.activations == 2 * 16);    // an operand and its result
  CHECK(need.workspace == 16 * 3 * 4);  // of the sum: three tensors of four numbers
  CHECK_THROWS_WITH_AS(Plan(small_network(1.0), {.memory_limit = 10}),
                       doctest::Contains("GiB of memory to run, more than there is"), InputError);
}

TEST_CASE("weights that are not numbers are refused") {
  CHECK_THROWS_WITH_AS(Plan(small_network(std::nan(""))),
                       "network 'small': weight 'w' of node 'doubled' holds NaN (not a number); the file is damaged or "
                       "its training diverged",
                       InputError);
}

TEST_CASE("a chosen kernel takes the place of the plain executor, and its faults name the node") {
  const KernelChoice choose = [](const Network&, const Node& node) -> LayerKernel {
    if (node.name != "relu") {
      return {};
    }
    return [](const Layer&, std::span<const Constant* const>, std::span<const TensorType>) -> std::vector<Constant> {
      throw InputError("it is tired");
    };
  };
  const Plan plan(small_network(1.0), {.choose = choose});
  const Constant input = real_tensor({4}, {1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(plan.run(std::span(&input, 1)), "node 'relu': it is tired", InputError);
}

TEST_CASE("the watcher sees the inputs and every result") {
  const Plan plan(small_network(1.0));
  std::vector<std::string> seen;
  const Constant input = real_tensor({4}, {1, 2, 3, 4});
  plan.run(std::span(&input, 1), [&](ValueId id, const Constant&) { seen.push_back(plan.network().values[id].name); });
  CHECK(seen == std::vector<std::string>{"x", "sum", "relu"});
}

}  // namespace pj
