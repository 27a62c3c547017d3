#include "pj/cost/traffic.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "pj/cost/walk.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

/// 10,000 in every test run; the long check by hand sets PJ_WALK_CASES to a million.
int cases() {
  const char* wanted = std::getenv("PJ_WALK_CASES");
  return wanted == nullptr ? 10000 : std::atoi(wanted);
}

}  // namespace

TEST_CASE("closed-form traffic equals a walk of the loop nest") {
  for_random_cases(cases(), [](Rng& rng) {
    const Workload workload = random_workload(rng, 5, 120);
    const Accelerator machine = random_accelerator(rng, 4);
    const Mapping mapping = random_mapping(rng, workload, machine);
    CAPTURE(to_string(workload));
    CAPTURE(to_string(workload, machine, mapping));
    REQUIRE(fits(workload, machine, mapping).reason() == "");
    const Traffic counted = walk(workload, machine, mapping);
    const Traffic formula = traffic(workload, machine, mapping);
    REQUIRE(counted.macs == workload.macs());
    REQUIRE((counted == formula));
  });
}

}  // namespace pj
