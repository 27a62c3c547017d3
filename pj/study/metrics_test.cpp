#include "pj/study/metrics.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "pj/accelerator/reader.hpp"
#include "pj/study/load.hpp"
#include "pj/study/metrics_report.hpp"

namespace pj {

namespace {

/// Two copies of a memory of 64 bit and a unit behind a memory of 1,024 bit, at 100 Hz.
Accelerator measured_machine() {
  return {.name = "small",
          .node_nm = 65,
          .clock = {100.0},
          .stages = {Level{.name = "DRAM", .read = {100.0}, .write = {100.0}},
                     Level{.name = "buffer", .capacity = Bits{1024}, .area = {2e6}},
                     Fanout{.name = "array", .axes = {{.name = "columns", .size = 2}}},
                     Level{.name = "registers", .partitions = {{"Weight", Bits{64}}}, .area = {1e6}}},
          .compute = {.energy = {1.0}, .area = {0.5e6}}};
}

LayerMetrics layer(std::int64_t macs, double energy, double cycles, double utilisation) {
  return {.macs = macs,
          .nonzero_macs = 0.5 * static_cast<double>(macs),
          .weights = 10,
          .nonzero_weights = 4.0,
          .energy = {energy},
          .cycles = {cycles},
          .utilisation = utilisation,
          .units = 2,
          .in_use = {0.0, 0.0, 1.0, 0.0},
          .stage_energy = std::vector<Picojoules>(4),
          .stage_words = {0, 0, 0, 0},
          .outermost_bits = 1600.0,
          .outermost_accesses = 100.0,
          .value = energy,
          .lower_bound = energy / 2.0,
          .proved = true};
}

double value(const char* name, const Metrics& all) {
  return find_metric(name).value(all).value();
}

}  // namespace

TEST_CASE("metrics of two layers are those worked out by hand") {
  // 300 MACs, 6,000 pJ and 400 cycles at 100 Hz: 4 s for a batch of 2.
  const std::vector<LayerMetrics> layers{layer(100, 2000.0, 100.0, 0.5), layer(200, 4000.0, 300.0, 0.25)};
  const Metrics all = metrics(layers, measured_machine(), 2);
  CHECK(value("latency", all) == 4.0);
  CHECK(value("throughput", all) == 0.5);
  CHECK(value("operations", all) == 150.0);
  CHECK(value("peak", all) == 400.0);
  CHECK(value("utilisation", all) == doctest::Approx((100.0 * 0.5 + 300.0 * 0.25) / 400.0));
  CHECK(value("nonzero_utilisation", all) == doctest::Approx(150.0 / (200.0 * 4.0)));
  CHECK(value("power", all) == doctest::Approx(6000e-12 / 4.0));
  CHECK(value("edp", all) == doctest::Approx(6000e-12 * 4.0));
  CHECK(value("energy_per_input", all) == 3000.0);
  CHECK(value("energy_per_mac", all) == 20.0);
  CHECK(value("energy_per_nonzero_mac", all) == 40.0);
  CHECK(value("accesses_per_mac", all) == doctest::Approx(200.0 / 300.0));
  CHECK(value("accesses_per_nonzero_mac", all) == doctest::Approx(200.0 / 150.0));
  CHECK(value("bandwidth", all) == 100.0);
  CHECK(value("operations_per_input", all) == 300.0);
  CHECK(value("efficiency", all) == doctest::Approx(600.0 / 6000e-12));
  CHECK(value("weights", all) == 20.0);
  CHECK(value("nonzero_weights", all) == 8.0);
  CHECK(all.proved);
}

TEST_CASE("what the machine takes is counted over all copies") {
  const Metrics all = metrics(std::vector<LayerMetrics>{layer(100, 2000.0, 100.0, 0.5)}, measured_machine(), 1);
  CHECK(value("storage", all) == (1024.0 + 2.0 * 64.0) / 8.0);
  CHECK(value("storage_per_unit", all) == 72.0);
  CHECK(value("area", all) == doctest::Approx(2.0 + 2.0 * 1.0 + 2.0 * 0.5));
  CHECK(value("area_per_unit", all) == doctest::Approx(2.5));
  CHECK(value("area_efficiency", all) == doctest::Approx(200.0 / 1.0 / 5.0));
}

TEST_CASE("an area that is not given in full is not known") {
  Accelerator machine = measured_machine();
  machine.compute.area = {};
  std::get<Level>(machine.stages[3]).area = {};
  CHECK(parts_without_area(machine) == std::vector<std::string>{"registers", "MAC"});
  const Metrics all = metrics(std::vector<LayerMetrics>{layer(100, 2000.0, 100.0, 0.5)}, machine, 1);
  CHECK_FALSE(find_metric("area").value(all).has_value());
  CHECK(metric_text(find_metric("area"), std::nullopt) == "–");
  CHECK(metrics_json(all).at("ops_per_s_per_mm2").is_null());
}

TEST_CASE("the gap is that of the sums where a layer is not proved") {
  std::vector<LayerMetrics> layers{layer(100, 2000.0, 100.0, 0.5), layer(200, 4000.0, 300.0, 0.25)};
  layers[1].proved = false;
  const Metrics all = metrics(layers, measured_machine(), 1);
  CHECK_FALSE(all.proved);
  CHECK(all.gap == doctest::Approx(6000.0 / (2000.0 + 2000.0) - 1.0));
}

TEST_CASE("an estimate has the totals that its layers add up to") {
  const Estimate estimate = evaluate(load_network("lenet5_caffe", {.batch = 3}), load_accelerator("eyeriss"),
                                     {.mapper = {.perfect_factors = true}, .batch = 3});
  const Metrics all = metrics(estimate);
  CHECK(all.batch == 3);
  CHECK(all.macs == estimate.macs());
  CHECK(all.energy == estimate.energy());
  CHECK(all.latency == estimate.time());
  CHECK(all.weights == 430500);  // LeCun's network in Caffe: 500 + 25,000 + 400,000 + 5,000
  CHECK(all.stage_words.front() == estimate.accesses(0));
  CHECK(all.units_used <= 168.0);
}

TEST_CASE("numbers that stand for nothing without a technology are not printed without it") {
  Accelerator machine = measured_machine();
  const Metrics all = metrics(std::vector<LayerMetrics>{layer(100, 2000.0, 100.0, 0.5)}, machine, 1);
  CHECK(metrics_text(all, machine).starts_with("Metrics (65 nm, 16 bit, modelled):\n"));
  machine.node_nm = 0;
  CHECK(metrics_text(all, machine) ==
        "No throughput, power or efficiency: small does not say its technology; add a line as 'technology: 65 nm' to "
        "its file.\n");
  CHECK_THROWS_AS(disclosure(machine), InputError);
}

TEST_CASE("an unknown metric names those that are known") {
  CHECK_THROWS_WITH_AS(find_metric("powr"), "unknown metric 'powr'; did you mean 'power'?", InputError);
}

}  // namespace pj
