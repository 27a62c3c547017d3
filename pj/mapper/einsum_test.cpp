#include <doctest/doctest.h>

#include <algorithm>
#include <span>

#include "pj/mapper/exhaustive.hpp"
#include "pj/mapper/mapper.hpp"
#include "tests/support/mapper_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

struct Kind {
  const char* einsum;
  const char* letters;
};

/// Einsums with two tensors (pooling, copies, sums), or with four.
constexpr Kind two_tensors[] = {
    {"O[c,p] += I[c,U*p+D*r]", "CPR"}, {"O[n,c] += I[n,c]", "NC"}, {"O[n] += I[n,c]", "NC"},
    {"O[n,c] += I[n]", "NC"},          {"O[p] += I[p+r]", "PR"},   {"O[p+r] += I[p,r]", "PR"},
};
/// Einsums that scatter their output.
constexpr Kind scattering[] = {
    {"O[p+r] += I[p] * W[r]", "PR"},
    {"O[m,p+r] += I[c,p] * W[c,m,r]", "MPCR"},
    {"O[m,U*p+r] += I[p] * W[m,r]", "MPR"},
    {"O[p+r] += I[p,r] * W[r]", "PR"},
};
constexpr Kind four_tensors[] = {
    {"O[n,m] += A[n,c] * B[c,d] * E[m,d]", "NMCD"},
    {"O[m,n] += A[m,r] * B[n,r] * L[r]", "MNR"},
    {"O[p,m] += I[p+r] * W[m,r] * S[m]", "PMR"},
};

Workload random_einsum(Rng& rng, std::span<const Kind> kinds, std::int64_t most_operations) {
  const Kind& kind = kinds[static_cast<std::size_t>(rng.between(0, std::ssize(kinds) - 1))];
  std::vector<std::pair<std::string, std::int64_t>> sizes{{"U", rng.between(1, 3)}, {"D", rng.between(1, 2)}};
  std::int64_t operations = 1;
  for (const char* letter = kind.letters; *letter != '\0'; ++letter) {
    const std::int64_t size =
        std::min<std::int64_t>(rng.between(1, 4), std::max<std::int64_t>(1, most_operations / operations));
    sizes.emplace_back(std::string(1, *letter), size);
    operations *= size;
  }
  Workload workload = einsum(kind.einsum, sizes);
  workload.multiplies = rng.chance(0.5);
  return workload;
}

/// A small machine that limits what fits and what may be kept.
Accelerator small_machine(Rng& rng, const Workload& workload, std::int64_t levels) {
  Accelerator machine = random_accelerator(rng, levels);
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      level->capacity = Bits{16 * rng.between(3, 40)};
      if (rng.chance(0.3)) {
        const auto tensor = static_cast<std::size_t>(rng.between(0, std::ssize(workload.tensors) - 1));
        level->keeps = {workload.tensors[tensor].name};
      }
    }
  }
  return machine;
}

void compare(Rng& rng, const Workload& workload, const Accelerator& machine) {
  const MapperOptions options{.objective = static_cast<Objective>(rng.between(0, 2)),
                              .perfect_factors = rng.chance(0.4)};
  const MapperResult wanted = exhaustive_search(workload, machine, options);
  const MapperResult found = find_best_mapping(workload, machine, options);
  CAPTURE(to_string(workload));
  CAPTURE(draw(machine));
  REQUIRE(bool(found.verdict) == bool(wanted.verdict));
  if (wanted.verdict) {
    CAPTURE(to_string(workload, machine, wanted.mapping));
    CAPTURE(to_string(workload, machine, found.mapping));
    CHECK(fits(workload, machine, found.mapping).reason() == "");
    CHECK(objective_value(options.objective, found.cost) ==
          doctest::Approx(objective_value(options.objective, wanted.cost)).epsilon(1e-12));
    CHECK(found.cost.compute.value == (workload.multiplies ? static_cast<double>(workload.operations()) : 0.0));
  }
}

}  // namespace

TEST_CASE("the mapper finds what the exhaustive search finds for Einsums with one input") {
  for_random_cases(5 * mapper_cases(), [](Rng& rng) {
    const Workload workload = random_einsum(rng, two_tensors, rng.chance(0.7) ? 12 : 24);
    compare(rng, workload, small_machine(rng, workload, 3));
  });
}

TEST_CASE("the mapper finds what the exhaustive search finds for Einsums that scatter their output") {
  for_random_cases(mapper_cases(), [](Rng& rng) {
    const Workload workload = random_einsum(rng, scattering, 12);
    compare(rng, workload, small_machine(rng, workload, 3));
  });
}

TEST_CASE("the mapper finds what the exhaustive search finds for Einsums with three inputs") {
  for_random_cases(2 * mapper_cases(), [](Rng& rng) {
    const Workload workload = random_einsum(rng, four_tensors, rng.chance(0.7) ? 8 : 16);
    compare(rng, workload, small_machine(rng, workload, 2));
  });
}

}  // namespace pj
