#include "pj/network/network.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"

namespace pj {

TEST_CASE("a builder infers the shapes of AlexNet's first layers") {
  NetworkBuilder builder("alexnet");
  const ValueId image = builder.input("image", {1, 3, 227, 227});
  const ValueId weights = builder.weight("conv1.weight", {96, 3, 11, 11});
  const ValueId conv1 = builder.add_one("conv1", Convolution{.stride = {4, 4}}, {image, weights});
  const ValueId pool1 =
      builder.add_one("pool1", Pooling{.kernel = {3, 3}, .stride = {2, 2}, .ceil_mode = true}, {conv1});
  CHECK(builder.value(conv1).shape == Sizes{1, 96, 55, 55});
  CHECK(builder.value(pool1).shape == Sizes{1, 96, 27, 27});
  const Network network = builder.finish({pool1});
  CHECK(network.inputs == std::vector{image});
  CHECK(network.outputs == std::vector{pool1});
  CHECK(network.nodes.size() == 2);
  CHECK(network.values[weights].is_constant);
}

TEST_CASE("a builder fills in the spatial attributes that are left out") {
  NetworkBuilder builder("net");
  const ValueId image = builder.input("image", {1, 3, 8, 8});
  builder.add_one("conv", Convolution{}, {image, builder.weight("w", {4, 3, 3, 3})});
  const auto& conv = std::get<Convolution>(builder.network().nodes[0].layer);
  CHECK(conv == Convolution{.stride = {1, 1}, .dilation = {1, 1}, .pad_begin = {0, 0}, .pad_end = {0, 0}});
}

TEST_CASE("a name that is taken gets a number, and a node without one its kind's") {
  NetworkBuilder builder("net");
  const ValueId image = builder.input("x", {1, 8});
  const ValueId again = builder.input("x", {1, 8});
  CHECK(builder.value(image).name == "x");
  CHECK(builder.value(again).name == "x_2");
  for (const char* name : {"a_2", "a", "a", "a", "", ""}) {
    builder.add(name, Activation{.kind = Activation::Kind::LeakyRelu}, {image});
  }
  std::vector<std::string> names;
  for (const Node& node : builder.network().nodes) {
    names.push_back(node.name);
  }
  CHECK(names == std::vector<std::string>{"a_2", "a", "a_3", "a_4", "leaky_relu", "leaky_relu_2"});
}

TEST_CASE("the further outputs of a node carry a number behind its name") {
  NetworkBuilder builder("net");
  const auto pieces = builder.add("cut", Split{.axis = 1, .sizes = {3, 5}}, {builder.input("x", {1, 8})});
  REQUIRE(pieces.size() == 2);
  CHECK(builder.value(pieces[0]).name == "cut");
  CHECK(builder.value(pieces[1]).name == "cut:1");
  CHECK(builder.value(pieces[1]).shape == Sizes{1, 5});
}

TEST_CASE("an error names the node, the fault and a way out") {
  NetworkBuilder builder("net");
  const ValueId image = builder.input("image", {1, 3, 8, 8});
  const ValueId weights = builder.weight("w", {4, 3, 11, 11});
  CHECK_THROWS_WITH_AS(
      builder.add("conv1", Convolution{}, {image, weights}),
      "node 'conv1': a window of 11 does not fit a map of 8 (padding included); use a smaller kernel or more padding",
      InputError);
  CHECK_THROWS_WITH_AS(builder.add("conv1", Convolution{}, {image}),
                       "node 'conv1': it has 1 operand; it takes: input, weights, optional bias", InputError);
}

TEST_CASE("an input or weight of an absurd size is refused") {
  NetworkBuilder builder("net");
  const std::int64_t big = std::int64_t{1} << 40;
  CHECK_THROWS_WITH_AS(builder.input("x", {big, big}),
                       "input 'x': the shape 1099511627776×1099511627776 has a negative size or more than 2^62 "
                       "elements; use sizes that fit a memory",
                       InputError);
  CHECK_THROWS_AS(builder.weight("w", {3, -1}), InputError);
  CHECK_THROWS_AS(builder.weight("w", {0, std::int64_t{1} << 63}), InputError);
  CHECK_THROWS_WITH_AS(builder.input("x", Sizes(65, 1)), "input 'x': a tensor of 65 axes; at most 64 are possible",
                       InputError);
}

TEST_CASE("a constant whose bytes do not fill its shape is refused") {
  NetworkBuilder builder("net");
  const auto data = std::make_shared<Constant>(Constant{.shape = {2, 3}, .bytes = std::vector<std::byte>(10)});
  CHECK_THROWS_WITH_AS(builder.constant("w", data),
                       "constant 'w': it has 10 bytes, which is not 2×3 elements of float32", InputError);
}

TEST_CASE("networks are equal where all that they hold is equal") {
  const auto build = [](float element) {
    NetworkBuilder builder("net");
    Constant constant{.shape = {1, 1}, .bytes = std::vector<std::byte>(4, static_cast<std::byte>(element))};
    const ValueId x = builder.input("x", {1, 1});
    const ValueId w = builder.constant("w", std::make_shared<Constant>(constant));
    return builder.finish({builder.add_one("fc", FullyConnected{}, {x, w})});
  };
  CHECK(build(1) == build(1));
  CHECK(build(1) != build(2));
}

}  // namespace pj
