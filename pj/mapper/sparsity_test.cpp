#include <doctest/doctest.h>

#include "tests/support/mapper_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"
#include "tests/support/random_sparsity.hpp"

namespace pj {

namespace {

Accelerator with_capacities(Rng& rng, Accelerator machine) {
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      level->capacity = Bits{16 * rng.between(3, 60)};
      if (rng.chance(0.3)) {
        level->keeps = {rng.chance(0.5) ? "Input" : "Weight", "Output"};
      }
    }
  }
  return machine;
}

}  // namespace

TEST_CASE("with zeros that are gated, skipped and compressed the mapper finds what the exhaustive search finds") {
  for_random_cases(mapper_cases() / 2, [](Rng& rng) {
    Workload workload = random_workload(rng, 4, rng.chance(0.7) ? 12 : 24);
    Accelerator machine = with_capacities(rng, random_accelerator(rng, 3));
    add_random_sparsity(rng, workload, machine);
    compare_with_exhaustive(workload, machine, {.objective = static_cast<Objective>(rng.between(0, 2))});
  });
}

}  // namespace pj
