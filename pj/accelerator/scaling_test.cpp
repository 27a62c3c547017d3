#include "pj/accelerator/scaling.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"

namespace pj {

TEST_CASE("a cost that goes to another node and back is the same") {
  for (const int from : {65, 45, 40, 28, 22, 16, 12, 7}) {
    for (const int to : {65, 45, 40, 28, 22, 16, 12, 7}) {
      CAPTURE(from);
      CAPTURE(to);
      CHECK(energy_scale(technology(), from, to) * energy_scale(technology(), to, from) == doctest::Approx(1.0));
      CHECK(area_scale(technology(), from, to) * area_scale(technology(), to, from) == doctest::Approx(1.0));
    }
  }
}

TEST_CASE("the smaller the node, the smaller the energy and the area") {
  double energy = 10.0;
  double area = 10.0;
  for (int nm = 65; nm >= 7; --nm) {
    const double next_energy = energy_scale(technology(), 65, nm);
    const double next_area = area_scale(technology(), 65, nm);
    CAPTURE(nm);
    CHECK(next_energy < energy);
    CHECK(next_area < area);
    energy = next_energy;
    area = next_area;
  }
}

TEST_CASE("at a node of the table the energy is that of the paper's polynomial at the node's supply") {
  // Stillmaker and Baas 2017: 65 nm at 1.0 V and 45 nm (high performance) at 0.9 V.
  const double at_65 = 3.755 - 4.398 + 1.975;
  const double at_45 = 1.018 * 0.81 - 0.3107 * 0.9 + 0.1539;
  CHECK(energy_scale(technology(), 45, 65) == doctest::Approx(at_65 / at_45));
  CHECK(area_scale(technology(), 65, 45) == doctest::Approx(17.0 / 25.0));
  CHECK(supply(technology(), 45) == 0.9);
}

TEST_CASE("the scaling of areas agrees with the paper's other column to its two digits") {
  CHECK(area_scale(technology(), 65, 45) == doctest::Approx(0.66).epsilon(0.05));  // the row of 65 nm
  CHECK(area_scale(technology(), 45, 32) == doctest::Approx(0.46).epsilon(0.05));  // the row of 45 nm
  CHECK(area_scale(technology(), 32, 16) == doctest::Approx(0.41).epsilon(0.05));  // the row of 32 nm
}

TEST_CASE("a node without scaling is refused") {
  CHECK_THROWS_WITH_AS(energy_scale(technology(), 45, 90),
                       "no scaling is known for 90 nm (only 7 to 65 nm); give the costs themselves", InputError);
  CHECK_THROWS_AS(area_scale(technology(), 45, 5), InputError);
  CHECK_THROWS_AS(supply(technology(), 130), InputError);
}

}  // namespace pj
