#include "pj/study/near_optimal.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "pj/mapper/exhaustive.hpp"

namespace pj {

namespace {

/// A buffer that all fits, and six units in a row without memories of their own.
Accelerator row_of_units() {
  Level dram{.name = "DRAM", .read = 200.0_pJ, .write = 200.0_pJ};
  Level buffer{.name = "buffer", .capacity = Bits{16 * 40}, .read = 6.0_pJ, .write = 6.0_pJ};
  Fanout array{.name = "array", .axes = {{.name = "columns", .size = 6}}, .hop = 0.01_pJ};
  return {.name = "row", .stages = {dram, buffer, array}, .compute = {.energy = 1.0_pJ}};
}

const Workload small_product = einsum("O[m] += I[c] * W[m,c]", {{"M", 6}, {"C", 5}});

}  // namespace

TEST_CASE("no mapping of nearly the least energy is faster than the fastest, or on fewer units than the slowest") {
  const Accelerator machine = row_of_units();
  const MapperResult best = find_best_mapping(small_product, machine);
  for (const double within : {0.0001, 0.1, 0.5}) {
    const NearOptimal near = near_optimal(small_product, machine, best, within, {});
    CAPTURE(within);
    const double most = best.cost.energy().value * (1.0 + within);
    CHECK(near.proved);
    CHECK(near.fastest.cost.energy().value <= most);
    CHECK(near.slowest.cost.energy().value <= most);
    CHECK(near.fastest.cost.cycles() <= best.cost.cycles());
    CHECK(near.slowest.traffic.units <= best.traffic.units);
    const MapperOptions faster{.most_cycles = Cycles{near.fastest.cost.cycles().value * 0.99 - 1.0}};
    const MapperResult beyond = exhaustive_search(small_product, machine, faster);
    CHECK((!beyond.verdict || beyond.cost.energy().value > most));
    Accelerator narrow = machine;
    std::get<Fanout>(narrow.stages[2]).axes[0].size = std::max<std::int64_t>(1, near.slowest.traffic.units - 1);
    const MapperResult fewer = exhaustive_search(small_product, narrow);
    CHECK((near.slowest.traffic.units == 1 || fewer.cost.energy().value > most));
  }
}

TEST_CASE("the more energy is allowed, the further apart the fastest and the slowest mapping are") {
  const Accelerator machine = row_of_units();
  const MapperResult best = find_best_mapping(small_product, machine);
  const NearOptimal near = near_optimal(small_product, machine, best, 0.001, {});
  const NearOptimal far = near_optimal(small_product, machine, best, 1.0, {});
  CHECK(far.fastest.cost.cycles() <= near.fastest.cost.cycles());
  CHECK(far.slowest.traffic.units <= near.slowest.traffic.units);
  CHECK(far.slowest.traffic.units < far.fastest.traffic.units);
}

}  // namespace pj
