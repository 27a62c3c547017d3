#include "pj/network/layer_work.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("each operand of a projected LSTM belongs to one part of its work") {
  NetworkBuilder builder("net");
  std::vector<ValueId> operands{builder.input("x", {5, 2, 10})};
  for (const Sizes& shape : {Sizes{1, 80, 10}, Sizes{1, 80, 6}, Sizes{1, 160}, Sizes{2}, Sizes{1, 2, 6},
                             Sizes{1, 2, 20}, Sizes{1, 60}, Sizes{1, 6, 20}}) {
    operands.push_back(builder.weight("w", shape));
  }
  const Network network = builder.finish(builder.add("lstm", Recurrent{.hidden = 20, .projection = 6}, operands));
  const std::vector<LayerWork> parts = layer_work(network, network.nodes[0], constant_sources(network));
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].operands == std::vector<std::size_t>{0, 1, 3, 4, 5, 6});
  CHECK(parts[1].operands == std::vector<std::size_t>{2, 7});
  CHECK(parts[2].operands == std::vector<std::size_t>{8});
  CHECK(parts[0].macs == 5 * 2 * 80 * 10);
  CHECK(parts[1].macs == 5 * 2 * 80 * 6);
  CHECK(parts[2].macs == 5 * 2 * 6 * 20);
}

TEST_CASE("initial states and sequence lengths are no parameters of an LSTM") {
  NetworkBuilder builder("net");
  std::vector<ValueId> operands{builder.input("x", {5, 2, 10})};
  for (const Sizes& shape : {Sizes{1, 80, 10}, Sizes{1, 80, 20}, Sizes{1, 160}, Sizes{2}, Sizes{1, 2, 20}}) {
    operands.push_back(builder.weight("w", shape));
  }
  const Network network = builder.finish(builder.add("lstm", Recurrent{.hidden = 20}, operands));
  std::vector<std::int64_t> counts;
  for (std::size_t i = 1; i < operands.size(); ++i) {
    counts.push_back(parameter_count(network, network.nodes[0], i));
  }
  CHECK(counts == std::vector<std::int64_t>{800, 1600, 80, 0, 0});
}

TEST_CASE("a layer without a product has its letters and no MACs") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {2, 3, 8, 9});
  const ValueId y = builder.add_one("pad", Pad{.begin = {0, 0, 1, 1}, .end = {0, 1, 1, 1}}, {x});
  const Network network = builder.finish({y});
  const std::vector<LayerWork> parts = layer_work(network, network.nodes[0], constant_sources(network));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].macs == 0);
  CHECK(parts[0].shape == LayerShape{.N = 2, .C = 3, .M = 4, .H = 8, .W = 9, .P = 10, .Q = 11});
}

}  // namespace pj
