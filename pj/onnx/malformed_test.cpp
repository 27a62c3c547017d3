#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "pj/base/error.hpp"
#include "pj/base/random.hpp"
#include "pj/onnx/external_data.hpp"
#include "tests/support/files.hpp"
#include "tests/support/onnx_models.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// What the reader says of these bytes; empty where it reads them.
std::string refusal(const std::string& bytes, const OnnxOptions& options = {}) {
  try {
    parse_onnx(bytes, "m.onnx", options);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

std::string refusal(const OnnxModel& model, const OnnxOptions& options = {}) {
  return refusal(write_model(model), options);
}

/// A length-delimited protobuf field.
std::string field(int number, const std::string& content) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  for (std::size_t rest = content.size(); true; rest >>= 7) {
    bytes += static_cast<char>((rest & 0x7FU) | (rest > 0x7FU ? 0x80U : 0U));
    if (rest <= 0x7FU) {
      return bytes + content;
    }
  }
}

}  // namespace

TEST_CASE("bytes that are no model are refused in one line") {
  CHECK(refusal("hello") == "m.onnx: is not an ONNX model or was cut off; export or download it again");
  CHECK(refusal("") == "m.onnx: is not an ONNX model: it has no graph; export or download it again");
}

TEST_CASE("a hundred bytes that claim two gigabytes are refused at once") {
  const auto start = std::chrono::steady_clock::now();
  const std::string claim = std::string("\x3A\xFF\xFF\xFF\xFF\x07", 6) + std::string(94, 'x');
  CHECK(refusal(claim) == "m.onnx: is not an ONNX model or was cut off; export or download it again");
  OnnxModel huge = model_of({node_of("ConstantOfShape", {"s"}, {"y"})});
  huge.graph.initializers = {
      {"s", NumberFormat::fixed(64), {2}, std::make_shared<const Constant>(whole_list({1 << 20, 1 << 20}))}};
  CHECK(refusal(huge) == "");  // the shape is known, the elements are not made
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("graphs inside graphs past protobuf's limit are refused") {
  std::string graph;
  for (int depth = 0; depth < 2000; ++depth) {
    graph = field(1, field(5, field(6, graph)));
  }
  CHECK(refusal(field(7, graph)) == "m.onnx: is not an ONNX model or was cut off; export or download it again");
}

TEST_CASE("a model that was cut off anywhere is refused or read, never fatal") {
  OnnxModel model = model_of({node_of("Conv", {"x", "w"}, {"y"})});
  model.graph.initializers = {zeros("w", {4, 3, 3, 3})};
  const std::string bytes = write_model(model);
  int refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    refused += refusal(bytes.substr(0, size)).empty() ? 0 : 1;
  }
  CHECK(refused > static_cast<int>(bytes.size()) - 50);
  CHECK(refusal(bytes) == "");
}

TEST_CASE("a model with changed bytes is refused or read, never fatal") {
  OnnxModel model = model_of({node_of("Conv", {"x", "w"}, {"c"}), node_of("Relu", {"c"}, {"y"})});
  model.graph.initializers = {zeros("w", {4, 3, 3, 3})};
  const std::string bytes = write_model(model);
  for_random_cases(300, [&](Rng& rng) {
    std::string changed = bytes;
    for (int i = 0; i < 4; ++i) {
      changed[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(bytes.size()) - 1))] =
          static_cast<char>(rng.between(0, 255));
    }
    CHECK(refusal(changed).find('\n') == std::string::npos);
  });
}

TEST_CASE("an unknown operator is refused by name with the one that is meant") {
  CHECK(refusal(model_of({node_of("Convv", {"x"}, {"y"})})) ==
        "m.onnx: node 'n_y' (Convv): the operator 'Convv' cannot be read; did you mean 'Conv'?");
  CHECK(refusal(model_of({node_of("Loop", {"x"}, {"y"})})) ==
        "m.onnx: node 'n_y' (Loop): the operator 'Loop' cannot be read; docs/onnx.md lists those that can");
}

TEST_CASE("a node without an operator is refused before anything is made of it") {
  std::string nodes;
  for (int i = 0; i < 100000; ++i) {
    nodes += field(1, "");
  }
  CHECK(refusal(field(7, nodes)) == "m.onnx: node '' names no operator; the file is damaged");
}

