#include <doctest/doctest.h>

#include <filesystem>

#include "pj/base/error.hpp"
#include "pj/onnx/reader.hpp"
#include "tests/support/files.hpp"
#include "tests/support/onnx_models.hpp"

namespace pj {

namespace {

/// A network of one layer; operand 0 is an input, the others are weights without elements.
Network network_of(Layer layer, const std::vector<Sizes>& shapes, NumberFormat format = {}) {
  NetworkBuilder builder("one");
  std::vector<ValueId> operands{builder.input("x", shapes[0], format)};
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    operands.push_back(builder.weight("w" + std::to_string(i), shapes[i], format));
  }
  return builder.finish(builder.add("n", std::move(layer), operands));
}

Network again(const Network& network) {
  return parse_onnx(onnx_bytes(network), "again.onnx");
}

bool survives(const Network& network) {
  return again(network) == network;
}

std::int64_t opset_of(const Network& network) {
  return read_model(onnx_bytes(network), {.file = "m.onnx"}).opsets.at("");
}

}  // namespace

TEST_CASE("layers that ONNX has no operator for survive the round trip") {
  const Sizes image{1, 4, 6, 6};
  CHECK(survives(network_of(FullyConnected{}, {image, {5, 144}, {5}})));
  CHECK(survives(network_of(MatMul{.transpose_b = true}, {{2, 3, 4}, {2, 5, 4}})));
  CHECK(survives(network_of(MatMul{.transpose_b = true}, {{3, 4}, {5, 4}, {5}})));
  CHECK(survives(network_of(MatMul{.alpha = 0.5F}, {{3, 4}, {4, 5}, {3, 5}})));
  CHECK(survives(network_of(MatMul{.beta = 2.0F}, {{3, 4}, {4, 5}})));
  CHECK(survives(network_of(Convolution{.connections = {{0, 1}, {3}}}, {image, {2, 4, 3, 3}})));
  CHECK(survives(network_of(Activation{.kind = Activation::Kind::Swish}, {image})));
  CHECK(survives(network_of(Activation{.kind = Activation::Kind::Step}, {image})));
  CHECK(survives(network_of(Softmax{.axis = 1, .flatten = true}, {image})));
  CHECK(survives(network_of(Softmax{.axis = 1, .logarithm = true, .flatten = true}, {image})));
  CHECK(survives(network_of(Elementwise{Elementwise::Kind::Mul}, {image, image, image})));
  CHECK(survives(network_of(Cast{NumberFormat::fixed(16, true, 8)}, {image})));
  CHECK(survives(network_of(Quantize{.to = NumberFormat::fixed(6)}, {image, {}})));
  CHECK(
      survives(network_of(Recurrent{.hidden = 3, .projection = 2},
                          {{5, 1, 4}, {1, 12, 4}, {1, 12, 2}, {1, 24}, {1}, {1, 1, 2}, {1, 1, 3}, {1, 9}, {1, 2, 3}})));
}

TEST_CASE("the function bodies of layers without an operator compute the layer in standard operators") {
  const auto by_body = [](const Network& network) {
    OnnxModel model = read_model(onnx_bytes(network), {.file = "m.onnx"});
    model.graph.nodes.at(0).domain = model.functions.at(0).domain = "elsewhere";
    return read(model);
  };
  const Sizes image{1, 4, 6, 6};
  const Network connected = by_body(network_of(FullyConnected{}, {image, {5, 144}}));
  REQUIRE(connected.nodes.size() == 2);
  CHECK(std::get<Reshape>(connected.nodes[0].layer).shape == Sizes{0, -1});
  CHECK(std::holds_alternative<FullyConnected>(connected.nodes[1].layer));
  const Network swish = by_body(network_of(Activation{.kind = Activation::Kind::Swish}, {image}));
  REQUIRE(swish.nodes.size() == 2);
  CHECK(swish.nodes[1].inputs == std::vector<ValueId>{0, swish.nodes[0].outputs[0]});
  const Network softmax = by_body(network_of(Softmax{.axis = 2, .flatten = true}, {image}));
  REQUIRE(softmax.nodes.size() == 3);
  CHECK(softmax.values[softmax.nodes[1].outputs[0]].shape == Sizes{4, 36});
  CHECK(softmax.values[softmax.outputs[0]].shape == image);
}

