#include "pj/study/proof_text.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "pj/accelerator/reader.hpp"
#include "pj/network/zoo.hpp"
#include "pj/study/estimate_report.hpp"

namespace pj {

namespace {

/// A search that was stopped at a mapping of 200 pJ and 10 cycles.
MapperResult stopped(double lower_bound) {
  MapperResult result{.verdict = Verdict::yes()};
  result.cost.compute = {200.0};
  result.cost.compute_cycles = {10.0};
  result.certificate = {.lower_bound = lower_bound, .candidates = 1200, .complete = 3};
  return result;
}

constexpr const char* work =
    "; 1,200 partial mappings were priced, 0 tiles and mappings cut by a bound, 0 by a capacity, 3 complete ones "
    "compared.\n";

Estimate small_estimate() {
  return evaluate(zoo_network("lenet_300_100"), load_accelerator("eyeriss"), {.threads = 1});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a stopped search says after how long and how far above the least its best can be") {
  CHECK(proof_text(stopped(160.0), {.time_limit = Seconds{2.0}}) ==
        std::string("Stopped after 2 s: at most 25.0 % above the least energy of all mappings") + work);
  CHECK(proof_text(stopped(1600.0), {.objective = Objective::EnergyDelay, .time_limit = Seconds{0.5}}) ==
        std::string("Stopped after 0.5 s: at most 25.0 % above the least edp of all mappings") + work);
}

TEST_CASE("the proof says of how many mappings, where that is known") {
  MapperResult proved = stopped(200.0);
  proved.certificate.proved = true;
  CHECK(proof_text(proved, {}, 3.214e24) == std::string("Least energy of all 3.21·10^24 mappings: ") + (work + 2));
  CHECK(proof_text(stopped(160.0), {.time_limit = Seconds{2.0}}, 12.0)
            .starts_with("Stopped after 2 s: at most 25.0 % above the least energy of all 12 mappings; "));
}

TEST_CASE("a search that Ctrl-C stopped says so, also under a time limit") {
  Interrupt interrupt;
  interrupt.request();
  CHECK(proof_text(stopped(160.0), {.time_limit = Seconds{2.0}, .interrupt = &interrupt}) ==
        std::string("Interrupted: at most 25.0 % above the least energy of all mappings") + work);
}

TEST_CASE("where the lower bound meets the value or is nothing, the text says that") {
  CHECK(proof_text(stopped(200.0), {.time_limit = Seconds{2.0}})
            .starts_with("Stopped after 2 s: equal to the least energy of all mappings; "));
  CHECK(proof_text(stopped(0.0), {.time_limit = Seconds{2.0}})
            .starts_with("Stopped after 2 s: no bound of the least energy of all mappings was found yet; "));
}

TEST_CASE("a mapping that nobody searched has no proof") {
  CHECK(proof_text(MapperResult{.verdict = Verdict::yes()}, {}).empty());
}

TEST_CASE("a distance is rounded upwards, for it is the most that there can be") {
  CHECK(gap_text(0.0311101) == "≤ 3.12 %");
  CHECK(gap_text(0.25) == "≤ 25.0 %");
  CHECK(gap_text(12.0) == "≤ 1,200 %");
  CHECK(gap_text(9.991e-7) == "≤ 0.000100 %");
  CHECK(gap_text(0.0) == "proved");
  CHECK(gap_text(std::numeric_limits<double>::infinity()) == "unknown");
}

TEST_CASE("an estimate whose layers are all proved says how many were searched and marks none") {
  const Estimate estimate = small_estimate();
  CHECK(estimate.proved());
  CHECK(estimate.gap() == 0.0);
  CHECK(proof_text(estimate) == "Each layer's mapping is proved to be the best (3 different layers searched)");
  CHECK_FALSE(has(estimate_table(estimate), "above least"));
}

TEST_CASE("an estimate marks the layers that are not proved and bounds the total") {
  Estimate estimate = small_estimate();
  const double total = estimate.energy().value;
  MapperResult& last = estimate.layers.back().result;
  last.certificate.proved = false;
  last.certificate.lower_bound = last.cost.energy().value / 2.0;
  CHECK(estimate.gap() == doctest::Approx(total / (total - last.certificate.lower_bound) - 1.0));
  const std::string table = estimate_table(estimate);
  CHECK(has(table, "above least"));
  CHECK(has(table, "≤ 100 %"));
  CHECK(has(table,
            "2 of 3 layers are proved to have the best mapping, the search of the others was stopped; in all, "
            "the energy is at most "));
  CHECK(has(estimate_csv(estimate), ",gap,latency_s,"));
  CHECK(has(estimate_json(estimate), "\"proved\": false"));
}

TEST_CASE("the bound of a total is of the sum of the products where these were made small") {
  Estimate estimate = small_estimate();
  estimate.objective = Objective::EnergyDelay;
  double total = 0.0;
  for (LayerEstimate& layer : estimate.layers) {
    const double product = objective_value(Objective::EnergyDelay, layer.result.cost);
    layer.result.certificate = {.lower_bound = product / 4.0, .complete = 1};
    total += product;
  }
  CHECK(estimate.gap() == doctest::Approx(3.0));
  CHECK(has(proof_text(estimate), "the sum of the layers' energy-delay products is at most 300 % above the least"));
}

// A search may find a mapping before it looks at the clock; only where it has none is there something to say.
TEST_CASE("a layer without a mapping is named with the reason") {
  const auto fault = [](const MapperOptions& options) -> std::string {
    const LayerEstimate layer{.name = "fc", .workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 8}, {"C", 8}})};
    try {
      return map_layer(layer, load_accelerator("flex256"), {.mapper = options}).result.verdict ? "" : "no mapping";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  const std::string late = fault({.time_limit = Seconds{1e-9}});
  CHECK((late.empty() ||
         late == "no mapping of layer 'fc' was found within 1e-09 s; give the search more time with --time-limit"));
  Interrupt interrupt;
  interrupt.request();
  const std::string stopped_early = fault({.interrupt = &interrupt});
  CHECK((stopped_early.empty() || stopped_early == "interrupted before a mapping of layer 'fc' was found"));
}

}  // namespace pj
