#include "pj/accelerator/component.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/accelerator/scaling.hpp"
#include "pj/accelerator/storage_area.hpp"
#include "pj/base/error.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

Bits kibibytes(std::int64_t count) {
  return Bits{count * 8 * 1024};
}

double operation(const std::string& numbers, const std::string& name, int bits, int node_nm = 45) {
  return operation_energy(technology(), {numbers, name, bits}, node_nm).value;
}

double read_energy(const Memory& storage, int node_nm) {
  return access_energy(technology(), storage, "read", node_nm).value;
}

/// The plain twin of the table look-up for SRAM at 45 nm: log E against log size, straight from point to point.
double plain_sram(double bytes) {
  const double sizes[] = {8192, 32768, 1048576};
  const double energies[] = {10.0 / 64, 20.0 / 64, 100.0 / 64};
  if (bytes <= sizes[0]) {
    return energies[0] * std::sqrt(bytes / sizes[0]);
  }
  for (int i = 1; i < 3; ++i) {
    if (bytes <= sizes[i]) {
      const double slope =
          (std::log(energies[i]) - std::log(energies[i - 1])) / (std::log(sizes[i]) - std::log(sizes[i - 1]));
      return std::exp(std::log(energies[i - 1]) + slope * (std::log(bytes) - std::log(sizes[i - 1])));
    }
  }
  return energies[2] * std::sqrt(bytes / sizes[2]);
}

}  // namespace

TEST_CASE("operations cost what Horowitz printed, at 45 nm") {
  CHECK(operation("fixed", "add", 8) == 0.03);
  CHECK(operation("fixed", "add", 32) == 0.1);
  CHECK(operation("fixed", "multiply", 8) == 0.2);
  CHECK(operation("fixed", "multiply", 32) == 3.1);
  CHECK(operation("float", "add", 16) == 0.4);
  CHECK(operation("float", "multiply", 32) == 3.7);
  CHECK(operation_area(technology(), {"float", "multiply", 32}, 45).value == 7700);
}

TEST_CASE("widths between those of the table lie on a power law, about the square for products") {
  CHECK(operation("fixed", "multiply", 16) == doctest::Approx(0.8).epsilon(0.02));  // 0.2 · (16/8)²
  CHECK(operation("fixed", "add", 24) == doctest::Approx(0.075).epsilon(0.02));
  CHECK(operation("fixed", "multiply", 4) == doctest::Approx(0.05));  // beyond the table: the square itself
  CHECK(operation("fixed", "add", 4) == doctest::Approx(0.015));      // and the width
  CHECK(operation("fixed", "add", 64) == doctest::Approx(0.2));
}

TEST_CASE("a rule says what it did to the numbers of its source") {
  const Estimated point = operation_energy(technology(), {"fixed", "add", 8}, 45);
  CHECK(point.rule == "Horowitz, ISSCC 2014 (areas as recalled)");
  const Estimated between = operation_energy(technology(), {"fixed", "multiply", 16}, 28);
  CHECK(between.rule.ends_with("; power law between its 8 bit and 32 bit; 45 nm to 28 nm by Stillmaker and Baas 2017"));
  const Estimated beyond = operation_energy(technology(), {"fixed", "multiply", 4}, 45);
  CHECK(beyond.rule.ends_with("; beyond its 8 bit as the square of the size"));
  const Estimated memory = access_energy(technology(), {"sram", kibibytes(4), Bits{64}, 2}, "read", 45);
  CHECK(memory.rule ==
        "Horowitz, ISSCC 2014 (one energy for both directions); beyond its 8 KiB as the root of the size; 2 ports as "
        "Rixner et al. 2000");
}

TEST_CASE("SRAM costs what Horowitz printed, and on the way between a power of the capacity") {
  CHECK(read_energy({"sram", kibibytes(8), Bits{64}}, 45) == doctest::Approx(10.0));
  CHECK(read_energy({"sram", kibibytes(32), Bits{32}}, 45) == doctest::Approx(10.0));
  CHECK(read_energy({"sram", kibibytes(1024), Bits{64}}, 45) == doctest::Approx(100.0));
  for_random_cases(1000, [](Rng& rng) {
    const Bits capacity{rng.between(8 * 2048, 8 * 4194304)};
    const double wanted = 32.0 * plain_sram(static_cast<double>(capacity.value) / 8.0);
    CHECK(read_energy({"sram", capacity, Bits{32}}, 45) == doctest::Approx(wanted));
  });
}

