#include "pj/mapper/mapper.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "pj/mapper/bound.hpp"
#include "pj/mapper/exhaustive.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

int cases() {
  const char* wanted = std::getenv("PJ_MAPPER_CASES");
  return wanted == nullptr ? 200 : std::atoi(wanted);
}

/// A machine that limits what fits, what may be kept and what may be tiled where.
Accelerator constrained(Rng& rng, const Workload& workload, std::int64_t levels) {
  Accelerator machine = random_accelerator(rng, levels);
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      level->capacity = Bits{16 * rng.between(3, 60)};
      level->double_buffered = rng.chance(0.2);
      if (rng.chance(0.3)) {
        level->keeps = {workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name,
                        workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name};
      }
      if (rng.chance(0.2)) {
        level->loops = {workload.indices[0].name, workload.indices.back().name};
      }
    }
  }
  return machine;
}

}  // namespace

namespace {

void compare_with_exhaustive(const Workload& workload, const Accelerator& machine, const MapperOptions& options) {
  const MapperResult wanted = exhaustive_search(workload, machine, options);
  const MapperResult found = find_best_mapping(workload, machine, options);
  CAPTURE(to_string(workload));
  CAPTURE(draw(machine));
  CAPTURE(to_string(workload, machine, wanted.mapping));
  CAPTURE(to_string(workload, machine, found.mapping));
  REQUIRE(bool(found.verdict) == bool(wanted.verdict));
  if (wanted.verdict) {
    CHECK(fits(workload, machine, found.mapping).reason() == "");
    REQUIRE(objective_value(options.objective, found.cost) ==
            doctest::Approx(objective_value(options.objective, wanted.cost)).epsilon(1e-12));
    if (options.objective == Objective::Energy) {
      REQUIRE(found.cost.cycles() == wanted.cost.cycles());
    }
  }
}

MapperOptions random_options(Rng& rng) {
  return {.objective = static_cast<Objective>(rng.between(0, 2)), .perfect_factors = rng.chance(0.4)};
}

}  // namespace

TEST_CASE("the mapper finds what the exhaustive search finds") {
  for_random_cases(cases(), [](Rng& rng) {
    const Workload workload = random_workload(rng, 4, rng.chance(0.7) ? 12 : 24);
    const Accelerator machine = constrained(rng, workload, 3);
    compare_with_exhaustive(workload, machine, random_options(rng));
  });
}

TEST_CASE("and does so for long windows with strides and dilation") {
  for_random_cases(cases() / 2, [](Rng& rng) {
    const Workload workload = einsum("O[m,p] += I[c,U*p+D*r] * W[m,c,r]", {{"M", rng.between(1, 2)},
                                                                           {"C", rng.between(1, 2)},
                                                                           {"P", rng.between(2, 9)},
                                                                           {"R", rng.between(1, 6)},
                                                                           {"U", rng.between(1, 4)},
                                                                           {"D", rng.between(1, 2)}});
    const Accelerator machine = constrained(rng, workload, 2);
    compare_with_exhaustive(workload, machine, random_options(rng));
  });
}

TEST_CASE("a bound of the inner stages is never above what the whole mapping costs") {
  for_random_cases(3000, [](Rng& rng) {
    const Workload workload = random_workload(rng, 6, 200);
    const Accelerator machine = random_accelerator(rng, 4);
    const Mapping mapping = random_mapping(rng, workload, machine, 1);
    const Cost priced = cost(workload, machine, traffic(workload, machine, mapping));
    Bounder bounder(workload, machine, Objective::Energy);
    CAPTURE(to_string(workload));
    CAPTURE(to_string(workload, machine, mapping));
    for (std::size_t stage = mapping.stages.size(); stage-- > 0;) {
      bounder.push(mapping.stages[stage]);
      const Value bound = bounder.bound(mapping);
      CAPTURE(stage);
      CHECK(bound.first <= priced.energy().value * (1 + 1e-12));
      CHECK(bound.second <= priced.cycles().value);
      if (stage == 0) {
        CHECK(bound.first == doctest::Approx(priced.energy().value).epsilon(1e-12));
      }
    }
  });
}

}  // namespace pj