TEST_CASE("every normalisation survives the round trip, in the earliest operator set that has it") {
  using Kind = Normalization::Kind;
  const Sizes image{1, 4, 6, 6};
  CHECK(survives(network_of(Normalization{.kind = Kind::Layer, .axis = 1}, {image, {4, 6, 6}})));
  CHECK(survives(network_of(Normalization{.kind = Kind::Layer}, {image})));
  CHECK(survives(network_of(Normalization{.kind = Kind::Instance}, {image, {4}, {4}})));
  CHECK(survives(network_of(Normalization{.kind = Kind::L2, .axis = 1}, {image})));
  CHECK(survives(network_of(Normalization{.kind = Kind::MeanVariance, .axes = {2, 3}, .epsilon = 1e-9F}, {image})));
  CHECK(survives(network_of(Normalization{.kind = Kind::Group, .groups = 2}, {image, {2}, {2}})));
  const Network group = network_of(Normalization{.kind = Kind::Group, .groups = 2}, {image, {4}, {4}});
  CHECK(survives(group));
  CHECK(opset_of(group) == 21);
  const Network rms = network_of(Normalization{.kind = Kind::Rms}, {image, {6}});
  CHECK(survives(rms));
  CHECK(opset_of(rms) == 23);
}

TEST_CASE("operators are written in opset 17 unless a layer needs a later one") {
  const Sizes image{1, 4, 6, 6};
  CHECK(opset_of(network_of(Reduce{.axes = {2}}, {image})) == 17);
  CHECK(opset_of(network_of(Activation{.kind = Activation::Kind::Gelu}, {image})) == 20);
  NetworkBuilder builder("two");
  const ValueId x = builder.input("x", image);
  const ValueId folded = builder.add_one("fold", Reduce{.axes = {2}}, {x});
  const Network network =
      builder.finish({builder.add_one("gelu", Activation{.kind = Activation::Kind::Gelu}, {folded})});
  CHECK(survives(network));  // the axes are an input from opset 18 on
}

TEST_CASE("number formats and storages that ONNX cannot say survive the round trip") {
  NetworkBuilder builder("formats");
  const ValueId x = builder.input("x", {1, 8}, NumberFormat::fixed(8, true, 4));
  const ValueId w = builder.weight("w", {8, 8}, NumberFormat::binary());
  const ValueId product = builder.add_one("product", MatMul{}, {x, w});
  Constant index{NumberFormat::codebook(16), {8}, std::vector<std::byte>(8, std::byte{3})};
  const ValueId c = builder.constant("c", std::make_shared<const Constant>(index));
  const ValueId sum = builder.add_one("sum", Elementwise{}, {product, c});
  builder.network().values[w].storage = {Storage::Kind::Csc, 0.11, 4};
  builder.network().values[sum].format = NumberFormat::fixed(12, true, 3);
  builder.network().values[sum].storage = {Storage::Kind::RunLength, 0.25, 5};
  const Network network = builder.finish({sum});
  CHECK(survives(network));
}

TEST_CASE("4-bit weights are packed two to a byte and come back") {
  NetworkBuilder builder("four");
  const ValueId x = builder.input("x", {1, 3});
  const Constant bits = constant_of(NumberFormat::fixed(4), {3}, Sizes{-8, 7, -1});
  const ValueId w = builder.constant("w", std::make_shared<const Constant>(bits));
  const ValueId scale = builder.weight("s", {});
  const ValueId real = builder.add_one("real", Dequantize{}, {w, scale});
  const Network network = builder.finish({builder.add_one("sum", Elementwise{}, {x, real})});
  CHECK(opset_of(network) == 21);
  CHECK(survives(network));
}

TEST_CASE("a layer on constants stays a layer") {
  NetworkBuilder builder("constants");
  const ValueId x = builder.input("x", {2});
  const ValueId c =
      builder.constant("c", std::make_shared<const Constant>(constant_of({}, {2}, std::vector<double>{1, 2})));
  const ValueId d = builder.add_one("d", Activation{.kind = Activation::Kind::Neg}, {c});
  CHECK(survives(builder.finish({builder.add_one("sum", Elementwise{}, {x, d})})));
}

TEST_CASE("a weight without elements refers to a file that does not exist") {
  const Network network = network_of(Convolution{}, {{1, 3, 8, 8}, {4, 3, 3, 3}});
  const OnnxModel model = read_model(onnx_bytes(network), {.file = "m.onnx"});
  REQUIRE(model.graph.initializers.size() == 1);
  CHECK(model.graph.initializers[0].data == nullptr);
  CHECK(model.opsets.at("") == 17);
}

TEST_CASE("a network is written whole or not at all") {
  const TemporaryFolder folder;
  const Network network = network_of(Activation{}, {{1, 3, 8, 8}});
  export_onnx(network, folder.path("network.onnx"));
  CHECK(import_onnx(folder.path("network.onnx")) == network);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path("")), {}) == 1);
  CHECK_THROWS_AS(export_onnx(network, folder.path("missing/network.onnx")), InputError);
}

}  // namespace pj
