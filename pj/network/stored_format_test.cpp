#include "pj/network/stored_format.hpp"

#include <doctest/doctest.h>

#include <cstring>

namespace pj {

namespace {

/// A scalar constant as QONNX gives the width of its quantisers.
std::shared_ptr<const Constant> scalar(float value) {
  Constant constant{NumberFormat::float32(), {}, std::vector<std::byte>(sizeof(value))};
  std::memcpy(constant.bytes.data(), &value, sizeof(value));
  return std::make_shared<const Constant>(constant);
}

}  // namespace

TEST_CASE("real numbers that come from integers are kept as these, also past a change of shape") {
  NetworkBuilder builder("n");
  const ValueId scale = builder.weight("scale", {});
  const ValueId stored = builder.weight("stored", {4, 3, 1, 1}, NumberFormat::fixed(4));
  const ValueId real = builder.add_one("real", Dequantize{.axis = 0}, {stored, builder.weight("scales", {4})});
  const ValueId flat = builder.add_one("flat", Transpose{.permutation = {1, 0, 2, 3}}, {real});
  const ValueId input = builder.input("data", {1, 3, 2, 2});
  const ValueId whole = builder.add_one("whole", Quantize{.to = NumberFormat::fixed(8, false)}, {input, scale});
  const ValueId back = builder.add_one("back", Dequantize{}, {whole, scale});
  const Network network = builder.finish({flat, back});
  CHECK(operand_format(network, real) == NumberFormat::fixed(4));
  CHECK(operand_format(network, flat) == NumberFormat::fixed(4));
  CHECK(operand_format(network, back) == NumberFormat::fixed(8, false));
  CHECK(operand_format(network, input) == NumberFormat::float32());
  CHECK(operand_format(network, stored) == NumberFormat::fixed(4));
}

TEST_CASE("a result is kept as what its only reader makes of it") {
  NetworkBuilder builder("n");
  const ValueId scale = builder.weight("scale", {});
  const ValueId input = builder.input("data", {1, 3});
  const ValueId sum = builder.add_one("fc", FullyConnected{}, {input, builder.weight("w", {5, 3})});
  const ValueId active = builder.add_one("relu", Activation{}, {sum});
  const ValueId whole = builder.add_one("whole", Quantize{.to = NumberFormat::fixed(8)}, {active, scale});
  const ValueId other = builder.add_one("fc2", FullyConnected{}, {input, builder.weight("w2", {5, 3})});
  const ValueId first = builder.add_one("first", Quantize{.to = NumberFormat::fixed(8)}, {other, scale});
  const ValueId second = builder.add_one("second", Quantize{.to = NumberFormat::fixed(4)}, {other, scale});
  const Network network = builder.finish({whole, first, second});
  CHECK(result_format(network, sum) == NumberFormat::fixed(8));
  CHECK(result_format(network, other) == NumberFormat::float32());
}

TEST_CASE("quantisers of QONNX say the width of what they make, where their constant is known") {
  NetworkBuilder builder("n");
  const ValueId scale = builder.weight("scale", {});
  const ValueId zero = builder.weight("zero", {});
  const ValueId input = builder.input("data", {1, 3});
  const ValueId known =
      builder.add_one("known", FakeQuantize{}, {input, scale, zero, builder.constant("b", scalar(3))});
  const ValueId open = builder.add_one("open", FakeQuantize{}, {input, scale, zero, builder.weight("c", {})});
  const ValueId sign = builder.add_one("sign", FakeQuantize{.kind = FakeQuantize::Kind::Bipolar}, {input, scale});
  const Network network = builder.finish({known, open, sign});
  CHECK(operand_format(network, known) == NumberFormat::fixed(3));
  CHECK(operand_format(network, open) == NumberFormat::float32());
  CHECK(operand_format(network, sign) == NumberFormat::binary());
}

TEST_CASE("a network takes other formats, its weights and what depends on its inputs apart") {
  NetworkBuilder builder("n");
  const ValueId input = builder.input("data", {1, 3});
  const ValueId weight = builder.weight("w", {5, 3});
  const ValueId turned = builder.add_one("turned", Transpose{.permutation = {1, 0}}, {builder.weight("v", {3, 5})});
  const ValueId flag = builder.input("flag", {}, NumberFormat::boolean());
  const ValueId sum = builder.add_one("fc", FullyConnected{}, {input, weight});
  const Network network = builder.finish({sum, turned, flag});
  const Network narrow = in_formats(network, {NumberFormat::binary(), NumberFormat::fixed(8)});
  CHECK(narrow.values[weight].format == NumberFormat::binary());
  CHECK(narrow.values[turned].format == NumberFormat::binary());
  CHECK(narrow.values[input].format == NumberFormat::fixed(8));
  CHECK(narrow.values[sum].format == NumberFormat::fixed(8));
  CHECK(narrow.values[flag].format == NumberFormat::boolean());
  CHECK(in_formats(network, {}) == network);
}

}  // namespace pj
