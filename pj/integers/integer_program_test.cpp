#include "pj/integers/integer_program.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "pj/base/tensor.hpp"
#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/integers/run_integers.hpp"
#include "pj/kernels/processor.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_quantised.hpp"

namespace pj {

namespace {

NumberFormat random_format(Rng& rng) {
  const bool is_signed = rng.chance(0.5);
  return NumberFormat::fixed(rng.chance(0.7) ? 8 : rng.chance(0.5) ? 4 : 16, is_signed);
}

Constant run(const IntegerProgram& program, const Constant& input, const TensorType& type) {
  Constant output{
      type.format, type.shape,
      std::vector<std::byte>(static_cast<std::size_t>(element_count(type.shape) * stored_bytes(type.format)))};
  const std::span<const std::byte> given(input.bytes);
  const std::span<std::byte> found(output.bytes);
  Buffer<std::byte> workspace(static_cast<std::size_t>(program.workspace()), std::byte{0xcc});
  program.run(std::span(&given, program.inputs().size()), std::span(&found, 1), workspace);
  return output;
}

}  // namespace

TEST_CASE("random quantised networks computed on bytes equal the plain twin to the last bit") {
  for_random_cases(300, [](Rng& rng) {
    RandomQuantised random(rng, random_format(rng), static_cast<int>(rng.between(1, 5)));
    const Network network = random.finish();
    const IntegerNetwork found = find_integers(network);
    REQUIRE(found.network.nodes.empty());
    const Constant input = random.random_input(network);
    const Constant* const operand = &input;
    const Constant expected = run_plainly(found, std::span(&operand, 1)).front();
    for (const ByteKernels* kernels : byte_kernels()) {
      CAPTURE(kernels->name);
      const IntegerProgram program(found.network, found.groups, network.outputs, {kernels});
      CHECK(run(program, input, {expected.shape, expected.format}) == expected);
    }
    const IntegerProgram plain(found.network, found.groups, network.outputs, {});
    CHECK(run(plain, input, {expected.shape, expected.format}) == expected);
  });
}

TEST_CASE("a quantised layer in integers is at most one step away from the same layer in reals") {
  std::int64_t differing = 0, all = 0;
  for_random_cases(300, [&](Rng& rng) {
    RandomQuantised random(rng, NumberFormat::fixed(8, rng.chance(0.5)), 1);
    const Network network = random.finish();
    const IntegerNetwork found = find_integers(network);
    const Constant input = random.random_input(network);
    const Constant* const operand = &input;
    const auto in_integers = numbers_of<std::int64_t>(run_plainly(found, std::span(&operand, 1)).front());
    const auto in_reals = numbers_of<std::int64_t>(run_plainly(network, std::span(&operand, 1)).front());
    std::int64_t most = 0;
    for (std::size_t i = 0; i < in_reals.size(); ++i) {
      most = std::max(most, std::abs(in_integers[i] - in_reals[i]));
      differing += in_integers[i] != in_reals[i] ? 1 : 0;
      ++all;
    }
    CHECK(most <= 1);
  });
  // What differs lies half way between two steps, as means of a few numbers often do: floats fall to either side.
  CHECK(differing * 100 < all);
}

TEST_CASE("a 3×3 of many channels is computed by Winograd and equals the plain twin") {
  Rng rng(1);
  const auto random = [&](const NumberFormat& format, const Sizes& shape) {
    const IntegerRange range = integer_range(format);
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(element_count(shape)));
    std::ranges::generate(numbers, [&] { return rng.between(range.low, range.high); });
    return constant_of(format, shape, numbers);
  };
  const NumberFormat inputs = NumberFormat::fixed(8, true), weights = NumberFormat::fixed(8, true);
  const Constant input = random(inputs, {1, 64, 12, 12});
  const auto filters = std::make_shared<const Constant>(random(weights, {48, 64, 3, 3}));
  const Network network{.values = {{.name = "x", .shape = input.shape, .format = inputs},
                                   {.name = "w", .shape = filters->shape, .format = weights, .data = filters},
                                   {.name = "y", .shape = {1, 48, 12, 12}, .format = inputs}}};
  IntegerGroup group{.name = "conv",
                     .layer = {.kind = IntegerLayer::Kind::Products,
                               .layer = Convolution{{1, 1}, {1, 1}, {1, 1}, {1, 1}},
                               .operands = {{.zeros = {-7}}, {.zeros = {0}}},
                               .bias = std::vector<std::int64_t>(48, 1234),
                               .results = {{fixed_point(1e-4), 3, -128, 127}}},
                     .operands = {0, 1},
                     .result = 2};
  const std::array<const Constant*, 2> operands{&input, filters.get()};
  const Constant expected = compute_plainly(group.layer, operands, {network.values[2].shape, inputs});
  const std::array<ValueId, 1> outputs{2};
  for (const ByteKernels* kernels : byte_kernels()) {
    CAPTURE(kernels->name);
    const IntegerProgram program(network, std::span(&group, 1), outputs, {kernels});
    CHECK(std::ranges::any_of(program.steps(), [](const auto& s) { return s.algorithm == "bytes, F(4x4,3x3)"; }));
    CHECK(run(program, input, {expected.shape, expected.format}) == expected);
  }
}

TEST_CASE("layers of 8 and 4 bits are computed on bytes, those of 16 by plain loops") {
  for (const int bits : {4, 8, 16}) {
    CAPTURE(bits);
    for_random_cases(20, [bits](Rng& rng) {
      RandomQuantised random(rng, NumberFormat::fixed(bits), 3);
      const Network network = random.finish();
      const IntegerNetwork found = find_integers(network);
      const IntegerProgram program(found.network, found.groups, network.outputs, {byte_kernels().front()});
      for (const IntegerStep& step : program.steps()) {
        CAPTURE(step.name);
        CHECK((step.algorithm == "plain loops") == (bits == 16));
      }
    });
  }
}

}  // namespace pj
