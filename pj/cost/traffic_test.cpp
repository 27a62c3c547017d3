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

TEST_CASE("a walk says how far it is and stops on request") {
  const Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 3}});
  const Accelerator machine{.stages = {Level{.name = "DRAM"}}};
  const Mapping mapping{{{{{0, 4}, {1, 3}}, {true, true, true}}}};
  std::int64_t last = 0;
  const Traffic walked = walk(workload, machine, mapping, {.progress = [&](std::int64_t steps) { last = steps; }});
  CHECK(last == 12);
  CHECK(walked.steps == 12);
  Interrupt interrupt;
  interrupt.request();
  CHECK_THROWS_AS(walk(workload, machine, mapping, {.interrupt = &interrupt}), Interrupted);
}

TEST_CASE("the size of a walk counts the elements of all tiles that it sets up") {
  const Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 3}});
  const Accelerator machine{.stages = {Level{.name = "DRAM"}, Level{.name = "buffer"}}};
  Mapping mapping{{{{{0, 4}, {1, 3}}, {true, true, true}}, {{}, {false, false, false}}}};
  CHECK(walk_size(workload, machine, mapping) == 3.0 * 12.0);
  mapping = {{{{{0, 4}}, {true, true, true}}, {{{1, 3}}, {true, true, true}}}};
  // The buffer's Input stays, its Weight and Output move four times; then come three operands of twelve steps.
  CHECK(walk_size(workload, machine, mapping) == 3.0 + 4.0 * 3.0 + 4.0 * 1.0 + 3.0 * 12.0);
}

}  // namespace pj
