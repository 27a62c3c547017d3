#include "pj/network/zoo.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <variant>

#include "pj/base/error.hpp"
#include "pj/network/statistics.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

using Row = std::map<std::string, std::string>;

std::int64_t number(const Row& row, const std::string& column) {
  return std::stoll(row.at(column));
}

/// A row of the reference tables, and what a layer of ours says in the same words.
struct LayerRow {
  std::string name, type;
  LayerShape shape;
  std::int64_t weights = 0, biases = 0, macs = 0;

  bool operator==(const LayerRow&) const = default;
};

std::string type_of(const Layer& layer) {
  if (const auto* pool = std::get_if<Pooling>(&layer)) {
    return pool->kind == Pooling::Kind::Max ? "POOL_MAX" : "POOL_AVE";
  }
  const auto* elementwise = std::get_if<Elementwise>(&layer);
  const bool is_gemm = std::holds_alternative<MatMul>(layer) || std::holds_alternative<Recurrent>(layer);
  return std::holds_alternative<Convolution>(layer)                              ? "CONV"
         : std::holds_alternative<FullyConnected>(layer)                         ? "FC"
         : is_gemm                                                               ? "GEMM"
         : elementwise != nullptr && elementwise->kind == Elementwise::Kind::Add ? "ADD"
                                                                                 : "";
}

/// The tables name the products of a recurrent layer by its gates, and the tied logits by what they share.
std::string our_name(const std::string& name) {
  static const std::map<std::string, std::string> names{
      {"W_x (i,f,o,g)", "lstm/W_x"},          {"W_h (i,f,o,g)", "lstm/W_h"}, {"W_r (i,f,o,g)", "lstm/W_h"},
      {"W_ym projection", "lstm/projection"}, {"W_x (z,r,h)", "gru/W_x"},    {"W_h (z,r,h)", "gru/W_h"},
      {"logits (tied embedding)", "logits"}};
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

std::vector<LayerRow> table_rows(const std::string& id) {
  std::vector<LayerRow> rows;
  for (const Row& row : read_csv(in_shared("reference/layers/" + id + ".csv"))) {
    const auto at = [&](const char* column) { return number(row, column); };
    const LayerShape shape{.N = at("N"),
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
    rows.push_back({our_name(row.at("layer")), row.at("type"), shape, at("weights"), at("biases"), at("macs")});
  }
  return rows;
}

/// The layers of a network that have one of the given types.
std::vector<LayerRow> network_rows(const Network& network, const std::set<std::string>& types) {
  std::vector<LayerRow> rows;
  for (const LayerStatistics& layer : statistics(network).layers) {
    const std::string type = type_of(network.nodes[layer.node].layer);
    if (types.contains(type)) {
      rows.push_back({layer.name, type, layer.shape, layer.weights, layer.parameters - layer.weights, layer.macs});
    }
  }
  return rows;
}

/// The tables count a Transformer's heads as one product, and cross-attention's three inputs as one.
void join_attention(std::vector<LayerRow>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name.ends_with("scores") || rows[i].name.ends_with("context")) {
      CHECK(rows[i].shape.N == 8);
      rows[i].shape.N = 1;
    }
    if (rows[i].name.ends_with("cross_q")) {
      const LayerRow kv = rows[i + 1];
      rows[i].name += "kv";
      rows[i].shape.M += kv.shape.M;
      rows[i].weights += kv.weights;
      rows[i].macs += kv.macs;
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }
}

}  // namespace

TEST_CASE("each network's totals equal the reference table") {
  if (!shared_is_there("the zoo's totals")) {
    return;
  }
  const auto table = read_csv(in_shared("reference/networks.csv"));
  CHECK(table.size() == 35);
  for (const Row& row : table) {
    CAPTURE(row.at("id"));
    const NetworkStatistics counted = statistics(zoo_network(row.at("id")));
    CHECK(counted.weights_conv == number(row, "weights_conv"));
    CHECK(counted.weights_fc == number(row, "weights_fc"));
    CHECK(counted.macs_fc == number(row, "macs_fc"));
    CHECK(counted.parameters == number(row, "params_incl_bias_bn"));
    if (row.at("id") != "lenet5_1998") {  // its table counts biases and connections, see below
      CHECK(counted.weights() == number(row, "weights_total"));
      CHECK(counted.macs_conv == number(row, "macs_conv"));
      CHECK(counted.macs() == number(row, "macs_total"));
    }
  }
}

TEST_CASE("each network's title is that of the reference table") {
  if (!shared_is_there("the zoo's titles")) {
    return;
  }
  const std::vector<ZooEntry> entries = zoo();
  for (const Row& row : read_csv(in_shared("reference/networks.csv"))) {
    CAPTURE(row.at("id"));
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const ZooEntry& entry) { return entry.name == row.at("id"); });
    REQUIRE(found != entries.end());
    CHECK(found->title == row.at("name"));
  }
}

