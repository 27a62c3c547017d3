#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/layers.hpp"

namespace pj {

namespace {

const Sizes maps{2, 6, 4, 4};

}  // namespace

TEST_CASE("layers that work on each element keep the shape") {
  const std::vector<Layer> layers{
      Activation{}, Dropout{},       Softmax{},          LocalResponseNormalization{},
      Cast{},       Normalization{}, Softmax{.axis = 1}, Normalization{.kind = Normalization::Kind::L2, .axis = 1}};
  for (const Layer& layer : layers) {
    CAPTURE(kind_name(layer));
    CHECK(shape_of(layer, {maps}) == maps);
  }
}

TEST_CASE("every activation but PReLU takes one operand") {
  for (int i = 0; i <= static_cast<int>(Activation::Kind::Atanh); ++i) {
    const Activation layer{.kind = static_cast<Activation::Kind>(i)};
    CAPTURE(kind_name(layer));
    if (layer.kind == Activation::Kind::PRelu) {
      CHECK(refusal(layer, {maps}) == "it has 1 operand; it takes: input, slope");
    } else {
      CHECK(shape_of(layer, {maps}) == maps);
    }
  }
}

TEST_CASE("PReLU's slope stretches to its input") {
  const Activation layer{.kind = Activation::Kind::PRelu};
  CHECK(shape_of(layer, {maps, {6, 1, 1}}) == maps);
  CHECK(refusal(layer, {{6, 1, 1}, maps}) == "its operand 'slope' is 2×6×4×4; it must stretch to 6×1×1");
  CHECK(refusal(layer, {maps, {6}}) ==
        "the shapes 6 and 2×6×4×4 do not go together: 6 against 4; axes, counted from the last, must be equal or 1");
}

TEST_CASE("batch normalization has four vectors of one entry a channel") {
  CHECK(shape_of(BatchNormalization{}, {maps, {6}, {6}, {6}, {6}}) == maps);
  CHECK(shape_of(BatchNormalization{}, {{2, 6}, {6}, {6}, {6}, {6}}) == Sizes{2, 6});
  CHECK(refusal(BatchNormalization{}, {maps, {6}, {6}, {6}, {4}}) == "its operand 'variance' is 4; it must be 6");
  CHECK(refusal(BatchNormalization{}, {{6}, {6}, {6}, {6}, {6}}) == "its input is 6; it must be batch × channels × …");
  CHECK(refusal(BatchNormalization{}, {maps}) == "it has 1 operand; it takes: input, scale, bias, mean, variance");
}

TEST_CASE("a normalization's scale fits what it normalizes") {
  CHECK(shape_of(Normalization{}, {{2, 64, 512}, {512}, {512}}) == Sizes{2, 64, 512});
  CHECK(shape_of(Normalization{.axis = 1}, {{2, 64, 512}, {64, 512}}) == Sizes{2, 64, 512});
  CHECK(refusal(Normalization{}, {{2, 64, 512}, {64, 512}}) == "its operand 'scale' is 64×512; it must stretch to 512");
  CHECK(refusal(Normalization{.axis = 3}, {{2, 64, 512}}) ==
        "axis 3 of a tensor with 3 axes; the first is 0, the last -1");
  CHECK(shape_of(Normalization{.kind = Normalization::Kind::Group, .groups = 3}, {maps, {6}, {6}}) == maps);
  CHECK(shape_of(Normalization{.kind = Normalization::Kind::Group, .groups = 3}, {maps, {3}, {3}}) == maps);
  CHECK(refusal(Normalization{.kind = Normalization::Kind::Group, .groups = 3}, {maps, {3}, {6}}) ==
        "its operand 'bias' is 6; it must be 3");
  CHECK(refusal(Normalization{.kind = Normalization::Kind::Group, .groups = 4}, {maps}) ==
        "4 groups do not divide 6 channels; use a divisor of 6");
  CHECK(shape_of(Normalization{.kind = Normalization::Kind::Instance}, {maps, {6}, {6}}) == maps);
  CHECK(shape_of(Normalization{.kind = Normalization::Kind::MeanVariance, .axes = {0, 2, 3}}, {maps}) == maps);
  CHECK(refusal(Normalization{.kind = Normalization::Kind::MeanVariance, .axes = {0, -4}}, {maps}) ==
        "axis -4 is named twice; name each axis once");
}

TEST_CASE("local response normalization needs channels and a neighbourhood") {
  CHECK(refusal(LocalResponseNormalization{.size = 0}, {maps}) ==
        "a neighbourhood of 0 channels; it must be at least 1");
  CHECK(refusal(LocalResponseNormalization{}, {{6}}) == "its input is 6; it must be batch × channels × …");
}

TEST_CASE("softmax refuses an axis that is not there") {
  CHECK(refusal(Softmax{.axis = 4}, {maps}) == "axis 4 of a tensor with 4 axes; the first is 0, the last -1");
  CHECK(refusal(Softmax{}, {{}}) == "axis -1 of a tensor with 0 axes; the first is 0, the last -1");
}

TEST_CASE("an element-by-element function broadcasts its operands") {
  CHECK(shape_of(Elementwise{}, {maps, {6, 1, 1}}) == maps);
  CHECK(shape_of(Elementwise{}, {{1}, maps}) == maps);
  CHECK(shape_of(Elementwise{.kind = Elementwise::Kind::Where}, {{4, 1}, {1, 4}, {2, 1, 1}}) == Sizes{2, 4, 4});
  CHECK(shape_of(Elementwise{.kind = Elementwise::Kind::Max}, {{4, 1}, {1, 4}, {}, {2, 1, 1}}) == Sizes{2, 4, 4});
}

TEST_CASE("only functions that fold take any number of operands") {
  CHECK(refusal(Elementwise{.kind = Elementwise::Kind::Sub}, {maps, maps, maps}) ==
        "it has 3 operands; it takes: first, second");
  CHECK(refusal(Elementwise{.kind = Elementwise::Kind::Where}, {maps}) ==
        "it has 1 operand; it takes: condition, then, else");
  CHECK(shape_of(Elementwise{.kind = Elementwise::Kind::Mean}, {maps}) == maps);
}

TEST_CASE("a scale is one number, one for each index of the axis or one for each block") {
  CHECK(shape_of(Quantize{}, {maps, {}}) == maps);
  CHECK(shape_of(Quantize{}, {maps, {1}, {}}) == maps);
  CHECK(shape_of(Quantize{}, {maps, {6}, {6}}) == maps);
  CHECK(shape_of(Dequantize{.axis = 0}, {{4, 9}, {4}}) == Sizes{4, 9});
  CHECK(shape_of(Dequantize{.axis = 1, .block = 4}, {{4, 9}, {4, 3}, {4, 3}}) == Sizes{4, 9});
  CHECK(shape_of(Quantize{.axis = 1}, {{8}, {}}) == Sizes{8});
  CHECK(refusal(Quantize{.axis = 0}, {maps, {6}}) == "its operand 'scale' is 6; it must be 2");
  CHECK(refusal(Quantize{}, {maps, {6}, {2}}) == "its operand 'zero point' is 2; it must be 6");
  CHECK(refusal(Quantize{.axis = 4}, {maps, {6}}) == "axis 4 of a tensor with 4 axes; the first is 0, the last -1");
  CHECK(refusal(Dequantize{.block = 4}, {{4, 9}, {4}}) == "its operand 'scale' is 4; it must be 4×3");
  CHECK(refusal(Dequantize{.block = -1}, {{4, 9}, {9}}) ==
        "a block of -1 elements; it must be at least 1, or 0 for none");
}

TEST_CASE("quantising in place takes the operands of its kind") {
  using Fake = FakeQuantize::Kind;
  CHECK(shape_of(FakeQuantize{}, {maps, {}, {}, {}}) == maps);
  CHECK(shape_of(FakeQuantize{}, {maps, {6, 1, 1}, {}, {}}) == maps);
  CHECK(shape_of(FakeQuantize{.kind = Fake::Bipolar}, {maps, {}}) == maps);
  CHECK(shape_of(FakeQuantize{.kind = Fake::Trunc}, {maps, {}, {}, {}, {}}) == maps);
  CHECK(refusal(FakeQuantize{}, {maps, {}}) == "it has 2 operands; it takes: input, scale, zero point, bit width");
  CHECK(refusal(FakeQuantize{.kind = Fake::Bipolar}, {{4}, {2, 4}}) ==
        "its operand 'parameter 1' is 2×4; it must stretch to 4");
}

TEST_CASE("dropout refuses a ratio that is no share") {
  CHECK(refusal(Dropout{.ratio = 1.5F}, {maps}) == "a ratio of 1.500000; it must be between 0 and 1");
  CHECK(refusal(Dropout{.ratio = std::nanf("")}, {maps}) == "a ratio of nan; it must be between 0 and 1");
}

}  // namespace pj
