#include "pj/mapper/reasons.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/mapper/mapper.hpp"
#include "tests/support/mapper_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

TEST_CASE("what levels further out cannot cut must fit, and is named before any constraint") {
  // Weight stationary, conv1 of AlexNet: the loops of DRAM leave all images, rows and columns of sums to the buffer.
  const Accelerator machine = load_accelerator("isca16_ws");
  const Workload layer = einsum("O[n,m,p,q] += I[n,c,4*p+r,4*q+s] * W[m,c,r,s]",
                                {{"N", 64}, {"M", 96}, {"C", 3}, {"P", 55}, {"Q", 55}, {"R", 11}, {"S", 11}});
  const auto missing = shortage(layer, machine);
  REQUIRE(missing.has_value());
  CHECK(missing->stage == 1);
  CHECK(missing->need == Bits{std::int64_t{64} * 55 * 55 * 16});
  CHECK(why_nothing_fits(layer, machine).starts_with("buffer must keep at least 378 KiB and has "));
}

TEST_CASE("an index that no level may cut is named, whatever the sizes of memories") {
  Accelerator machine = load_accelerator("eyeriss");
  std::get<Level>(machine.stages[0]).loops = std::vector<std::string>{"C"};
  std::get<Level>(machine.stages[1]).loops = std::vector<std::string>{"C"};
  const Workload many = einsum("O[n] += I[n] * W[n]", {{"N", 1 << 20}});
  CHECK_FALSE(shortage(many, machine));
  CHECK(why_nothing_fits(many, machine).find("of index N; allow it in the 'loops'") != std::string::npos);
}

TEST_CASE(
    "where a memory is said to be short, the exhaustive search finds no mapping, and more room than that is needed") {
  int short_ones = 0;
  for_random_cases(150, [&](Rng& rng) {
    const Workload workload = random_workload(rng, 6, 200);
    Accelerator machine = random_accelerator(rng, 2);
    for (std::size_t s = 0; s < machine.stages.size(); ++s) {
      auto* level = std::get_if<Level>(&machine.stages[s]);
      if (level != nullptr && rng.chance(0.6)) {
        level->loops = {workload.indices[0].name, workload.indices[1].name};
      }
      if (level != nullptr && s > 0) {
        level->must_keep = {workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name};
        level->capacity = Bits{16 * rng.between(1, 12)};
      }
    }
    while (const auto missing = shortage(workload, machine)) {
      ++short_ones;
      auto& level = std::get<Level>(machine.stages[missing->stage]);
      level.capacity = Bits{missing->need.value - 1};
      CHECK_FALSE(exhaustive_search(workload, machine).verdict);
      level.capacity = missing->need;
    }
  });
  CHECK(short_ones > 0);
}

}  // namespace pj
