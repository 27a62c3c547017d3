#include "pj/network/statistics.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

#include "pj/base/error.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

/// The statistics of a network that is one layer on one input; the further operands are weights.
LayerStatistics of_layer(const Layer& layer, const Sizes& input, const std::vector<Sizes>& weights) {
  NetworkBuilder builder("net");
  std::vector<ValueId> operands{builder.input("x", input)};
  for (const Sizes& shape : weights) {
    operands.push_back(builder.weight("w", shape));
  }
  const auto outputs = builder.add("layer", layer, operands);
  return statistics(builder.finish(outputs)).layers.at(0);
}

Convolution conv(std::int64_t stride, std::int64_t pad, std::int64_t groups = 1) {
  return {
      .stride = {stride, stride}, .dilation = {1, 1}, .pad_begin = {pad, pad}, .pad_end = {pad, pad}, .groups = groups};
}

using Row = std::map<std::string, std::string>;

std::int64_t column_number(const Row& row, const std::string& column) {
  return std::stoll(row.at(column));
}

/// The shape that a row of the reference tables gives.
LayerShape layer_shape_of(const Row& row) {
  const auto at = [&](const char* column) { return column_number(row, column); };
  return {.N = at("N"),
          .C = at("C"),
          .M = at("M"),
          .H = at("H"),
          .W = at("W"),
          .R = at("R"),
          .S = at("S"),
          .stride_h = at("stride_h"),
          .stride_w = at("stride_w"),
          .pad_h = at("pad_h"),
          .pad_w = at("pad_w"),
          .groups = at("groups"),
          .P = at("E"),
          .Q = at("F")};
}

/// The row's layer, built from its letters alone.
LayerStatistics built(const Row& row) {
  const LayerShape s = layer_shape_of(row);
  const Sizes input{s.N, s.C, s.H, s.W};
  const Sizes stride{s.stride_h, s.stride_w};
  const Sizes pad{s.pad_h, s.pad_w};
  // What the windows leave over at the end: the tables give only the padding before the map.
  const Sizes end{std::max<std::int64_t>((s.P - 1) * s.stride_h + s.R - s.H - s.pad_h, 0),
                  std::max<std::int64_t>((s.Q - 1) * s.stride_w + s.S - s.W - s.pad_w, 0)};
  if (row.at("type") == "CONV") {
    return of_layer(Convolution{.stride = stride, .pad_begin = pad, .pad_end = end, .groups = s.groups}, input,
                    {{s.M, s.C / s.groups, s.R, s.S}});
  }
  if (row.at("type") == "FC") {
    return of_layer(FullyConnected{}, s.H * s.W == 1 ? Sizes{s.N, s.C} : input, {{s.M, s.C * s.H * s.W}});
  }
  if (row.at("type") == "GEMM") {
    return of_layer(MatMul{}, {s.N, s.W, s.C}, {{s.C, s.M}});
  }
  if (row.at("type").starts_with("POOL")) {
    const auto kind = row.at("type") == "POOL_MAX" ? Pooling::Kind::Max : Pooling::Kind::Average;
    return of_layer(Pooling{.kind = kind, .kernel = {s.R, s.S}, .stride = stride, .pad_begin = pad, .pad_end = end},
                    input, {});
  }
  return of_layer(Elementwise{}, input, {input});
}

}  // namespace

TEST_CASE("weights, MACs and letters of each layer equal the reference tables") {
  if (!shared_is_there("the zoo's layer tables")) {
    return;
  }
  int rows = 0;
  for (const auto& file : std::filesystem::directory_iterator(in_shared("reference/layers"))) {
    for (const Row& row : read_csv(file.path())) {
      if (!row.contains("type")) {
        continue;  // LeNet-5 of 1998 lists connections, not letters
      }
      CAPTURE(file.path().filename().string());
      CAPTURE(row.at("layer"));
      const LayerStatistics layer = built(row);
      const bool has_no_weights = column_number(row, "weights") == 0;  // a product of two activations, head by head
      CHECK((has_no_weights || layer.weights == column_number(row, "weights")));
      CHECK((has_no_weights || layer.macs == column_number(row, "macs")));
      CHECK(layer.shape == layer_shape_of(row));
      ++rows;
    }
  }
  CHECK(rows > 2000);
}

