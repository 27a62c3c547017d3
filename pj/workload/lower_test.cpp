#include "pj/workload/lower.hpp"

#include <doctest/doctest.h>

#include "pj/network/statistics.hpp"
#include "pj/network/zoo.hpp"

namespace pj {

TEST_CASE("the Einsums of every network of the zoo have the MACs that are counted from its layers") {
  for (const ZooEntry& entry : zoo()) {
    CAPTURE(entry.name);
    const Network network = zoo_network(entry.name);
    std::int64_t macs = 0;
    for (const LoweredLayer& layer : lower(network)) {
      macs += layer.workload.macs();
    }
    // The sparse table of LeNet-5's C3 is priced as if it were dense: 16 · 6 · 25 · 100 instead of 60 · 25 · 100.
    const std::int64_t dense_table = entry.name == "lenet5_1998" ? 240000 - 150000 : 0;
    CHECK(macs == statistics(network).macs() + dense_table);
  }
}

TEST_CASE("a grouped convolution is an Einsum with a group index") {
  const auto layers = lower(zoo_network("alexnet"));
  CHECK(to_string(layers[1].workload) == "Output[n,g,m,p,q] += Input[n,g,c,p+r,q+s] * Weight[g,m,c,r,s]");
  CHECK(to_string(layers[0].workload) == "Output[n,g,m,p,q] += Input[n,g,c,4*p+r,4*q+s] * Weight[g,m,c,r,s]");
}

TEST_CASE("a transposed convolution scatters its output") {
  NetworkBuilder builder("up");
  const ValueId in = builder.input("x", {1, 8, 5, 5});
  const ValueId weights = builder.weight("w", {8, 4, 3, 3});
  const ValueId out = builder.add_one("up", Convolution{.stride = {2, 2}, .transposed = true}, {in, weights});
  const Network network = builder.finish({out});
  const auto layers = lower(network);
  REQUIRE(layers.size() == 1);
  CHECK(to_string(layers[0].workload) == "Output[n,g,m,2*p+r,2*q+s] += Input[n,g,c,p,q] * Weight[g,m,c,r,s]");
  CHECK(layers[0].workload.macs() == statistics(network).macs());
}

TEST_CASE("a recurrent cell is its products") {
  const auto layers = lower(zoo_network("lstm_1024"));
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].name.ends_with("/W_x"));
  CHECK(layers[1].workload.macs() == 4194304);
}

}  // namespace pj
