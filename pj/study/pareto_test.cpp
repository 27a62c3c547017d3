#include "pj/study/pareto.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/mapper/exhaustive.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"
#include "tests/support/random_sparsity.hpp"

namespace pj {

namespace {

/// The plain twin: the front by exhaustive searches.
std::vector<Cost> plain_front(const Workload& workload, const Accelerator& machine, MapperOptions options) {
  std::vector<Cost> front;
  for (;;) {
    const MapperResult best = exhaustive_search(workload, machine, options);
    if (!best.verdict) {
      return front;
    }
    if (!front.empty() && front.back().energy().value >= best.cost.energy().value * (1 - 1e-12)) {
      front.pop_back();
    }
    front.push_back(best.cost);
    options.most_cycles = Cycles{std::nextafter(best.cost.cycles().value, 0.0)};
  }
}

/// Every level of three tensors may be short of room.
Accelerator small_machine(Rng& rng) {
  Accelerator machine = random_accelerator(rng, 2);
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      level->capacity = Bits{16 * rng.between(3, 40)};
    }
  }
  return machine;
}

ParetoSums random_sums(Rng& rng) {
  ParetoSums sums;
  double cycles = 100.0;
  for (double energy = 1.0; cycles > 0.0; cycles -= static_cast<double>(rng.between(10, 40))) {
    sums.push_back({energy, cycles, 0, sums.size()});
    energy += static_cast<double>(rng.between(1, 9));
  }
  return sums;
}

}  // namespace

TEST_CASE("the front of a layer equals that of all mappings") {
  std::size_t most = 0;
  for_random_cases(150, [&](Rng& rng) {
    Workload workload = random_workload(rng, 4, 12);
    Accelerator machine = small_machine(rng);
    if (rng.chance(0.3)) {
      add_random_sparsity(rng, workload, machine);
    }
    const MapperOptions options{.perfect_factors = rng.chance(0.3)};
    const std::vector<Cost> wanted = plain_front(workload, machine, options);
    CAPTURE(to_string(workload));
    CAPTURE(draw(machine));
    const ParetoFront front = pareto_front({.workload = workload}, machine, {.mapper = options});
    CHECK_FALSE(front.is_cut);
    CHECK_FALSE(front.is_stopped);
    REQUIRE(front.points.size() == wanted.size());
    most = std::max(most, wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(front.points[i].cost.energy().value == doctest::Approx(wanted[i].energy().value).epsilon(1e-12));
      CHECK(front.points[i].cost.cycles() == wanted[i].cycles());
    }
  });
  CHECK(most > (fewer_cases == 1 ? 3 : 1));  // few cases have short fronts
}

TEST_CASE("the sum of fronts has every sum that none dominates") {
  for_random_cases(100, [](Rng& rng) {
    const ParetoSums a = random_sums(rng);
    const ParetoSums b = random_sums(rng);
    const ParetoSums front = add_fronts(a, b);
    for (std::size_t i = 0; i < front.size(); ++i) {
      CHECK(front[i].energy == a[front[i].before].energy + b[front[i].added].energy);
      CHECK(front[i].cycles == a[front[i].before].cycles + b[front[i].added].cycles);
      CHECK((i == 0 || (front[i].energy > front[i - 1].energy && front[i].cycles < front[i - 1].cycles)));
    }
    for (const ParetoSum& x : a) {
      for (const ParetoSum& y : b) {
        CHECK(std::any_of(front.begin(), front.end(), [&](const ParetoSum& sum) {
          return sum.energy <= x.energy + y.energy && sum.cycles <= x.cycles + y.cycles;
        }));
      }
    }
  });
}

TEST_CASE("a thinned front keeps its ends, and near every point one with less energy") {
  for_random_cases(100, [](Rng& rng) {
    const ParetoSums front = random_sums(rng);
    const ParetoSums kept = thinned(front, 0.5);
    CHECK(kept.front().energy == front.front().energy);
    CHECK(kept.back().cycles == front.back().cycles);
    CHECK(kept.size() <= front.size());
    for (const ParetoSum& sum : front) {
      CHECK(std::any_of(kept.begin(), kept.end(), [&](const ParetoSum& other) {
        return other.energy <= sum.energy && other.cycles <= 1.5 * sum.cycles;
      }));
    }
  });
}

}  // namespace pj
