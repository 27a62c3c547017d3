#include "pj/kernels/conv_shape.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

ConvShape alexnet_conv1() {
  return {.C = 3, .M = 96, .H = 227, .W = 227, .R = 11, .S = 11, .stride_h = 4, .stride_w = 4};
}

}  // namespace

TEST_CASE("AlexNet's first layer has 55 rows and 105 million MACs") {
  const ConvShape conv = alexnet_conv1();
  CHECK(conv.P() == 55);
  CHECK(conv.Q() == 55);
  CHECK(conv.macs() == 105'415'200);
  CHECK(to_string(conv) == "3×227×227 → 96×55×55, 11×11/4");
}

TEST_CASE("shapes that are no convolution are refused") {
  const auto refused = [](auto change) {
    ConvShape shape = alexnet_conv1();
    change(shape);
    return input_fault([&] { check(shape); }, "accepted");
  };
  CHECK(refused([](ConvShape&) {}) == "accepted");
  CHECK(refused([](ConvShape& s) { s.M = 0; }) == "a size of a convolution is not between 1 and 2^31");
  CHECK(refused([](ConvShape& s) { s.pad_left = -1; }) == "a padding of a convolution is not between 0 and 2^31");
  CHECK(refused([](ConvShape& s) { s.groups = 2; }) == "the groups of a convolution do not divide its channels");
  CHECK(refused([](ConvShape& s) { s.H = 10; }) == "the filter of a convolution is larger than its padded map");
  CHECK(refused([](ConvShape& s) { s.N = s.C = s.M = 1 << 30; }) ==
        "the convolution has more than 2^63 elements or multiplications");
}

}  // namespace pj
