#include "pj/study/mapspace.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/mapper/exhaustive.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

Accelerator levels(int count) {
  Accelerator machine;
  for (int i = 0; i < count; ++i) {
    machine.stages.push_back(Level{.name = "level" + std::to_string(i)});
  }
  return machine;
}

/// Some constraints of each kind, of single indices and tensors.
void constrain(Rng& rng, const Workload& workload, Accelerator& machine) {
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      if (rng.chance(0.3)) {
        level->loops = {workload.indices.front().name};
      }
      if (rng.chance(0.3)) {
        level->keeps = {"Weight", "Output"};
      }
      if (rng.chance(0.2)) {
        level->must_keep = {"Weight"};
      }
      if (rng.chance(0.2)) {
        level->whole = {workload.indices.back().name};
      }
    } else if (rng.chance(0.3)) {
      std::get<Fanout>(machine.stages[s]).axes[0].indices = {workload.indices.front().name};
    }
  }
}

double all_that_fit(const Workload& workload, const Accelerator& machine, bool perfect) {
  return static_cast<double>(exhaustive_search(workload, machine, {.perfect_factors = perfect}).certificate.complete);
}

}  // namespace

TEST_CASE("a single level has only the orders of its loops") {
  CHECK(mapspace_size(einsum("O[m] += I[m] * W[m]", {{"M", 4}}), levels(1)) == 1.0);
  CHECK(mapspace_size(einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 1}}), levels(1)) == 1.0);
  CHECK(mapspace_size(einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 2}, {"M", 4}, {"C", 3}}), levels(1)) == 6.0);
}

TEST_CASE("two levels share an index in as many ways as the inner one has factors, with eight sets of tensors") {
  const Workload workload = einsum("O[m] += I[m] * W[m]", {{"M", 6}});
  CHECK(mapspace_size(workload, levels(2)) == 6.0 * 8.0);
  CHECK(mapspace_size(workload, levels(2), {.perfect_factors = true}) == 4.0 * 8.0);
}

TEST_CASE("an exhaustive search also tries what does not cover the index, and all sets of tensors") {
  const Workload workload = einsum("O[m] += I[m] * W[m]", {{"M", 3}});
  // Inner factors 1, 2, 3 leave 3, 2 and 1 tiles to the outer level's factors; eight sets of tensors each.
  CHECK(mapspace_size(workload, levels(2), {.obeys_constraints = false}) == (3.0 + 2.0 + 1.0) * 64.0);
}

TEST_CASE("the size is the number of mappings that an exhaustive search finds to fit: one index, any machine") {
  for_random_cases(200, [](Rng& rng) {
    const Workload workload = einsum("O[m] += I[m] * W[m]", {{"M", rng.between(1, 12)}});
    Accelerator machine = random_accelerator(rng, 3);
    constrain(rng, workload, machine);
    const bool perfect = rng.chance(0.3);
    CAPTURE(draw(machine));
    CHECK(mapspace_size(workload, machine, {.perfect_factors = perfect}) == all_that_fit(workload, machine, perfect));
  });
}

TEST_CASE("and for several indices where no fanout is shared") {
  for_random_cases(60, [](Rng& rng) {
    const Workload workload = random_workload(rng, 3, 8);
    Accelerator machine = random_accelerator(rng, 3);
    std::erase_if(machine.stages, [](const Stage& stage) { return std::holds_alternative<Fanout>(stage); });
    constrain(rng, workload, machine);
    CAPTURE(to_string(workload));
    CHECK(mapspace_size(workload, machine) == all_that_fit(workload, machine, false));
  });
}

TEST_CASE("a layer of AlexNet has some 10^10 mappings on the chip, counted in a moment") {
  const Workload conv2 = einsum("O[n,g,m,p,q] += I[n,g,c,p+r,q+s] * W[g,m,c,r,s]",
                                {{"N", 1}, {"G", 2}, {"M", 128}, {"C", 48}, {"P", 27}, {"Q", 27}, {"R", 5}, {"S", 5}});
  const auto size = mapspace_size(conv2, load_accelerator("eyeriss"));
  REQUIRE(size.has_value());
  CHECK(*size > 1e8);
  CHECK(*size < 1e20);
}

TEST_CASE("what is too large to count is not counted") {
  CHECK_FALSE(mapspace_size(einsum("O[m] += I[m] * W[m]", {{"M", 1 << 19}}), levels(2)));
  CHECK_FALSE(mapspace_size(einsum("O[m] += I[m] * W[m]", {{"M", 1 << 17}}), levels(11)));
  CHECK_FALSE(mapspace_size(einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 2}, {"M", 4}, {"C", 3}}), levels(12)));
}

}  // namespace pj
