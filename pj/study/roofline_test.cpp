#include "pj/study/roofline.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/study/load.hpp"
#include "pj/study/roofline_report.hpp"

namespace pj {

namespace {

/// Four units at 100 Hz behind a DRAM of 16 bit a cycle and a buffer of 64 bit in each direction.
Accelerator roofline_machine() {
  return {
      .name = "small",
      .title = "small",
      .clock = {100.0},
      .stages = {Level{.name = "DRAM", .read = {100.0}, .write = {100.0}, .bandwidth = 16.0},
                 Level{.name = "buffer", .capacity = Bits{1 << 20}, .read_bandwidth = 64.0, .write_bandwidth = 64.0},
                 Fanout{.name = "array", .axes = {{.name = "columns", .size = 4}}},
                 Level{.name = "registers", .read_bandwidth = 16.0}}};
}

Estimate on(const Accelerator& accelerator, const std::string& network) {
  return evaluate(load_network(network), accelerator, {.mapper = {.perfect_factors = true}});
}

}  // namespace

TEST_CASE("a roof is the bandwidth of all instances, and its ridge where it meets the peak") {
  const std::vector<Roof> found = roofs(roofline_machine());
  REQUIRE(found.size() == 2);  // that of the registers limits reads only
  CHECK(found[0] == Roof{"DRAM", 0, 200.0, 2.0});
  CHECK(found[1] == Roof{"buffer", 1, 1600.0, 0.25});
}

TEST_CASE("a layer of which every number moves once has the intensity of its shape") {
  Estimate estimate{.network = "product", .accelerator = roofline_machine()};
  LayerEstimate layer{.name = "fc", .workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 8}, {"C", 4}})};
  estimate.layers.push_back(map_layer(layer, estimate.accelerator));
  const Roofline result = roofline(estimate);
  // 32 MACs; 8 outputs, 4 inputs and 32 weights of 2 bytes.
  CHECK(result.all.intensity == doctest::Approx(32.0 / 88.0));
  CHECK(result.all.attainable == doctest::Approx(32.0 / 88.0 * 200.0));
  CHECK(result.all.achieved == doctest::Approx(32.0 / (44.0 / 100.0)));
  CHECK(result.layers.front().bound_by == "DRAM");
  CHECK(result.peak == 400.0);
}

TEST_CASE("no layer is above its roof, whatever the machine") {
  for (const char* name : {"eyeriss", "tpu", "flex256"}) {
    const Roofline result = roofline(on(load_accelerator(name), "lenet5_caffe"));
    CAPTURE(name);
    for (const RooflinePoint& point : result.layers) {
      CHECK(point.achieved <= point.attainable * (1.0 + 1e-9));
      CHECK(point.attainable <= result.peak);
    }
    CHECK(result.all.achieved <= result.all.attainable * (1.0 + 1e-9));
  }
}

TEST_CASE("a machine without bandwidths has its peak as the only roof") {
  const Roofline result = roofline(on(load_accelerator("flex256"), "lenet_300_100"));
  CHECK(result.roofs.empty());
  CHECK(result.all.attainable == result.peak);
  CHECK(roofline_table(result).find("the peak is the only roof") != std::string::npos);
}

}  // namespace pj