TEST_CASE("each layer equals its row of the reference tables, in the same order") {
  if (!shared_is_there("the zoo's layer tables")) {
    return;
  }
  for (const Row& network : read_csv(in_shared("reference/networks.csv"))) {
    const std::string id = network.at("id");
    if (id == "lenet5_1998") {
      continue;  // its table lists connections, see below
    }
    CAPTURE(id);
    const std::vector<LayerRow> expected = table_rows(id);
    std::set<std::string> types;
    for (const LayerRow& row : expected) {
      types.insert(row.type);
    }
    std::vector<LayerRow> rows = network_rows(zoo_network(id), types);
    join_attention(rows);
    // PyramidNet's tables leave out the pooling on the two shortcuts that halve the map.
    std::erase_if(rows, [](const LayerRow& row) { return row.name.ends_with("/halved"); });
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(expected[i].name);
      CHECK(rows[i].name == expected[i].name);
      CHECK(rows[i].type == expected[i].type);
      CHECK(rows[i].shape == expected[i].shape);
      CHECK(rows[i].weights == expected[i].weights);
      CHECK(rows[i].biases == expected[i].biases);
      CHECK(rows[i].macs == expected[i].macs);
    }
  }
}

TEST_CASE("LeNet-5 of 1998 has the published parameters and connections of each layer") {
  if (!shared_is_there("LeNet-5's connections")) {
    return;
  }
  const Network network = zoo_network("lenet5_1998");
  std::map<std::string, std::int64_t> parameters, connections;
  for (const LayerStatistics& layer : statistics(network).layers) {
    const std::string name = layer.name.substr(0, layer.name.find('/'));
    parameters[name] += layer.parameters;
    const auto* pool = std::get_if<Pooling>(&network.nodes[layer.node].layer);
    // A unit's connections are its inputs and its bias; each output's are its distances to the 84 points of a code.
    connections[name] += layer.macs + (layer.macs > 0 ? layer.activations : 0);
    connections[name] += pool == nullptr ? 0 : layer.activations * (layer.shape.R * layer.shape.S + 1);
    connections[name] += layer.name == "OUTPUT/square" ? layer.activations : 0;
  }
  std::int64_t all_parameters = 0;
  std::int64_t all_connections = 0;
  for (const Row& row : read_csv(in_shared("reference/layers/lenet5_1998.csv"))) {
    CAPTURE(row.at("layer"));
    CHECK(parameters[row.at("layer")] == number(row, "trainable_parameters"));
    CHECK(connections[row.at("layer")] == number(row, "connections"));
    all_parameters += parameters[row.at("layer")];
    all_connections += connections[row.at("layer")];
  }
  CHECK(all_parameters == 60000);
  CHECK(all_connections == 340908);
}

TEST_CASE("GoogLeNet with pooling that rounds down has the 1.43 G MACs of Sze et al. 2017") {
  const Network floor = zoo_network("googlenet_floor");
  const NetworkStatistics counted = statistics(floor);
  CHECK(counted.weights() == 6990272);
  CHECK(counted.macs_conv / 100000 == 14305);
}

TEST_CASE("inception module 3a joins 64, 128, 32 and 32 channels") {
  const Network network = zoo_network("googlenet");
  const auto found = std::find_if(network.nodes.begin(), network.nodes.end(),
                                  [](const Node& node) { return node.name == "inception_3a"; });
  REQUIRE(found != network.nodes.end());
  std::vector<std::int64_t> channels;
  for (const ValueId id : found->inputs) {
    channels.push_back(network.values[id].shape[1]);
  }
  CHECK(channels == std::vector<std::int64_t>{64, 128, 32, 32});
  CHECK(network.values[found->outputs[0]].shape == Sizes{1, 256, 28, 28});
}

TEST_CASE("a ResNet of 1,202 layers is built and counted") {
  // He et al. 2016, table 6: 19.4 M parameters, which are 200 blocks in each of three stages.
  const Network network = zoo_network("resnet1202_cifar10");
  const NetworkStatistics counted = statistics(network);
  const auto weighted = std::count_if(network.nodes.begin(), network.nodes.end(), [](const Node& node) {
    return std::holds_alternative<Convolution>(node.layer) || std::holds_alternative<FullyConnected>(node.layer);
  });
  CHECK(weighted == 1202);
  const std::int64_t stages = 400 * 9 * 16 * 16 + (399 * 32 + 16) * 9 * 32 + (399 * 64 + 32) * 9 * 64;
  CHECK(counted.weights_conv == 9 * 3 * 16 + stages);
  CHECK(counted.weights_fc == 640);
  CHECK(counted.parameters == counted.weights() + 10 + 2 * (16 + 400 * (16 + 32 + 64)));
  CHECK(counted.parameters / 100000 == 194);
}

TEST_CASE("each network of the zoo has its own name, a source with a year, and runs in batches") {
  std::set<std::string> names;
  for (const ZooEntry& entry : zoo()) {
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(entry.source.find(": ") != std::string::npos);
    CHECK((entry.source.find(" 19") != std::string::npos || entry.source.find(" 20") != std::string::npos));
    if (entry.name == "resnet1202_cifar10") {
      continue;  // counted above
    }
    const Network three = zoo_network(entry.name, 3);
    CHECK(three.name == entry.name);
    for (const ValueId id : three.outputs) {
      CHECK(three.values[id].shape[0] == 3);
    }
    CHECK(statistics(three).macs() == 3 * statistics(zoo_network(entry.name)).macs());
  }
  CHECK(names.size() >= 35);
}

TEST_CASE("an unknown network says which one may have been meant") {
  CHECK_THROWS_WITH_AS(zoo_network("resnet51"), "unknown network 'resnet51'; did you mean 'resnet50'?", InputError);
  CHECK_THROWS_WITH_AS(zoo_network("alexnet", 0), "the batch must be from 1 to 2,147,483,647, not 0", InputError);
}

}  // namespace pj