TEST_CASE("AlexNet's second layer has half the weights in two groups") {
  const auto grouped = of_layer(conv(1, 2, 2), {1, 96, 27, 27}, {{256, 48, 5, 5}});
  CHECK(grouped.kind == "grouped convolution");
  CHECK(grouped.weights == 307200);
  CHECK(grouped.macs == 223948800);
  const auto dense = of_layer(conv(1, 2), {1, 96, 27, 27}, {{256, 96, 5, 5}});
  CHECK(dense.kind == "convolution");
  CHECK(dense.weights == 614400);
}

TEST_CASE("a convolution is named by its groups and kernel") {
  CHECK(of_layer(conv(1, 1, 32), {1, 32, 8, 8}, {{64, 1, 3, 3}}).kind == "depthwise convolution");
  CHECK(of_layer(conv(1, 0), {1, 32, 8, 8}, {{64, 32, 1, 1}}).kind == "pointwise convolution");
  CHECK(of_layer(conv(1, 0), {1, 1, 8, 8}, {{64, 1, 3, 3}}).kind == "convolution");
  CHECK(of_layer(Convolution{.transposed = true}, {1, 4, 8, 8}, {{4, 6, 3, 3}}).kind == "transposed convolution");
}

TEST_CASE("MACs grow with the batch, weights do not") {
  const auto one = of_layer(conv(1, 1), {1, 8, 6, 6}, {{4, 8, 3, 3}});
  const auto four = of_layer(conv(1, 1), {4, 8, 6, 6}, {{4, 8, 3, 3}});
  CHECK(four.macs == 4 * one.macs);
  CHECK(four.weights == one.weights);
}

TEST_CASE("a transposed convolution spreads every input over the filter of each output channel of its group") {
  const auto layer =
      of_layer(Convolution{.stride = {2, 2}, .groups = 2, .transposed = true}, {1, 6, 5, 7}, {{6, 4, 3, 2}});
  CHECK(layer.macs == 6 * 5 * 7 * 4 * 3 * 2);
  CHECK(layer.weights == 6 * 4 * 3 * 2);
  CHECK(layer.shape.M == 8);
  CHECK(layer.shape.P == 11);
}

TEST_CASE("1-D and 3-D convolutions count all their axes") {
  const auto line = of_layer(Convolution{.stride = {2}}, {1, 4, 33}, {{8, 4, 3}});
  CHECK(line.macs == 16 * 8 * 4 * 3);
  CHECK(line.shape == LayerShape{.C = 4, .M = 8, .W = 33, .S = 3, .stride_w = 2, .Q = 16});
  const auto volume = of_layer(Convolution{}, {1, 4, 5, 6, 7}, {{8, 4, 3, 3, 3}});
  CHECK(volume.macs == 3 * 4 * 5 * 8 * 4 * 27);
  CHECK(volume.shape.H == 6);
}

TEST_CASE("LeNet-5's C3 counts only its connections") {
  // LeCun et al. 1998, Table I: 60 of the 96 pairs of maps are connected.
  std::vector<Sizes> table;
  for (std::int64_t m = 0; m < 6; ++m) {
    table.push_back({m, (m + 1) % 6, (m + 2) % 6});
  }
  for (std::int64_t m = 0; m < 9; ++m) {
    table.push_back({m % 6, (m + 1) % 6, (m + 2) % 6, (m + 3) % 6});
  }
  table.push_back({0, 1, 2, 3, 4, 5});
  const auto layer = of_layer(Convolution{.connections = table}, {1, 6, 14, 14}, {{16, 6, 5, 5}, {16}});
  CHECK(layer.weights == 1500);
  CHECK(layer.parameters == 1516);
  CHECK(layer.macs == 150000);
}

