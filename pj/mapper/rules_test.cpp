#include <doctest/doctest.h>

#include "pj/mapper/mapper.hpp"
#include "tests/support/mapper_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

/// A machine that limits what fits and what may be kept.
Accelerator tight_machine(Rng& rng, const Workload& workload) {
  Accelerator machine = random_accelerator(rng, 3);
  for (std::size_t stage = 1; stage < machine.stages.size(); ++stage) {
    if (auto* level = std::get_if<Level>(&machine.stages[stage])) {
      level->capacity = Bits{16 * rng.between(3, 40)};
      if (rng.chance(0.3)) {
        level->keeps = {workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name};
      }
    }
  }
  return machine;
}

/// Half of the problems are square convolutions, which have mirror images.
Workload small_workload(Rng& rng, std::int64_t most_macs) {
  if (rng.chance(0.5)) {
    return random_workload(rng, 5, most_macs);
  }
  const std::int64_t P = rng.between(2, 3);
  return einsum("O[m,p,q] += I[U*p+r,U*q+s] * W[m,r,s]", {{"M", rng.between(1, 2)},
                                                          {"P", P},
                                                          {"Q", P},
                                                          {"R", most_macs > 20 ? 2 : 1},
                                                          {"S", most_macs > 20 ? 2 : 1},
                                                          {"U", rng.between(1, 3)}});
}

/// Searches small random problems, for each objective with perfect and with ragged factors, with all rules and with
/// some.
void compare_rules(const SearchRules& fewer, std::int64_t most_macs) {
  std::uint64_t problem = 0;
  for_random_cases(mapper_cases(150), [&](Rng& rng) {
    const Workload workload = small_workload(rng, most_macs);
    const Accelerator machine = tight_machine(rng, workload);
    MapperOptions options{.objective = static_cast<Objective>(problem % 3), .perfect_factors = problem / 3 % 2 == 0};
    ++problem;
    const MapperResult wanted = find_best_mapping(workload, machine, options);
    options.rules = fewer;
    const MapperResult found = find_best_mapping(workload, machine, options);
    CAPTURE(to_string(workload));
    CAPTURE(draw(machine));
    CAPTURE(to_string(options.objective));
    CAPTURE(options.perfect_factors);
    REQUIRE(bool(found.verdict) == bool(wanted.verdict));
    if (!wanted.verdict) {
      return;
    }
    CAPTURE(to_string(workload, machine, wanted.mapping));
    CAPTURE(to_string(workload, machine, found.mapping));
    const double value = objective_value(options.objective, wanted.cost);
    CHECK(objective_value(options.objective, found.cost) == doctest::Approx(value).epsilon(1e-12));
    if (options.objective == Objective::Energy) {
      CHECK(found.cost.cycles() == wanted.cost.cycles());
    }
  });
}

}  // namespace

TEST_CASE("a search that prices every part of a mapping finds the same as one that cuts by bounds") {
  compare_rules({.bounds = false}, 8);
}

TEST_CASE("a search through all orders of the loops finds the same as one through those that differ") {
  compare_rules({.orders = false}, 24);
}

TEST_CASE("a search through all factors finds the same as one through the smallest of each number of tiles") {
  compare_rules({.factors = false}, 24);
}

TEST_CASE("a search that tries smaller tiles where a larger one lost finds nothing better") {
  compare_rules({.tiles = false}, 24);
}

TEST_CASE("a search whose bounds leave out the supplies of buffers finds the same") {
  compare_rules({.supplies = false}, 24);
}

TEST_CASE("a search through mirror images finds nothing better") {
  compare_rules({.mirrors = false}, 24);
}

TEST_CASE("a search without any rule but the bounds finds the same") {
  compare_rules({.orders = false, .factors = false, .tiles = false, .supplies = false, .mirrors = false}, 12);
}

}  // namespace pj