TEST_CASE("another node scales by its factor, and memory chips do not scale") {
  const Memory sram{"sram", kibibytes(32), Bits{64}};
  CHECK(read_energy(sram, 28) == doctest::Approx(20.0 * energy_scale(technology(), 45, 28)));
  CHECK(read_energy({"hbm", {}, Bits{64}}, 7) == read_energy({"hbm", {}, Bits{64}}, 65));
  CHECK(read_energy({"ddr3", {}, Bits{256}}, 0) == doctest::Approx(6180.0));
  CHECK(read_energy({"edram", kibibytes(2048), Bits{256}}, 28) == doctest::Approx(19.2));
}

TEST_CASE("twice the ports cost twice the energy and four times the area") {
  const Memory one{"sram", kibibytes(32), Bits{64}, 1};
  const Memory two{"sram", kibibytes(32), Bits{64}, 2};
  CHECK(read_energy(two, 45) == doctest::Approx(2.0 * read_energy(one, 45)));
  CHECK(storage_area(technology(), two, 45)->value ==
        doctest::Approx(4.0 * storage_area(technology(), one, 45)->value));
}

TEST_CASE("the area of a memory is that of the table of its node, or of the chip that printed it") {
  const Memory buffer{"sram", kibibytes(108), Bits{64}};
  CHECK(storage_area(technology(), buffer, 65)->value == doctest::Approx(108 * 1024 * 12.70));
  CHECK(storage_area(technology(), {"sram", kibibytes(10240)}, 28)->value == doctest::Approx(20.73e6));
  CHECK(storage_area(technology(), {"edram", kibibytes(10240)}, 28)->value == doctest::Approx(7.27e6));
  CHECK(!storage_area(technology(), {"ddr3", kibibytes(1 << 20)}, 28));
  CHECK(!storage_area(technology(), {"sram", {}}, 28));
}

TEST_CASE("a wire costs its length, its bits and the square of the supply") {
  // Keckler et al. 2011, Table 1: 310 pJ for 256 random bits over 10 mm at 0.9 V.
  CHECK(wire_energy(technology(), {10.0, Bits{256}}, 45).value == doctest::Approx(310).epsilon(0.002));
  const double ratio =
      wire_energy(technology(), {1.0, Bits{16}}, 7).value / wire_energy(technology(), {1.0, Bits{16}}, 45).value;
  CHECK(ratio == doctest::Approx(0.49 / 0.81));
  CHECK(wire_energy(technology(), {1.5, Bits{16}}, 45).rule.ends_with("; 1.50 mm at 0.900 V"));
}

TEST_CASE("estimates at 65 nm are within a fifth of what nn_dataflow's model of Eyeriss takes, for 16 bit") {
  const Bits word{16};
  const double mac = operation("fixed", "multiply", 16, 65) + operation("fixed", "add", 32, 65);
  CHECK(mac == doctest::Approx(2).epsilon(0.2));
  CHECK(read_energy({"register_file", Bits{512 * 8}, word}, 65) == doctest::Approx(1).epsilon(0.2));
  CHECK(read_energy({"sram", kibibytes(108), word}, 65) == doctest::Approx(15).epsilon(0.2));
  CHECK(read_energy({"ddr3", {}, word}, 65) == doctest::Approx(460).epsilon(0.2));
  CHECK(wire_energy(technology(), {1.5, word}, 65).value == doctest::Approx(4).epsilon(0.2));
}

TEST_CASE("what the tables cannot answer is refused with a way out") {
  const auto energy = [](const Memory& storage, int node_nm) {
    return access_energy(technology(), storage, "read", node_nm);
  };
  CHECK_THROWS_WITH_AS(energy({"srma", kibibytes(8)}, 45), "unknown kind of memory 'srma'; did you mean 'sram'?",
                       InputError);
  CHECK_THROWS_WITH_AS(energy({"sram", {}}, 45), "a level of kind sram needs a 'capacity' to estimate its costs",
                       InputError);
  CHECK_THROWS_WITH_AS(energy({"sram", kibibytes(65536)}, 45),
                       "sram of 64 MiB is far outside the table (8 KiB to 1 MiB); give its costs yourself", InputError);
  CHECK_THROWS_WITH_AS(energy({"sram", kibibytes(32)}, 0),
                       "to estimate a cost the machine must say its 'technology'; add it, or give the cost itself",
                       InputError);
  CHECK_THROWS_WITH_AS(energy({"sram", kibibytes(32)}, 180),
                       "no scaling is known for 180 nm (only 7 to 65 nm); give the costs themselves", InputError);
  CHECK_THROWS_WITH_AS(operation_energy(technology(), {"posit", "add", 8}, 45),
                       "unknown arithmetic 'posit add'; known: fixed and float, add and multiply", InputError);
}

}  // namespace pj
