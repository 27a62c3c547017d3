#include "pj/network/constant_sources.hpp"

#include <doctest/doctest.h>

namespace pj {

TEST_CASE("a value made of constants alone has the largest of them as its source") {
  NetworkBuilder builder("net");
  const ValueId stored = builder.weight("w", {8, 4}, NumberFormat::fixed(8));
  const ValueId scale = builder.weight("scale", {});
  const ValueId real = builder.add_one("real", Dequantize{}, {stored, scale});
  const ValueId turned = builder.add_one("turned", Transpose{.permutation = {1, 0}}, {real});
  const Network network = builder.finish({turned});
  const ConstantSources sources = constant_sources(network);
  CHECK(sources[stored] == &network.values[stored]);
  CHECK(sources[scale] == &network.values[scale]);
  CHECK(sources[real] == &network.values[stored]);
  CHECK(sources[turned] == &network.values[stored]);
}

TEST_CASE("a value that depends on an input has no source") {
  NetworkBuilder builder("net");
  const ValueId x = builder.input("x", {8});
  const ValueId w = builder.weight("w", {8});
  const ValueId sum = builder.add_one("sum", Elementwise{}, {w, x});
  const ValueId more = builder.add_one("more", Elementwise{}, {w, sum});
  const Network network = builder.finish({more});
  const ConstantSources sources = constant_sources(network);
  CHECK(sources[x] == nullptr);
  CHECK(sources[sum] == nullptr);
  CHECK(sources[more] == nullptr);
}

TEST_CASE("a branch knows the constants that are handed to it") {
  NetworkBuilder builder("branch");
  const ValueId x = builder.input("x", {8});
  const ValueId w = builder.input("w", {8});
  const ValueId y = builder.add_one("y", Activation{}, {w});
  const Network branch = builder.finish({y, x});
  const Value outer{.name = "outer", .shape = {8}, .is_constant = true};
  const std::vector<const Value*> inputs{nullptr, &outer};
  const ConstantSources sources = constant_sources(branch, inputs);
  CHECK(sources[x] == nullptr);
  CHECK(sources[w] == &outer);
  CHECK(sources[y] == &outer);
}

}  // namespace pj