TEST_CASE("an attribute that is no number and a node without outputs are refused") {
  OnnxModel model = model_of({node_of("LeakyRelu", {"x"}, {"y"}, {{"alpha", std::nanf("")}})});
  CHECK(refusal(model) ==
        "m.onnx: node 'n_y' (LeakyRelu): its attribute 'alpha' is no number (NaN); the file is damaged");
  model = model_of({node_of("Relu", {"x"}, {"y"}), OnnxNode{.name = "c", .type = "Constant"}});
  CHECK(refusal(model) == "m.onnx: node 'c' (Constant): it has no outputs; the file is damaged");
}

TEST_CASE("nodes that feed each other are refused") {
  CHECK(refusal(model_of(
            {node_of("Add", {"x", "b"}, {"a"}), node_of("Relu", {"a"}, {"b"}), node_of("Relu", {"b"}, {"y"})})) ==
        "m.onnx: node 'n_a' (Add): depends on its own output; a network has no cycles");
}

TEST_CASE("nodes in any order are read in an order that runs") {
  const OnnxModel model = model_of({node_of("Relu", {"a"}, {"y"}), node_of("Abs", {"x"}, {"a"})});
  const Network network = parse_onnx(write_model(model), "m.onnx");
  REQUIRE(network.nodes.size() == 2);
  CHECK(network.nodes[0].name == "n_a");
}

TEST_CASE("a value that is made twice or by nobody is refused") {
  CHECK(refusal(model_of({node_of("Relu", {"x"}, {"y"}), node_of("Abs", {"x"}, {"y"})})) ==
        "m.onnx: node 'n_y' (Abs): the value 'y' is made twice; give every output a name of its own");
  CHECK(refusal(model_of({node_of("Relu", {"z"}, {"y"})})) ==
        "m.onnx: node 'n_y' (Relu): its input 'z' is made by no node and is no input or weight; the file is damaged");
  CHECK(refusal(model_of({node_of("Relu", {"x"}, {"z"})})) ==
        "m.onnx: the output 'y' is made by no node; the file is damaged");
}

TEST_CASE("an open axis asks for the input's shape by its name") {
  OnnxModel model = model_of({node_of("Relu", {"x"}, {"y"})});
  model.graph.inputs[0].shape[2] = {-1, "height"};
  CHECK(refusal(model) ==
        "m.onnx: input 'x' leaves axis 2 ('height') open; give its size, as in --input-shape x=1,3,?,8");
  CHECK(refusal(model, {.input_shapes = {{"x", {1, 3, 9, 8}}}}) == "");
  CHECK(refusal(model, {.input_shapes = {{"xx", {1, 3, 9, 8}}}}) == "m.onnx: has no input 'xx'; did you mean 'x'?");
}

TEST_CASE("an open first axis is the batch, and a symbol has one size everywhere") {
  OnnxModel model = model_of({node_of("Add", {"x", "z"}, {"y"})});
  model.graph.inputs.push_back(declared("z", {1, 3, 8, 8}));
  model.graph.inputs[0].shape[0] = {-1, "n"};
  model.graph.inputs[1].shape[0] = {-1, "n"};
  const std::string bytes = write_model(model);
  CHECK(parse_onnx(bytes, "m.onnx", {.batch = 4}).values[1].shape == Sizes{4, 3, 8, 8});
  CHECK(parse_onnx(bytes, "m.onnx", {.input_shapes = {{"x", {5, 3, 8, 8}}}}).values[1].shape == Sizes{5, 3, 8, 8});
}

TEST_CASE("a negative input size is refused") {
  OnnxModel model = model_of({node_of("Relu", {"x"}, {"y"})});
  model.graph.inputs[0].shape[2].size = -5;
  CHECK(refusal(model) ==
        "m.onnx: input 'x' has the size -5 along axis 2; give its shape, as in --input-shape x=1,3,?,8");
}

TEST_CASE("sizes beyond 64 bits are refused") {
  OnnxModel model = model_of({node_of("Add", {"x", "w"}, {"y"})});
  model.graph.initializers = {{"w", NumberFormat::float32(), {std::int64_t{1} << 40, std::int64_t{1} << 40}, nullptr}};
  CHECK(refusal(model).starts_with("m.onnx: tensor 'w': the shape 1099511627776×1099511627776 has"));
}

