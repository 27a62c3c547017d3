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

namespace {

/// The Einsum of the one layer that a network of this layer has, pooling included.
LoweredLayer only_layer(const Layer& layer, const std::vector<Sizes>& operands) {
  NetworkBuilder builder("one");
  std::vector<ValueId> values{builder.input("x", operands[0])};
  for (std::size_t i = 1; i < operands.size(); ++i) {
    values.push_back(builder.weight("w", operands[i]));
  }
  const std::vector<ValueId> outputs = builder.add("layer", layer, values);
  const auto layers = lower(builder.finish({outputs.front()}), {.pooling = true});
  REQUIRE(layers.size() == 1);
  return layers.front();
}

}  // namespace

TEST_CASE("a pooling layer is an Einsum with one input that multiplies nothing") {
  const LoweredLayer pool = only_layer(Pooling{.kernel = {3, 3}, .stride = {2, 2}}, {{2, 6, 13, 13}});
  CHECK(to_string(pool.workload) == "Output[n,c,p,q] += Input[n,c,2*p+r,2*q+s]");
  CHECK(pool.kind == "max pooling");
  CHECK(pool.workload.operations() == 2 * 6 * 6 * 6 * 9);
  CHECK(pool.workload.macs() == 0);
  CHECK(lower(zoo_network("alexnet")).size() == 8);
  CHECK(lower(zoo_network("alexnet"), {.pooling = true}).size() == 11);
}

TEST_CASE("a global pooling layer sees the whole map") {
  const LoweredLayer pool = only_layer(Pooling{.kind = Pooling::Kind::Average}, {{1, 8, 7, 5}});
  CHECK(to_string(pool.workload) == "Output[n,c,p,q] += Input[n,c,p+r,q+s]");
  CHECK(pool.workload.operations() == 8 * 7 * 5);
}

TEST_CASE("pooling takes windows of one to three axes") {
  CHECK(to_string(only_layer(Pooling{.kernel = {2}, .stride = {2}, .dilation = {3}}, {{1, 8, 9}}).workload) ==
        "Output[n,c,q] += Input[n,c,2*q+3*s]");
  CHECK(to_string(only_layer(Pooling{.kernel = {2, 2, 2}}, {{1, 8, 4, 4, 4}}).workload) ==
        "Output[n,c,z,p,q] += Input[n,c,z+t,p+r,q+s]");
}

TEST_CASE("dilated and depthwise convolutions keep their dilation and their groups") {
  CHECK(to_string(only_layer(Convolution{.dilation = {2, 3}}, {{1, 4, 9, 9}, {8, 4, 3, 3}}).workload) ==
        "Output[n,g,m,p,q] += Input[n,g,c,p+2*r,q+3*s] * Weight[g,m,c,r,s]");
  const Workload depthwise = only_layer(Convolution{.groups = 4}, {{1, 4, 9, 9}, {4, 1, 3, 3}}).workload;
  CHECK(depthwise.indices[depthwise.find_index("G")].size == 4);
  CHECK(depthwise.macs() == 4 * 7 * 7 * 9);
}

TEST_CASE("attention's products of activations have a group for each head") {
  const auto layer = only_layer(MatMul{.transpose_b = true}, {{2, 12, 16, 64}, {2, 12, 16, 64}});
  CHECK(to_string(layer.workload) == "Output[n,g,q,m] += Input[n,g,q,c] * Weight[g,m,c]");
  CHECK(layer.workload.indices[layer.workload.find_index("G")].size == 24);
}

TEST_CASE("the operands of a quantised layer have the bits of their integers") {
  NetworkBuilder builder("n");
  const ValueId scale = builder.weight("scale", {});
  const ValueId input = builder.input("data", {1, 3});
  const ValueId whole = builder.add_one("whole", Quantize{.to = NumberFormat::fixed(8)}, {input, scale});
  const ValueId real = builder.add_one("real", Dequantize{}, {whole, scale});
  const ValueId stored = builder.weight("stored", {5, 3}, NumberFormat::codebook(16));
  const ValueId sum = builder.add_one("fc", FullyConnected{}, {real, stored});
  const ValueId out = builder.add_one("out", Quantize{.to = NumberFormat::fixed(4)}, {sum, scale});
  const Workload workload = lower(builder.finish({out})).front().workload;
  CHECK(workload.tensors[0].bits == 8);
  CHECK(workload.tensors[1].bits == 4);
  CHECK(workload.tensors[1].is_index);
  CHECK(workload.tensors[2].bits == 4);
}

TEST_CASE("weights that codes look up have the bits and the zeros of the codes") {
  for (const NumberFormat& format : {NumberFormat::codebook(16), NumberFormat::log2(4)}) {
    NetworkBuilder builder("n");
    const ValueId codes = builder.weight("codes", {5, 3}, format);
    builder.network().values[codes].storage = {Storage::Kind::RunLength, 0.25, 5};
    const ValueId indices = builder.add_one("indices", Cast{.to = NumberFormat::fixed(64)}, {codes});
    const ValueId weights = builder.add_one("weights", Gather{}, {builder.weight("table", {15}), indices});
    const ValueId out = builder.add_one("fc", FullyConnected{}, {builder.input("data", {1, 3}), weights});
    const Workload workload = lower(builder.finish({out})).front().workload;
    CHECK(workload.tensors[1].bits == 4);
    CHECK(workload.tensors[1].density == 0.25);
    CHECK(workload.tensors[1].is_index == (format.kind == NumberFormat::Kind::Codebook));
  }
}

}  // namespace pj