TEST_CASE("recurrent layers have the weights of all their gates") {
  const auto count = [](Recurrent layer, std::int64_t input, std::int64_t hidden, bool bias) {
    NetworkBuilder builder("net");
    layer.hidden = hidden;
    const std::int64_t gates = gate_count(layer.cell) * hidden;
    const std::int64_t directions = direction_count(layer.direction);
    std::vector<ValueId> operands{builder.input("x", {1, 1, input}), builder.weight("W", {directions, gates, input}),
                                  builder.weight("R", {directions, gates, hidden})};
    if (bias) {
      operands.push_back(builder.weight("B", {directions, 2 * gates}));
    }
    return statistics(builder.finish(builder.add("cell", layer, operands)));
  };
  using Cell = Recurrent::Cell;
  CHECK(count({.cell = Cell::Lstm}, 1024, 1024, false).weights() == 8388608);
  CHECK(count({.cell = Cell::Gru}, 1024, 1024, false).weights() == 6291456);
  CHECK(count({.cell = Cell::Rnn}, 1024, 1024, false).weights() == 2097152);
  CHECK(count({.cell = Cell::Lstm, .direction = Recurrent::Direction::Bidirectional}, 1024, 1024, false).weights() ==
        2 * 8388608);
  const NetworkStatistics lstm = count({.cell = Cell::Lstm}, 1024, 1024, true);
  CHECK(lstm.parameters == 8392704);  // the reference table's count, with one bias a gate
  CHECK(lstm.constants == 8396800);   // with two, as in ONNX and PyTorch
  CHECK(lstm.macs() == 8388608);
  REQUIRE(lstm.layers.size() == 2);
  CHECK(lstm.layers[0].name == "cell/W_x");
  CHECK(lstm.layers[1].name == "cell/W_h");
  CHECK(lstm.layers[1].kind == "LSTM");
  CHECK(lstm.layers[1].shape == LayerShape{.C = 1024, .M = 4096});
  CHECK(count({.cell = Cell::Gru}, 1024, 1024, true).parameters == 6294528);
  CHECK(count({.cell = Cell::Gru, .linear_before_reset = true}, 1024, 1024, true).parameters == 6295552);
}

TEST_CASE("ESE's LSTM with projection has 3,248,128 weights") {
  // Han et al. 2017: input 153, 1024 cells, projected to 512.
  NetworkBuilder builder("ese");
  const auto outputs = builder.add(
      "lstm", Recurrent{.hidden = 1024, .projection = 512},
      {builder.input("x", {1, 1, 153}), builder.weight("W", {1, 4096, 153}), builder.weight("R", {1, 4096, 512}),
       no_value, no_value, no_value, no_value, no_value, builder.weight("P", {1, 512, 1024})});
  const NetworkStatistics ese = statistics(builder.finish(outputs));
  CHECK(ese.weights() == 3248128);
  CHECK(ese.macs() == 3248128);
  REQUIRE(ese.layers.size() == 3);
  CHECK(ese.layers[2].name == "lstm/projection");
  CHECK(ese.layers[2].weights == 524288);
  CHECK(ese.activations == 512 + 512 + 1024);
}

TEST_CASE("a recurrent layer works once for every step of every sequence") {
  NetworkBuilder builder("net");
  const auto outputs = builder.add(
      "lstm", Recurrent{.hidden = 20, .batch_first = true},
      {builder.input("x", {3, 28, 28}), builder.weight("W", {1, 80, 28}), builder.weight("R", {1, 80, 20})});
  const NetworkStatistics lstm = statistics(builder.finish(outputs));
  CHECK(lstm.macs() == 3 * 28 * (80 * 28 + 80 * 20));
  CHECK(lstm.layers[0].shape == LayerShape{.N = 3, .C = 28, .M = 80, .W = 28, .Q = 28});
}

TEST_CASE("attention's products have MACs without weights") {
  NetworkBuilder builder("attention");
  const ValueId q = builder.input("q", {1, 8, 64, 64});
  const ValueId k = builder.input("k", {1, 8, 64, 64});
  const ValueId scores = builder.add_one("scores", MatMul{.transpose_b = true}, {q, k});
  const NetworkStatistics attention = statistics(builder.finish({scores}));
  CHECK(attention.weights() == 0);
  CHECK(attention.parameters == 0);
  CHECK(attention.macs_fc == 2097152);
  CHECK(attention.layers[0].shape == LayerShape{.N = 8, .C = 64, .M = 64, .W = 64, .Q = 64});
}

