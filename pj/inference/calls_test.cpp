#include "pj/inference/calls.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/data/npy.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/onnx/writer.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"
#include "tests/support/tensors.hpp"

namespace pj {

namespace {

/// total = x + sum, where sum is the total of the call before.
Plan running_sum() {
  NetworkBuilder builder("running_sum");
  const ValueId x = builder.input("x", {2});
  const ValueId sum = builder.input("sum", {2});
  return Plan(builder.finish({builder.add_one("total", Elementwise{}, {x, sum})}));
}

std::string refusal(const RunRequest& request) {
  return input_fault([&] { run_calls(running_sum(), request); }, "accepted");
}

}  // namespace

TEST_CASE("a series is a call for each element of its first axis, and a state goes from call to call") {
  const TemporaryFolder folder;
  const std::string steps = folder.file("x.npy", npy_bytes(real_tensor({3, 2}, {1, 10, 2, 20, 3, 30})));
  const RunResult result = run_calls(running_sum(), {{steps}, {"sum=total"}, {}});
  CHECK(result.calls == 3);
  CHECK(result.outputs.front() == real_tensor({3, 2}, {1, 10, 3, 30, 6, 60}));
  const std::string first = folder.file("s.npy", npy_bytes(real_tensor({2}, {5, 5})));
  const RunResult begun = run_calls(running_sum(), {{"x=" + steps, "sum=" + first}, {"sum=total"}, {}});
  CHECK(begun.outputs.front() == real_tensor({3, 2}, {6, 15, 8, 35, 11, 65}));
}

TEST_CASE("a tensor of ONNX and an element of a series are inputs, too") {
  const TemporaryFolder folder;
  const Constant tensor = real_tensor({2}, {4, 7});
  const std::string proto = folder.file(
      "x.pb", write_tensor_file({"x", tensor.format, tensor.shape, std::make_shared<const Constant>(tensor)}));
  const std::string steps = folder.file("s.npy", npy_bytes(real_tensor({2, 2}, {1, 2, 3, 4})));
  const RunResult result = run_calls(running_sum(), {{"x=" + proto, "sum=" + steps + "#1"}, {}, {}});
  CHECK(result.outputs.front() == real_tensor({2}, {7, 11}));
}

TEST_CASE("series of different lengths, states of different shapes and missing inputs are refused") {
  const TemporaryFolder folder;
  const std::string two = folder.file("two.npy", npy_bytes(real_tensor({2, 2}, {1, 2, 3, 4})));
  const std::string three = folder.file("three.npy", npy_bytes(real_tensor({3, 2}, {1, 2, 3, 4, 5, 6})));
  CHECK(refusal({{"x=" + two, "sum=" + three}, {}, {}}) ==
        "the inputs are series of 2 and 3 calls; give series of equal length");
  CHECK(refusal({{"x=" + two}, {}, {}}) == "the input 'sum' (2 float32) is not given; add --input sum=FILE");
  CHECK(refusal({{two}, {"sum"}, {}}) == "--state is INPUT=OUTPUT, not 'sum'");
  CHECK(refusal({{two}, {"som=total"}, {}}) == "the network has no input 'som'; did you mean 'sum'?");
}

TEST_CASE("a number is an input of one element") {
  const Value rate{.name = "sr", .shape = {}, .format = NumberFormat::fixed(64)};
  CHECK(numbers_of<std::int64_t>(load_input("16000", rate).operand(0)) == Sizes{16000});
  CHECK_THROWS_AS(load_input("16000", Value{.name = "x", .shape = {2}}), InputError);
}

}  // namespace pj
