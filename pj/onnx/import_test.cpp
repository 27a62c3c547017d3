#include <doctest/doctest.h>

#include "tests/support/onnx_models.hpp"

namespace pj {

namespace {

const Value& output(const Network& network, std::size_t i = 0) {
  return network.values[network.outputs.at(i)];
}

template <class Kind>
const Kind& layer(const Network& network, std::size_t i = 0) {
  return std::get<Kind>(network.nodes.at(i).layer);
}

}  // namespace

TEST_CASE("shape arithmetic is computed and leaves no node") {
  // Reshape(x, Concat(Slice(Shape(x), 0:1), [-1])), as PyTorch writes a flattening.
  OnnxModel model = model_of({node_of("Shape", {"x"}, {"s"}), node_of("Slice", {"s", "zero", "one", "zero"}, {"n"}),
                              node_of("Concat", {"n", "minus"}, {"t"}, {{"axis", std::int64_t{0}}}),
                              node_of("Reshape", {"x", "t"}, {"y"})});
  model.graph.initializers = {integers("zero", {0}), integers("one", {1}), integers("minus", {-1})};
  const Network network = read(model);
  CHECK(network.nodes.size() == 1);
  CHECK(network.values.size() == 2);
  CHECK(layer<Reshape>(network).shape == Sizes{1, -1});
  CHECK(output(network).shape == Sizes{1, 192});
}

TEST_CASE("nodes and weights that no output needs are left out") {
  OnnxModel model = model_of({node_of("Relu", {"x"}, {"y"}), node_of("Add", {"x", "w"}, {"z"})});
  model.graph.initializers = {zeros("w", {1})};
  const Network network = read(model);
  CHECK(network.nodes.size() == 1);
  CHECK(network.values.size() == 2);
}

TEST_CASE("before opset 7 an addition is stretched from its axis on") {
  OnnxModel model =
      model_of({node_of("Add", {"x", "b"}, {"y"}, {{"broadcast", std::int64_t{1}}, {"axis", std::int64_t{1}}})}, 6);
  model.graph.initializers = {zeros("b", {3})};
  const Network network = read(model);
  CHECK(network.nodes.size() == 1);
  CHECK(network.values[network.nodes[0].inputs[1]].shape == Sizes{3, 1, 1});
}

TEST_CASE("before opset 13 a softmax goes over all axes from its own on") {
  CHECK(layer<Softmax>(read(model_of({node_of("Softmax", {"x"}, {"y"})}, 11))) == Softmax{1, false, true});
  CHECK(layer<Softmax>(read(model_of({node_of("Softmax", {"x"}, {"y"}, {{"axis", std::int64_t{3}}})}, 11))) ==
        Softmax{3, false, false});
  CHECK(layer<Softmax>(read(model_of({node_of("Softmax", {"x"}, {"y"})}))) == Softmax{-1, false, false});
}

TEST_CASE("automatic padding becomes padding") {
  OnnxModel model = model_of(
      {node_of("Conv", {"x", "w"}, {"y"}, {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Sizes{2, 2}}})});
  model.graph.initializers = {zeros("w", {4, 3, 3, 3})};
  CHECK(layer<Convolution>(read(model)).pad_begin == Sizes{0, 0});
  CHECK(layer<Convolution>(read(model)).pad_end == Sizes{1, 1});
  model.graph.nodes[0].attributes["auto_pad"] = {std::string("SAME_LOWER"), ""};
  CHECK(layer<Convolution>(read(model)).pad_begin == Sizes{1, 1});
}

TEST_CASE("a product with transposed weights is a fully connected layer") {
  OnnxModel model = model_of(
      {node_of("Flatten", {"x"}, {"f"}), node_of("Gemm", {"f", "w", "b"}, {"y"}, {{"transB", std::int64_t{1}}})});
  model.graph.initializers = {zeros("w", {5, 192}), zeros("b", {5})};
  CHECK(std::holds_alternative<FullyConnected>(read(model).nodes.at(1).layer));
  model.graph.nodes[1].attributes["alpha"] = {2.0F, ""};
  CHECK(layer<MatMul>(read(model), 1).alpha == 2.0F);
}

