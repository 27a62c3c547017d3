#include "pj/cost/cost.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "pj/cost/prices.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

/// The time that a machine needs which first moves everything that it waits for, one word after the other, and then
/// computes while all other words pass at their levels at once.
double plain_time(const Workload& workload, const Accelerator& machine, const Traffic& counted) {
  double waits = 0.0;
  double rest = static_cast<double>(counted.steps);
  for (std::size_t s = 0; s < machine.stages.size(); ++s) {
    const auto* level = std::get_if<Level>(&machine.stages[s]);
    if (level == nullptr || !level->bandwidth) {
      continue;
    }
    const std::set<std::string> exposed(level->exposed.begin(), level->exposed.end());
    double hidden = 0.0;
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      const Transfers& moved = counted.busiest[s][t];
      const std::int64_t words = moved.served + moved.drained + moved.filled + moved.updated;
      const int width = s == 0 ? workload.tensors[t].bits : workload.tensors[t].bits_inside();
      const double time = static_cast<double>(words) * width / *level->bandwidth;
      (exposed.contains(workload.tensors[t].name) ? waits : hidden) += time;
    }
    rest = std::max(rest, hidden);
  }
  return waits + rest;
}

}  // namespace

TEST_CASE("the time is what arithmetic waits for and the slowest of the rest") {
  for_random_cases(2000, [](Rng& rng) {
    const Workload workload = random_workload(rng, 5, 120);
    const Accelerator machine = random_accelerator(rng, 4);
    const Mapping mapping = random_mapping(rng, workload, machine);
    const Traffic counted = traffic(workload, machine, mapping);
    const Cost priced = cost(workload, machine, counted);
    CAPTURE(to_string(workload, machine, mapping));
    REQUIRE(priced.cycles().value == doctest::Approx(plain_time(workload, machine, counted)).epsilon(1e-12));
    REQUIRE(priced.cycles() >= priced.overlapped_cycles());
    REQUIRE(priced.overlapped_cycles() >= priced.compute_cycles);
  });
}

}  // namespace pj
