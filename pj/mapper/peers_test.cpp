#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/mapper/mapper.hpp"

namespace pj {

namespace {

/// A convolution without padding or groups.
Workload convolution(std::int64_t M, std::int64_t C, std::int64_t P, std::int64_t R, std::int64_t U) {
  return einsum("O[m,p,q] += I[c,U*p+r,U*q+s] * W[m,c,r,s]",
                {{"M", M}, {"C", C}, {"P", P}, {"Q", P}, {"R", R}, {"S", R}, {"U", U}});
}

double least_energy(const Workload& workload, const Accelerator& machine) {
  return find_best_mapping(workload, machine, {.perfect_factors = true}).cost.energy().value;
}

/// The flexible array with Timeloop's conventions, or with AccelForge's.
Accelerator flex256(Conventions conventions) {
  Accelerator machine = load_accelerator("flex256");
  machine.conventions = conventions;
  return machine;
}

constexpr Conventions timeloop{Conventions::Halo::InnermostOnly, false};
constexpr Conventions accelforge{Conventions::Halo::InnermostOnly, true};

}  // namespace

// Mappings of these energies were found by other exact searches and priced alike by Timeloop 3.0.3's own model.
TEST_CASE(
    "with Timeloop's conventions and perfect factors the optima of AlexNet on flex256 are those that Timeloop "
    "confirms") {
  const Accelerator machine = flex256(timeloop);
  CHECK(least_energy(convolution(96, 3, 55, 11, 4), machine) == 439774143.0);      // CONV1
  CHECK(least_energy(convolution(128, 48, 27, 5, 1), machine) == 408398496.0);     // CONV2, one group
  CHECK(least_energy(convolution(384, 256, 13, 3, 1), machine) == 669538560.0);    // CONV3
  CHECK(least_energy(convolution(192, 192, 13, 3, 1), machine) == 256808256.0);    // CONV4, one group
  CHECK(least_energy(convolution(128, 192, 13, 3, 1), machine) == 174366592.0);    // CONV5, one group
  CHECK(least_energy(convolution(4096, 256, 1, 6, 1), machine) == 7630251008.0);   // FC6
  CHECK(least_energy(convolution(4096, 4096, 1, 1, 1), machine) == 3392733184.0);  // FC7
  CHECK(least_energy(convolution(1000, 4096, 1, 1, 1), machine) == 829863376.0);   // FC8
}

// The Turbo-Charged Mapper of AccelForge (arXiv 2602.15172) found the same energies, in 98.9 s and 429 s of CPU time.
TEST_CASE("AccelForge's optimum of FC8 on flex256 is found where an index may lie along both axes") {
  Accelerator machine = flex256(accelforge);
  std::get<Fanout>(machine.stages[2]).one_axis = false;
  CHECK(least_energy(convolution(1000, 4096, 1, 1, 1), machine) == 828607296.0);
}

TEST_CASE("AccelForge's optimum of a small convolution on flex256 is found where every level keeps every tensor") {
  Accelerator machine = flex256(accelforge);
  for (Stage& stage : machine.stages) {
    if (auto* level = std::get_if<Level>(&stage)) {
      level->must_keep = {"Input", "Weight", "Output"};
    }
  }
  CHECK(least_energy(convolution(64, 16, 8, 3, 1), machine) == 6121280.0);
}

}  // namespace pj
