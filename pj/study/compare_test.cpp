#include "pj/study/compare.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/study/compare_report.hpp"
#include "pj/study/load.hpp"
#include "pj/study/scenario_files.hpp"

namespace pj {

namespace {

std::vector<Estimate> estimates() {
  std::vector<Estimate> all;
  for (const char* name : {"eyeriss", "tpu", "eyeriss168"}) {
    all.push_back(
        evaluate(load_network("lenet5_caffe"), load_accelerator(name), {.mapper = {.perfect_factors = true}}));
  }
  return all;
}

double value(const ComparedMachine& machine, const char* metric) {
  return find_metric(metric).value(machine.metrics).value();
}

}  // namespace

TEST_CASE("machines stand in the order in which they were named, or the best of a metric first") {
  const Comparison named = compare(estimates(), {}, nullptr);
  CHECK(named.machines[1].accelerator.name == "tpu");
  CHECK(named.first == 0);
  const Comparison sorted = compare(estimates(), {}, &find_metric("latency"));
  CHECK(value(sorted.machines[0], "latency") <= value(sorted.machines[1], "latency"));
  CHECK(value(sorted.machines[1], "latency") <= value(sorted.machines[2], "latency"));
  CHECK(sorted.machines[sorted.first].accelerator.name == "eyeriss");
}

TEST_CASE("the best machine is that of the least, or the most, of what is known") {
  const Comparison comparison = compare(estimates(), {}, nullptr);
  for (const char* name : {"energy", "throughput"}) {
    const MetricRow& metric = find_metric(name);
    const ComparedMachine& best = comparison.machines[best_machine(comparison, metric)];
    for (const ComparedMachine& other : comparison.machines) {
      CHECK(
          (metric.less_is_better ? value(best, name) <= value(other, name) : value(best, name) >= value(other, name)));
    }
  }
  CHECK(best_machine(comparison, find_metric("area")) == 0);  // the others do not give theirs
}

TEST_CASE("a limit that is broken is flagged, and only by the machine that breaks it") {
  Scenario scenario = load_scenario("embedded");
  scenario.limits = read_limits(parse_yaml("{latency: 1 ms}", "limits"));
  const Comparison comparison = compare(estimates(), {scenario}, nullptr);
  CHECK(comparison.machines[0].over.front() == std::vector<std::string>{"latency"});
  CHECK(comparison.machines[1].over.front().empty());
  const std::string table = comparison_table(comparison);
  CHECK(table.find("  eyeriss: VIOLATES latency (") != std::string::npos);
  CHECK(table.find("  tpu: within all limits\n") != std::string::npos);
}

TEST_CASE("every scenario that comes along has limits and says where they come from") {
  for (const EmbeddedFile& file : scenario_files()) {
    const Scenario scenario = load_scenario(std::string(file.name));
    CHECK(scenario.name == file.name);
    CHECK_FALSE(scenario.limits.empty());
    CHECK_FALSE(scenario.source.empty());
  }
  CHECK_THROWS_WITH_AS(load_scenario("clowd"),
                       "unknown scenario 'clowd'; did you mean 'cloud'? (a file's name ends in .yaml)", InputError);
}

TEST_CASE("a machine that does not say its technology is not compared") {
  std::vector<Estimate> all = estimates();
  all[1].accelerator.node_nm = 0;
  CHECK_THROWS_AS(compare(all, {}, nullptr), InputError);
}

}  // namespace pj