TEST_CASE("a weight that is only transposed is read as the weight transposed") {
  OnnxModel model = model_of({node_of("Transpose", {"w"}, {"t"}), node_of("MatMul", {"x", "t"}, {"y"})});
  model.graph.initializers = {reals("w", {2, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})};
  const Network network = read(model);
  CHECK(network.nodes.size() == 1);
  const Value& weight = network.values[network.nodes[0].inputs[1]];
  CHECK(weight.shape == Sizes{8, 2});
  CHECK(whole_numbers(*weight.data) == Sizes{0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15});
}

TEST_CASE("weights behind DequantizeLinear keep their whole numbers, scales and axis") {
  OnnxModel model = model_of({node_of("DequantizeLinear", {"q", "s", "z"}, {"w"}, {{"axis", std::int64_t{0}}}),
                              node_of("Conv", {"x", "w"}, {"y"})});
  model.graph.initializers = {reals("q", {4, 3, 1, 1}, std::vector<double>(12, -5.0), NumberFormat::fixed(8)),
                              reals("s", {4}, {1, 2, 3, 4}), reals("z", {4}, {0, 0, 0, 0}, NumberFormat::fixed(8))};
  const Network network = read(model);
  CHECK(layer<Dequantize>(network).axis == 0);
  CHECK(network.values[network.nodes[0].inputs[0]].format == NumberFormat::fixed(8));
  CHECK(output(network).format == NumberFormat::float32());
}

TEST_CASE("an integer convolution is a convolution between dequantised operands") {
  OnnxModel model = model_of({node_of("QLinearConv", {"x", "s", "z", "w", "s", "z", "s", "z"}, {"y"})});
  model.graph.inputs = {declared("x", {1, 3, 8, 8}, 2)};
  model.graph.initializers = {reals("w", {4, 3, 1, 1}, std::vector<double>(12, 1.0), NumberFormat::fixed(8, false)),
                              reals("s", {}, {0.5}), reals("z", {}, {128}, NumberFormat::fixed(8, false))};
  const Network network = read(model);
  REQUIRE(network.nodes.size() == 4);
  CHECK(network.nodes[2].name == "n_y/real");
  CHECK(std::holds_alternative<Quantize>(network.nodes[3].layer));
  CHECK(output(network).format == NumberFormat::fixed(8, false));
}

TEST_CASE("QONNX nodes of each of their domains are fake quantisers") {
  for (const std::string domain : {"qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"}) {
    OnnxModel model = model_of({node_of("Quant", {"x", "s", "z", "b"}, {"y"},
                                        {{"signed", std::int64_t{0}}, {"rounding_mode", std::string("FLOOR")}})});
    model.graph.nodes[0].domain = domain;
    model.graph.initializers = {reals("s", {}, {0.5}), reals("z", {}, {0}), reals("b", {}, {4})};
    const FakeQuantize expected{.is_signed = false, .rounding = "FLOOR"};
    CHECK(layer<FakeQuantize>(read(model)) == expected);
  }
}

TEST_CASE("a branch with a constant condition is part of the network") {
  OnnxGraph positive{.name = "p", .outputs = {declared("a", {1})}, .nodes = {node_of("Relu", {"x"}, {"a"})}};
  OnnxGraph negative{.name = "n", .outputs = {declared("b", {1})}, .nodes = {node_of("Nonsense", {"x"}, {"b"})}};
  OnnxModel model = model_of({node_of("If", {"c"}, {"y"},
                                      {{"then_branch", std::make_shared<const OnnxGraph>(positive)},
                                       {"else_branch", std::make_shared<const OnnxGraph>(negative)}})});
  model.graph.initializers = {reals("c", {}, {1}, NumberFormat::boolean())};
  const Network network = read(model);
  REQUIRE(network.nodes.size() == 1);
  CHECK(layer<Activation>(network).kind == Activation::Kind::Relu);
  CHECK(output(network).name == "y");
}