TEST_CASE("sizes that do not fit are refused with the node's name") {
  OnnxModel model = model_of({node_of("Conv", {"x", "w"}, {"y"})});
  model.graph.initializers = {zeros("w", {4, 2, 3, 3})};
  CHECK(refusal(model).starts_with("m.onnx: node 'n_y' (Conv): its weights are 4×2×3×3, for 2 input channels"));
  model.graph.initializers = {zeros("w", {4, 3, 3, 3})};
  model.graph.nodes[0].attributes["strides"] = {Sizes{0, 1}, ""};
  CHECK(refusal(model) == "m.onnx: node 'n_y' (Conv): a stride of 0; it must be at least 1");
  model.graph.nodes[0].attributes["strides"] = {Sizes{1}, ""};
  CHECK(refusal(model) == "m.onnx: node 'n_y' (Conv): its attribute 'strides' has 1 entries; it needs 2 below 2^31");
  model.graph.nodes[0].attributes["strides"] = {std::string("2,2"), ""};
  CHECK(refusal(model) ==
        "m.onnx: node 'n_y' (Conv): its attribute 'strides' has the wrong type; it must be a list of whole numbers");
}

TEST_CASE("a shape that depends on the network's input is refused with the way out") {
  OnnxModel model = model_of({node_of("Cast", {"x"}, {"s"}), node_of("Reshape", {"x", "s"}, {"y"})});
  model.graph.nodes[0].attributes["to"] = {std::int64_t{7}, ""};
  CHECK(refusal(model) ==
        "m.onnx: node 'n_y' (Reshape): its shape 's' depends on the network's input, so that shapes would not be "
        "fixed; give a fixed input shape, or simplify the model with constant shapes");
}

TEST_CASE("an operator set of the future is refused") {
  OnnxModel model = model_of({node_of("Relu", {"x"}, {"y"})});
  model.opsets[""] = 99;
  CHECK(refusal(model) ==
        "m.onnx: uses operator set 99; sets 1 to 23 can be read: convert it with "
        "onnx.version_converter");
}

TEST_CASE("functions that call themselves or grow without end are refused") {
  OnnxModel model = model_of({node_of("f", {"x"}, {"y"})});
  model.graph.nodes[0].domain = "d";
  model.opsets["d"] = 1;
  OnnxNode call = node_of("f", {"a"}, {"b"});
  call.domain = "d";
  model.functions = {{.domain = "d", .name = "f", .inputs = {"a"}, .outputs = {"b"}, .nodes = {call}}};
  CHECK(refusal(model).find("its functions call each other too deep") != std::string::npos);
  // Twenty functions, each of which calls the next one twice.
  model.functions.clear();
  for (int i = 0; i < 20; ++i) {
    OnnxNode first = node_of("f" + std::to_string(i + 1), {"a"}, {"m"});
    OnnxNode second = node_of("f" + std::to_string(i + 1), {"m"}, {"b"});
    first.domain = second.domain = "d";
    model.functions.push_back({.domain = "d",
                               .name = i == 0 ? "f" : "f" + std::to_string(i),
                               .inputs = {"a"},
                               .outputs = {"b"},
                               .nodes = {first, second}});
  }
  model.functions.push_back({.domain = "d",
                             .name = "f20",
                             .inputs = {"a"},
                             .outputs = {"b"},
                             .nodes = {node_of("Relu", {"a"}, {"b"})},
                             .opsets = {{"", 17}}});
  CHECK(refusal(model).find("grow to more than 100,000 nodes") != std::string::npos);
}