TEST_CASE("a matrix product finds its weights on either side") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {32, 10});
  const ValueId w = builder.weight("w", {64, 32});
  const auto layer = statistics(builder.finish({builder.add_one("y", MatMul{}, {w, x})})).layers.at(0);
  CHECK(layer.weights == 2048);
  CHECK(layer.macs == 20480);
  CHECK(layer.shape == LayerShape{.C = 32, .M = 64, .W = 10, .Q = 10});
}

TEST_CASE("a tied embedding is counted once") {
  NetworkBuilder builder("net");
  const ValueId table = builder.weight("table", {37000, 512});
  const ValueId tokens = builder.input("tokens", {1, 64}, NumberFormat::fixed(64));
  const ValueId vectors = builder.add_one("embed", Gather{}, {table, tokens});
  const ValueId logits = builder.add_one("logits", MatMul{.transpose_b = true}, {vectors, table});
  const NetworkStatistics net = statistics(builder.finish({logits}));
  CHECK(net.layers[0].kind == "embedding");
  CHECK(net.layers[0].weights == 18944000);
  CHECK(net.layers[0].macs == 0);
  CHECK(net.layers[1].weights == 18944000);
  CHECK(net.layers[1].macs == 1212416000);
  CHECK(net.weights() == 18944000);
  CHECK(net.parameters == 18944000);
  CHECK(net.constants == 18944000);
}

TEST_CASE("weights are found behind nodes that work on constants alone") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {1, 3, 8, 8});
  const ValueId stored = builder.weight("w", {3, 3, 3, 4}, NumberFormat::fixed(8));
  const ValueId scale = builder.weight("scale", {4});
  const ValueId zero = builder.weight("zero", {4}, NumberFormat::fixed(8));
  const ValueId real = builder.add_one("dequantize", Dequantize{.axis = 3}, {stored, scale, zero});
  const ValueId turned = builder.add_one("transpose", Transpose{.permutation = {3, 2, 0, 1}}, {real});
  const NetworkStatistics net = statistics(builder.finish({builder.add_one("conv", Convolution{}, {x, turned})}));
  REQUIRE(net.layers.size() == 3);
  CHECK(net.layers[2].weights == 108);
  CHECK(net.layers[2].parameters == 108);
  CHECK(net.layers[2].constants == 0);
  CHECK(net.layers[0].constants == 116);
  CHECK(net.layers[0].activations == 0);
  CHECK(net.weights_conv == 108);
  CHECK(net.parameters == 108);
  CHECK(net.constants == 116);
}

TEST_CASE("pieces of one constant add up to it, and copies do not exceed it") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {1, 8});
  const ValueId fused = builder.weight("qkv", {12, 8});
  std::vector<ValueId> outputs;
  for (std::int64_t i = 0; i < 3; ++i) {
    const ValueId piece = builder.add_one("", Slice{.starts = {4 * i}, .ends = {4 * i + 4}}, {fused});
    outputs.push_back(builder.add_one("", FullyConnected{}, {x, piece}));
  }
  outputs.push_back(builder.add_one("", FullyConnected{}, {x, builder.add_one("", Cast{}, {fused})}));
  const NetworkStatistics net = statistics(builder.finish(outputs));
  CHECK(net.layers[1].weights == 32);
  CHECK(net.weights() == 96);
  CHECK(net.macs() == 2 * 96);
}

TEST_CASE("weights kept in a codebook count once each, not once a codebook entry") {
  NetworkBuilder builder("net");
  const ValueId codebook = builder.weight("codebook", {16});
  const ValueId indices = builder.weight("indices", {10, 100}, NumberFormat::fixed(8, false));
  const ValueId weights = builder.add_one("decode", Gather{}, {codebook, indices});
  const ValueId y = builder.add_one("fc", FullyConnected{}, {builder.input("x", {1, 100}), weights});
  CHECK(statistics(builder.finish({y})).weights() == 1000);
}