TEST_CASE("the branches of a condition that is an input are networks and take what they read as operands") {
  OnnxGraph positive{.name = "p", .outputs = {declared("a", {1})}, .nodes = {node_of("Add", {"x", "w"}, {"a"})}};
  OnnxGraph negative{.name = "n", .outputs = {declared("b", {1})}, .nodes = {node_of("Mul", {"r", "w"}, {"b"})}};
  OnnxModel model = model_of(
      {node_of("Relu", {"x"}, {"r"}), node_of("If", {"c"}, {"y"},
                                              {{"then_branch", std::make_shared<const OnnxGraph>(positive)},
                                               {"else_branch", std::make_shared<const OnnxGraph>(negative)}})});
  model.graph.inputs.push_back(declared("c", {}, 9));
  model.graph.initializers = {zeros("w", {1})};
  const Network network = read(model);
  const If& branches = layer<If>(network, 1);
  REQUIRE(network.nodes[1].inputs.size() == 3);
  CHECK(network.values[network.nodes[1].inputs[1]].name == "x");
  CHECK(network.values[network.nodes[1].inputs[2]].name == "r");
  CHECK(branches.then_branch->inputs.size() == 2);
  CHECK(branches.else_branch->nodes.at(0).name == "n_b");
  CHECK(parse_onnx(onnx_bytes(network), "again.onnx") == network);
}

TEST_CASE("calls of model-local functions are replaced by their bodies, with their attributes") {
  OnnxModel model = model_of({node_of("Leaky", {"x"}, {"m"}, {{"slope", 0.25F}}), node_of("Leaky", {"m"}, {"y"})});
  for (OnnxNode& node : model.graph.nodes) {
    node.domain = "mine";
  }
  model.opsets["mine"] = 1;
  OnnxNode body = node_of("LeakyRelu", {"a"}, {"b"});
  body.attributes["alpha"] = {0.0F, "slope"};
  model.functions = {{.domain = "mine",
                      .name = "Leaky",
                      .inputs = {"a"},
                      .outputs = {"b"},
                      .attributes = {"slope"},
                      .nodes = {body},
                      .opsets = {{"", 17}}}};
  const Network network = read(model);
  REQUIRE(network.nodes.size() == 2);
  CHECK(network.nodes[0].name == "n_m/n_b");
  CHECK(layer<Activation>(network, 0).alpha == 0.25F);
  CHECK(layer<Activation>(network, 1).alpha == 0.01F);
}

TEST_CASE("inputs whose elements are given become constants") {
  OnnxModel model = model_of({node_of("Reshape", {"x", "s"}, {"y"})});
  model.graph.inputs.push_back(declared("s", {2}, 7));
  const auto shape = std::make_shared<const Constant>(whole_list({3, 64}));
  const Network network = read(model, {.input_values = {{"s", shape}}});
  CHECK(network.inputs.size() == 1);
  CHECK(output(network).shape == Sizes{3, 64});
}

TEST_CASE("weights past the limit for generated elements have a shape and no elements") {
  OnnxModel model = model_of({node_of("ConstantOfShape", {"s"}, {"w"}), node_of("MatMul", {"x", "w"}, {"y"})});
  model.graph.initializers = {integers("s", {8, 10000})};
  const Network large = read(model, {.generated_limit = 320000});
  CHECK(large.values[1].data->bytes.size() == 320000);
  const Network small = read(model, {.generated_limit = 319999});
  CHECK(small.values[1].data == nullptr);
  CHECK(small.values[1].shape == Sizes{8, 10000});
}

TEST_CASE("a resize to sizes, to scales and to the input's proportions") {
  OnnxModel model = model_of({node_of("Resize", {"x", "", "s"}, {"y"})});
  model.graph.initializers = {reals("s", {4}, {1, 1, 0.6F, 2.5}), integers("z", {1, 3, 5, 7})};
  CHECK(output(read(model)).shape == Sizes{1, 3, 4, 20});
  model.graph.nodes[0].inputs = {"x", "", "", "z"};
  CHECK(output(read(model)).shape == Sizes{1, 3, 5, 7});
  model.opsets[""] = 18;
  model.graph.nodes[0].attributes["keep_aspect_ratio_policy"] = {std::string("not_larger"), ""};
  model.graph.nodes[0].attributes["axes"] = {Sizes{2, 3}, ""};
  model.graph.initializers[1] = integers("z", {4, 7});
  CHECK(output(read(model)).shape == Sizes{1, 3, 4, 4});
}

}  // namespace pj
