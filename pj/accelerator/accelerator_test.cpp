#include "pj/accelerator/accelerator.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

/// DRAM, a 4 × 3 array, and a register file that is cut into one part a tensor.
Accelerator small() {
  Level dram{.name = "DRAM", .read = 200.0_pJ, .write = 200.0_pJ};
  Fanout array{.name = "array", .axes = {{"columns", 4}, {"rows", 3}}, .hop = 0.5_pJ};
  Level registers{.name = "registers", .partitions = {{"Input", Bits{192}}, {"Output", Bits{12}}}, .read = 1.0_pJ};
  return {.name = "small", .stages = {dram, array, registers}, .compute = {.energy = 1.5_pJ, .bits = 8}};
}

std::string check_fault(const Accelerator& accelerator) {
  return input_fault([&] { check(accelerator); }, "none");
}

}  // namespace

TEST_CASE("no list of names admits every name, a list only its own") {
  CHECK(admits(std::nullopt, "M"));
  CHECK(admits(Names{{"M", "P"}}, "P"));
  CHECK(!admits(Names{{"M", "P"}}, "Q"));
  CHECK(!admits(Names{std::vector<std::string>{}}, "M"));
}

TEST_CASE("a level keeps what 'keeps' admits and, where it is cut into partitions, what has one") {
  const Level shared{.name = "buffer", .capacity = Bits{64}, .keeps = Names{{"Input"}}};
  CHECK(may_keep(shared, "Input"));
  CHECK(!may_keep(shared, "Weight"));
  const Level cut = std::get<Level>(small().stages[2]);
  CHECK(may_keep(cut, "Output"));
  CHECK(!may_keep(cut, "Weight"));
  CHECK(must_keep({.must_keep = {"Output"}}, "Output"));
  CHECK(!must_keep(cut, "Output"));
}

TEST_CASE("the compute units are the product of all axes of all fanouts") {
  Accelerator machine = small();
  CHECK(std::get<Fanout>(machine.stages[1]).copies() == 12);
  CHECK(machine.compute_units() == 12);
  machine.stages.emplace_back(Fanout{.name = "lanes", .axes = {{"columns", 16}}});
  CHECK(machine.compute_units() == 192);
  machine.stages.clear();
  CHECK(machine.compute_units() == 1);
}

TEST_CASE("a drawing shows sizes, energies and what a level keeps, one step in a stage") {
  Accelerator machine = small();
  std::get<Level>(machine.stages[0]).capacity = Bits{8 << 20};
  CHECK(draw(machine) ==
        "DRAM: 1 MiB; read 200 pJ, write 200 pJ per 16-bit word\n"
        " └─ array: 4 columns × 3 rows; multicast, reduction; hop 500 fJ a word\n"
        "    └─ registers: Input 24 B, Output 12 bit; read 1.00 pJ, write 0 J per 16-bit word\n"
        "       └─ MAC: 1.50 pJ, 8 bit\n");
  machine.stages = {Level{.name = "DRAM"},
                    Level{.name = "buffer", .capacity = Bits{8192}, .keeps = Names{{"Input", "Output"}}},
                    Fanout{.name = "lanes", .axes = {{"rows", 2}}, .multicast = false, .reduction = false}};
  CHECK(draw(machine) ==
        "DRAM: without limit; read 0 J, write 0 J per 16-bit word\n"
        " └─ buffer: 1 KiB; read 0 J, write 0 J per 16-bit word; keeps Input, Output\n"
        "    └─ lanes: 2 rows; no multicast, no reduction; hop 0 J a word\n"
        "       └─ MAC: 1.50 pJ, 8 bit\n");
}

TEST_CASE("a hierarchy that no network can be mapped to is refused by the machine's name") {
  CHECK(check_fault(small()) == "none");
  CHECK(check_fault({.name = "empty"}) ==
        "accelerator 'empty': the first stage must be a memory that keeps every tensor");
  CHECK(check_fault({.name = "bare", .stages = {Fanout{.name = "array"}}}) ==
        "accelerator 'bare': the first stage must be a memory that keeps every tensor");
  Accelerator machine = small();
  std::get<Level>(machine.stages[0]).partitions = {{"Input", Bits{8}}};
  CHECK(check_fault(machine) ==
        "accelerator 'small': the outermost level 'DRAM' must keep every tensor; remove 'keeps'");
  machine = small();
  std::get<Fanout>(machine.stages[1]).axes[0].size = 0;
  CHECK(check_fault(machine) ==
        "accelerator 'small': fanout 'array' has 0 columns; sizes must be positive and the compute units at most "
        "16,777,216");
  machine = small();
  std::get<Level>(machine.stages[2]).name = "";
  CHECK(check_fault(machine) == "accelerator 'small': a stage has no name");
}

}  // namespace pj
