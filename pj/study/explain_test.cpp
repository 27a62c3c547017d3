#include "pj/study/explain.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "pj/mapper/exhaustive.hpp"
#include "pj/mapper/reasons.hpp"
#include "pj/study/explain_report.hpp"
#include "pj/study/relaxations.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

const Workload dense_layer = einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 3}});

/// A memory that keeps inputs only and tiles rows only.
Accelerator narrow() {
  return {.name = "narrow",
          .stages = {Level{.name = "DRAM", .read = {100.0}, .write = {100.0}},
                     Level{.name = "buffer",
                           .capacity = Bits{32},
                           .keeps = std::vector<std::string>{"Input"},
                           .read = {0.1},
                           .write = {0.2},
                           .loops = std::vector<std::string>{"M"}}}};
}

Explanation explained(const Workload& workload, const Accelerator& machine, const MapperOptions& options = {}) {
  const LayerEstimate layer = map_layer({.name = "fc", .workload = workload}, machine, {.mapper = options});
  return explain(layer, machine, {.mapper = options});
}

}  // namespace

TEST_CASE("every constraint that says something of the workload is relaxed on its own") {
  Accelerator machine = narrow();
  CHECK(relaxations(dense_layer, machine).size() == 2);
  auto& level = std::get<Level>(machine.stages[1]);
  level.must_keep = {"Input"};
  level.whole = {"C", "Z"};
  level.partitions = {{"Input", Bits{64}}, {"Output", Bits{32}}};
  Fanout array{.name = "array", .axes = {{"columns", 2, std::vector<std::string>{"M"}}, {"rows", 2, {}}}};
  array.one_axis = true;
  array.multicast = array.reduction = false;
  machine.stages.push_back(array);
  std::vector<std::string> names;
  for (const Relaxation& relaxed : relaxations(dense_layer, machine)) {
    names.push_back(relaxed.what);
    CHECK(relaxed.machine != machine);
  }
  CHECK(names == std::vector<std::string>{"buffer: keeps only Input", "buffer: must keep Input", "buffer: tiles only M",
                                          "buffer: holds C, Z whole", "buffer: partitions", "array: columns of M only",
                                          "array: an index along one axis only", "array: no multicast",
                                          "array: no reduction"});
}

TEST_CASE("a constraint costs what the exhaustive search finds without it") {
  for (const Objective objective : {Objective::Energy, Objective::EnergyDelay}) {
    const MapperOptions options{.objective = objective};
    const Explanation found = explained(dense_layer, narrow(), options);
    const double with = objective_value(objective, exhaustive_search(dense_layer, narrow(), options).cost);
    REQUIRE(found.constraints.size() == 2);
    CHECK(found.constraints[0].saving >= found.constraints[1].saving);
    CHECK(found.constraints[0].saving > 0.0);
    for (const Relaxation& relaxed : relaxations(dense_layer, narrow())) {
      const double without = objective_value(objective, exhaustive_search(dense_layer, relaxed.machine, options).cost);
      CHECK(std::any_of(found.constraints.begin(), found.constraints.end(), [&](const Variant& variant) {
        return variant.what == relaxed.what && variant.saving == doctest::Approx(with - without) &&
               variant.share == doctest::Approx(1.0 - without / with);
      }));
    }
  }
}

TEST_CASE("the runner-up is the best of all mappings that keep other tensors") {
  for_random_cases(30, [](Rng& rng) {
    const Workload workload = random_workload(rng, 3, 8);
    Accelerator machine = random_accelerator(rng, 2);
    const LayerEstimate layer = map_layer({.name = "fc", .workload = workload}, machine);
    const Explanation found = explain(layer, machine);
    double least = 1e300;
    for (std::size_t s = 1; s < machine.stages.size(); ++s) {
      for (std::size_t mask = 0; std::holds_alternative<Level>(machine.stages[s]) && mask < 8; ++mask) {
        Accelerator fixed = machine;
        auto& level = std::get<Level>(fixed.stages[s]);
        level.keeps = std::vector<std::string>{};
        std::vector<bool> keeps;
        for (std::size_t t = 0; t < 3; ++t) {
          keeps.push_back((mask >> t & 1) != 0);
          if (keeps.back()) {
            level.keeps->push_back(workload.tensors[t].name);
          }
        }
        level.must_keep = *level.keeps;
        if (keeps != layer.result.mapping.stages[s].keeps) {
          least = std::min(least, exhaustive_search(workload, fixed).cost.energy().value);
        }
      }
    }
    CHECK(found.runner_up.has_value() == (least < 1e300));
    if (found.runner_up) {
      CHECK(found.runner_up->result.cost.energy().value == doctest::Approx(least).epsilon(1e-12));
      CHECK(found.runner_up->share >= -1e-12);
    }
  });
}

TEST_CASE("more room saves what the search finds with it, by KiB") {
  Accelerator machine = narrow();
  auto& level = std::get<Level>(machine.stages[1]);
  level.keeps.reset();
  level.loops.reset();
  const Explanation found = explained(dense_layer, machine);
  REQUIRE(found.capacities.size() == 1);
  const double with = exhaustive_search(dense_layer, machine).cost.energy().value;
  level.capacity = Bits{64};
  const double twice = exhaustive_search(dense_layer, machine).cost.energy().value;
  CHECK(found.capacities[0].twofold.saving == doctest::Approx(with - twice));
  CHECK(found.capacities[0].quarter.saving == 0.0);
  CHECK(found.capacities[0].per_kibibyte() == 0.0);
}

TEST_CASE("a repair grows every memory that is short, and a search confirms it") {
  Accelerator machine = narrow();
  auto& level = std::get<Level>(machine.stages[1]);
  level.must_keep = {"Input"};
  level.whole = {"C"};
  level.loops.reset();
  const Repair found = repair(dense_layer, machine);
  REQUIRE(found.growths.size() == 1);
  CHECK(found.growths[0].from == Bits{32});
  CHECK(found.growths[0].to == Bits{48});
  CHECK(found.is_enough);
  CHECK(repair_report(found) ==
        "Nothing fits; at least these must grow:\n  buffer from 4 B to 6 B\nWith these 2 B in each instance it fits, a "
        "search found.\n");
  level.loops = std::vector<std::string>{"M"};  // then nothing may go through the whole of C
  CHECK(repair_report(repair(dense_layer, machine))
            .ends_with("No mapping was found with these 2 B either; relax a constraint of the machine, too.\n"));
  CHECK(repair_report(repair(dense_layer, {})).empty());
}

TEST_CASE("an explanation stops on request, and says which further searches it makes") {
  const LayerEstimate layer = map_layer({.name = "fc", .workload = dense_layer}, narrow());
  std::vector<std::string> lines;
  ExplainOptions options;
  options.progress = [&](const std::string& line) { lines.push_back(line); };
  const Explanation found = explain(layer, narrow(), options);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "searching fc again: buffer: keeps only Input");
  CHECK(lines[2] == "searching fc again: buffer, 25 % more");
  CHECK_FALSE(explain_report(found, narrow(), Objective::Delay).empty());
  Interrupt interrupt;
  interrupt.request();
  options.mapper.interrupt = &interrupt;
  CHECK_THROWS_AS(explain(layer, narrow(), options), Interrupted);
}

}  // namespace pj