TEST_CASE("batch normalization has two trained parameters a channel and two running statistics") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {1, 16, 4, 4});
  std::vector<ValueId> operands{x};
  for (const char* name : {"scale", "bias", "mean", "variance"}) {
    operands.push_back(builder.weight(name, {16}));
  }
  const NetworkStatistics net = statistics(builder.finish({builder.add_one("norm", BatchNormalization{}, operands)}));
  CHECK(net.weights() == 0);
  CHECK(net.parameters == 32);
  CHECK(net.constants == 64);
  CHECK(net.macs() == 0);
}

TEST_CASE("scale factors, indices and quantisation scales are constants but no parameters") {
  NetworkBuilder builder("net");
  ValueId x = builder.input("x", {1, 8});
  x = builder.add_one("half", Elementwise{.kind = Elementwise::Kind::Mul}, {x, builder.weight("0.5", {})});
  x = builder.add_one("quantize", Quantize{}, {x, builder.weight("scale", {})});
  x = builder.add_one("dequantize", Dequantize{}, {x, builder.weight("scale", {})});
  x = builder.add_one("pick", Gather{.axis = 1}, {x, builder.weight("indices", {4}, NumberFormat::fixed(64))});
  x = builder.add_one("bias", Elementwise{}, {x, builder.weight("bias", {4})});
  x = builder.add_one("prelu", Activation{.kind = Activation::Kind::PRelu}, {x, builder.weight("slope", {1})});
  const NetworkStatistics net = statistics(builder.finish({x}));
  CHECK(net.parameters == 5);
  CHECK(net.constants == 1 + 1 + 1 + 4 + 4 + 1);
}

TEST_CASE("an If counts as the branch with more MACs, and its weights may come from outside") {
  const auto branch = [](bool large) {
    NetworkBuilder builder("branch");
    const ValueId x = builder.input("x", {1, 8});
    const ValueId w = builder.input("w", {8, 8});
    const ValueId y = builder.add_one("fc", FullyConnected{}, {x, w});
    return std::make_shared<const Network>(
        builder.finish({large ? builder.add_one("fc2", FullyConnected{}, {y, w}) : y}));
  };
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {1, 8});
  const ValueId w = builder.weight("w", {8, 8});
  const ValueId condition = builder.input("condition", {}, NumberFormat::boolean());
  const ValueId y = builder.add_one("choice", If{branch(false), branch(true)}, {condition, x, w});
  const NetworkStatistics net = statistics(builder.finish({y}));
  REQUIRE(net.layers.size() == 2);
  CHECK(net.layers[1].name == "choice/fc2");
  CHECK(net.layers[1].node == 0);
  CHECK(net.macs() == 128);
  CHECK(net.weights() == 64);
  CHECK(net.constants == 64);
}

TEST_CASE("a count that does not fit 64 bits is refused") {
  NetworkBuilder builder("net");
  const std::int64_t big = std::int64_t{1} << 24;
  const ValueId a = builder.input("a", {big, big});
  const ValueId y = builder.add_one("y", MatMul{}, {a, builder.input("b", {big, big})});
  CHECK_THROWS_WITH_AS(
      statistics(builder.finish({y})),
      "node 'y': a size of 281474976710656 · 16777216 does not fit 64 bits; use sizes that fit a memory", InputError);
}

TEST_CASE("a network of 1,202 layers is built and counted in less than a second") {
  const auto start = std::chrono::steady_clock::now();
  NetworkBuilder builder("resnet1202");
  ValueId x = builder.input("x", {1, 16, 32, 32});
  for (int i = 0; i < 1202; ++i) {
    x = builder.add_one("conv", conv(1, 1), {x, builder.weight("w", {16, 16, 3, 3})});
    x = builder.add_one("relu", Activation{}, {x});
  }
  const NetworkStatistics net = statistics(builder.finish({x}));
  CHECK(net.weights_conv == 1202 * 2304);
  CHECK(net.operations() == 2 * net.macs());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

}  // namespace pj
