#include "pj/cost/operation.hpp"

#include <doctest/doctest.h>

#include <bit>

#include "pj/cost/cost.hpp"
#include "pj/cost/prices.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

/// A unit of 16 bit: products 0.8 pJ, sums 0.1 pJ.
Compute unit(Compute::Precision precision) {
  return {.energy = 0.9_pJ, .add = 0.1_pJ, .precision = precision, .bits = 16};
}

Workload product_of(int input, int weight) {
  Workload workload = einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 2}, {"M", 3}, {"C", 4}});
  workload.tensors[0].bits = input;
  workload.tensors[1].bits = weight;
  return workload;
}

double energy_of(int input, int weight, Compute::Precision precision = Compute::Precision::Scalable) {
  return operation_energy(product_of(input, weight), unit(precision)).value;
}

/// The plain twin: every bit of one factor meets every bit of the other in a cell that takes its part of the whole
/// multiplier; and the product is added bit by bit.
double walked_energy(int a, int b) {
  double energy = 0.0;
  for (int i = 0; i < a; ++i) {
    for (int j = 0; j < b; ++j) {
      energy += 0.8 / (16 * 16);
    }
  }
  const std::uint64_t largest = ((std::uint64_t{1} << a) - 1) * ((std::uint64_t{1} << b) - 1);
  for (std::uint64_t rest = largest; rest > 0; rest >>= 1) {
    energy += 0.1 / 32;
  }
  return energy;
}

}  // namespace

TEST_CASE("a scalable unit costs what its cells cost, counted one by one") {
  for_random_cases(500, [](Rng& rng) {
    const int a = static_cast<int>(rng.between(1, 16));
    const int b = static_cast<int>(rng.between(1, 16));
    CAPTURE(a);
    CAPTURE(b);
    CHECK(energy_of(a, b) == doctest::Approx(walked_energy(a, b)));
  });
}

TEST_CASE("a unit of fixed precision does not save energy on narrow numbers") {
  CHECK(energy_of(16, 16, Compute::Precision::Fixed) == 0.9);
  CHECK(energy_of(1, 1, Compute::Precision::Fixed) == 0.9);
}

TEST_CASE("a scalable unit at its full width costs what the file says, at half of it a quarter of the product") {
  CHECK(energy_of(16, 16) == doctest::Approx(0.9));
  CHECK(energy_of(8, 8) == doctest::Approx(0.8 / 4 + 0.1 / 2));
  CHECK(energy_of(16, 8) == doctest::Approx(0.8 / 2 + 0.1 * 24 / 32));
}

TEST_CASE("a product of two bits is one XNOR, and its sum one bit of a count") {
  CHECK(energy_of(1, 1) == doctest::Approx(0.8 / 256 + 0.1 / 32));
  CHECK(energy_of(8, 1) == doctest::Approx(0.8 * 8 / 256 + 0.1 * 8 / 32));
}

TEST_CASE("an index into a codebook is multiplied as the value that it stands for") {
  Workload workload = product_of(16, 4);
  workload.tensors[1].is_index = true;
  CHECK(operation_energy(workload, unit(Compute::Precision::Scalable)).value == doctest::Approx(0.9));
}

TEST_CASE("narrower numbers change the arithmetic of a mapped layer as said, and storage by their bits") {
  for_random_cases(200, [](Rng& rng) {
    const Workload wide = random_workload(rng, 6, 2000);
    Accelerator machine = random_accelerator(rng, 3);
    machine.compute = unit(Compute::Precision::Scalable);
    const Mapping mapping = random_mapping(rng, wide, machine);
    Workload narrow = wide;
    for (Operand& tensor : narrow.tensors) {
      tensor.bits = 4;
    }
    const Cost of_wide = cost(wide, machine, traffic(wide, machine, mapping));
    const Cost of_narrow = cost(narrow, machine, traffic(narrow, machine, mapping));
    CHECK(of_narrow.compute.value ==
          doctest::Approx(of_wide.compute.value * operation_energy(narrow, machine.compute).value / 0.9));
    for (std::size_t s = 0; s < machine.stages.size(); ++s) {
      CHECK(of_narrow.networks[s].value == doctest::Approx(of_wide.networks[s].value / 4));
      for (std::size_t t = 0; t < wide.tensors.size(); ++t) {
        CHECK(of_narrow.levels[s][t].value == doctest::Approx(of_wide.levels[s][t].value / 4));
      }
    }
  });
}

}  // namespace pj