TEST_CASE("twenty thousand nodes of one name are read at once") {
  std::vector<OnnxNode> nodes;
  for (int i = 0; i < 20000; ++i) {
    const std::string from = i == 0 ? "x" : "v" + std::to_string(i);
    nodes.push_back({.name = "same", .type = "Relu", .inputs = {from}, .outputs = {"v" + std::to_string(i + 1)}});
  }
  nodes.back().outputs = {"y"};
  const std::string bytes = write_model(model_of(nodes));
  const auto start = std::chrono::steady_clock::now();
  const Network network = parse_onnx(bytes, "m.onnx");
  CHECK(network.nodes.back().name == "same_20000");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("constants that a model makes out of nothing have a limit in all") {
  std::vector<OnnxNode> ranges;
  std::vector<std::string> made;
  for (int i = 0; i < 100; ++i) {
    made.push_back("r" + std::to_string(i));
    ranges.push_back(node_of("Range", {"zero", "many", "one"}, {made.back()}));
  }
  ranges.push_back(node_of("Sum", made, {"y"}));
  OnnxModel model = model_of(ranges);
  const auto scalar = [](const std::string& name, std::int64_t number) {
    return OnnxTensor{name, NumberFormat::fixed(64), {}, std::make_shared<const Constant>(whole_scalar(number))};
  };
  model.graph.initializers = {scalar("zero", 0), scalar("one", 1), scalar("many", 65536)};
  CHECK(refusal(model) == "");
  CHECK(refusal(model, {.generated_limit = 1 << 20}) ==
        "m.onnx: node 'n_r2' (Range): it makes a constant of 65536, and the model makes more than 1,048,576 bytes out "
        "of nothing; store such constants in the file");
}

TEST_CASE("constants that are computed again and again become layers in the end") {
  std::vector<OnnxNode> nodes{node_of("Neg", {"c"}, {"v0"})};
  for (int i = 0; i < 200; ++i) {
    nodes.push_back(node_of("Neg", {"v" + std::to_string(i)}, {"v" + std::to_string(i + 1)}));
  }
  nodes.back().outputs = {"y"};
  OnnxModel model = model_of(nodes);
  model.graph.initializers = {zeros("c", {65536})};
  CHECK(read(model).nodes.size() == 73);  // 2^23 elements are computed in advance, the rest when the network runs
}

TEST_CASE("external data are read from the model's folder and from nowhere else") {
  const TemporaryFolder folder;
  folder.file("data.bin", "0123456789");
  const std::string model = folder.path("model.onnx");
  CHECK(read_external({"data.bin", 2, 4}, model, 4, true) == "2345");
  CHECK(read_external({"data.bin", 2, -1}, model, 4, true) == "2345");
  CHECK(!read_external({"missing.bin", 0, 4}, model, 4, true));
  const auto message = [&](const ExternalData& data) {
    try {
      read_external(data, model, 4, true);
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  CHECK(message({"/etc/passwd", 0, 4}) ==
        "its external data '/etc/passwd' lie outside the model's folder; put them beside the model");
  CHECK(message({"a/../../data.bin", 0, 4}).find("lie outside") != std::string::npos);
  CHECK(message({"", 0, 4}).find("lie outside") != std::string::npos);
  CHECK(message({"data.bin", 8, 4}) ==
        "needs 4 bytes from byte 8 of 'data.bin', which has 10; the files do not belong together");
  CHECK(message({"data.bin", -1, 4}).find("do not belong together") != std::string::npos);
  CHECK(message({"data.bin", INT64_MAX, 4}).find("do not belong together") != std::string::npos);
  CHECK(message({"data.bin", 0, 5}).find("do not belong together") != std::string::npos);
  std::filesystem::create_symlink("/etc/passwd", folder.path("link.bin"));
  CHECK(message({"link.bin", 0, 4}).find("are a link that leads out") != std::string::npos);
}

TEST_CASE("a dropout in training mode is refused") {
  OnnxModel model = model_of({node_of("Dropout", {"x", "r", "t"}, {"y"})});
  const double half = 0.5;
  model.graph.initializers = {
      {"r",
       NumberFormat::float32(),
       {},
       std::make_shared<const Constant>(constant_of(NumberFormat::float32(), {}, std::span(&half, 1)))},
      {"t",
       NumberFormat::boolean(),
       {},
       std::make_shared<const Constant>(constant_of(NumberFormat::boolean(), {}, std::span(&half, 1)))}};
  CHECK(refusal(model) ==
        "m.onnx: node 'n_y' (Dropout): it is in training mode, so that its output is random; export "
        "the model for inference");
}

TEST_CASE("an input shape is written as name=sizes") {
  CHECK(parse_input_shape("x=1,3,224,224") == std::pair<std::string, Sizes>{"x", {1, 3, 224, 224}});
  CHECK_THROWS_WITH_AS(parse_input_shape("1,3"), "the input shape '1,3' has no name; write it as in input=1,3,224,224",
                       InputError);
  CHECK_THROWS_WITH_AS(parse_input_shape("x=1,-3"),
                       "the input shape 'x=1,-3' has a size below 1; write it as in x=1,3,224,224", InputError);
  CHECK_THROWS_WITH_AS(parse_input_shape("x=1,b"), "the size 'b' is not a whole number", InputError);
}

}  // namespace pj
