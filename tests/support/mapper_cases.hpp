#pragma once

#include <doctest/doctest.h>

#include <cstdlib>

#include "pj/mapper/exhaustive.hpp"

namespace pj {

/// `PJ_MAPPER_CASES` sets how many random problems the mapper is tried on.
inline int mapper_cases(int otherwise = 300) {
  const char* wanted = std::getenv("PJ_MAPPER_CASES");
  return wanted == nullptr ? otherwise : std::atoi(wanted);
}

/// The search must find a mapping of the same value as the exhaustive search, or like it none.
inline void compare_with_exhaustive(const Workload& workload, const Accelerator& machine,
                                    const MapperOptions& options) {
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

}  // namespace pj
