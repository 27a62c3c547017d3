#include "pj/accelerator/cost_reader.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "tests/support/accelerator_fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

Accelerator machine_of(const std::string& text, const AcceleratorOptions& options = {}) {
  return parse_accelerator(parse_yaml(text, "m"), options);
}

const std::string open_machine =
    "name: m\ntechnology: 45 nm\ncompute: {bits: 8, numbers: fixed, accumulator: 32 bit}\nstages:\n"
    "  - {level: DRAM, kind: lpddr, word: 64 bit}\n"
    "  - {level: buffer, kind: sram, capacity: 32 KiB, word: 64 bit, write: 30 pJ}\n"
    "  - {fanout: array, columns: 4, wire: 0.5 mm}\n"
    "  - {level: registers, kind: register_file, partitions: {Weight: 128 B, Output: 64 B}}\n";

const std::string plain_machine =
    "name: m\ncompute: {bits: 8, energy: 1 pJ}\nstages:\n  - {level: DRAM, read: 9 pJ, write: 9 pJ}\n"
    "  - {fanout: array, columns: 4, hop: 2 MAC}\n  - {level: spad, read: 1 MAC, write: 1 pJ}\n";

constexpr const char* energies =
    "component,action,energy\nDRAM,read,512\nDRAM,write,513\nspad,access,0.25\nMAC,compute,3\n";

const Level& level(const Accelerator& machine, std::size_t stage) {
  return std::get<Level>(machine.stages[stage]);
}

}  // namespace

TEST_CASE("what a file leaves open is estimated from the kinds of its parts") {
  const Accelerator machine = machine_of(open_machine);
  CHECK(machine.compute.energy.value == doctest::Approx(0.3));  // Horowitz: product 0.2 pJ, 32-bit sum 0.1 pJ
  CHECK(machine.compute.add == Picojoules{});                   // of a unit of fixed precision nobody asks
  CHECK(machine.compute.area.value == doctest::Approx(282 + 137));
  CHECK(level(machine, 0).read.value == doctest::Approx(40 * 64));
  CHECK(level(machine, 1).read.value == doctest::Approx(20));
  CHECK(std::get<Fanout>(machine.stages[2]).hop.value == doctest::Approx(0.121 * 8 * 0.5));
  CHECK(level(machine, 3).read.value == doctest::Approx(0.684 * 8 / 32));  // of the larger partition
  CHECK(level(machine, 3).area.value > 0.0);
  CHECK(machine.provenance.at("buffer read").origin == Provenance::Origin::Model);
  CHECK(machine.provenance.at("buffer read").basis == "estimated");
}

TEST_CASE("where a file gives a cost, the file wins") {
  const Accelerator machine = machine_of(open_machine);
  CHECK(level(machine, 1).write == 30.0_pJ);
  CHECK(!machine.provenance.contains("buffer write"));
  const Accelerator given = machine_of(
      "name: m\ntechnology: 45 nm\ncompute: {bits: 8, numbers: fixed, energy: 7 pJ, area: 5 um2}\nstages:\n"
      "  - {level: DRAM, kind: hbm, read: 1 pJ, write: 2 pJ}\n  - {fanout: a, rows: 2, wire: 1 mm, hop: 3 pJ}\n");
  CHECK(given.compute.energy == 7.0_pJ);
  CHECK(given.compute.area == SquareMicrons{5.0});
  CHECK(!given.provenance.contains("MAC area"));
  CHECK(level(given, 0).read == 1.0_pJ);
  CHECK(std::get<Fanout>(given.stages[1]).hop == 3.0_pJ);
}

TEST_CASE("a memory with a known interface has its bandwidth, or that of the channels that it says") {
  const std::string start = "name: m\nclock: 100 MHz\ncompute: {bits: 8, energy: 1 pJ}\nstages:\n";
  CHECK(level(machine_of(start + "  - {level: DRAM, kind: hmc}\n"), 0).bandwidth.value() ==
        doctest::Approx(160e9 * 8 / 1e8));
  const Accelerator one = machine_of(start + "  - {level: DRAM, kind: ddr3, channels: 1}\n");
  CHECK(level(one, 0).bandwidth.value() == doctest::Approx(12.8e9 * 8 / 1e8));
  CHECK(one.provenance.at("DRAM bandwidth").source.ends_with("; 1 channel of 12.8 GB/s"));
  CHECK(level(machine_of(start + "  - {level: DRAM, kind: hmc, bandwidth: 8 bit/cycle}\n"), 0).bandwidth == 8.0);
  CHECK(!level(machine_of(start + "  - {level: DRAM, kind: lpddr}\n"), 0).bandwidth);
  CHECK(fault_of(start + "  - {level: DRAM, kind: lpddr, channels: 2}\n") ==
        "m:5:42: no channels are known of this kind of memory; give its 'bandwidth'");
}

TEST_CASE("a scalable unit knows its adder's share, given or estimated") {
  const std::string stages = "\nstages: [{level: DRAM, read: 1 pJ, write: 1 pJ}]\n";
  const Accelerator given =
      machine_of("name: m\ncompute: {bits: 8, energy: 0.3 pJ, add: 0.1 pJ, precision: scalable}" + stages);
  CHECK(given.compute.precision == Compute::Precision::Scalable);
  CHECK(given.compute.add == 0.1_pJ);
  const Accelerator estimated = machine_of("name: m\ncompute: {bits: 8, energy: 1 pJ, precision: scalable}" + stages);
  CHECK(estimated.compute.add.value == doctest::Approx(0.05 / 0.25));  // Horowitz: 16-bit sum beside an 8-bit product
  CHECK(estimated.provenance.at("MAC add").origin == Provenance::Origin::Model);
  CHECK(machine_of("name: m\ncompute: {bits: 8, energy: 1 pJ}" + stages).compute.precision ==
        Compute::Precision::Fixed);
}

TEST_CASE("a machine may keep partial sums wider than its outputs") {
  const Accelerator machine = machine_of(
      "name: m\ncompute: {bits: 8, energy: 1 pJ, partial_sums: 3 B}\nstages: [{level: DRAM, read: 1 pJ, write: 1 "
      "pJ}]\n");
  CHECK(machine.compute.partial_bits == 24);
}

TEST_CASE("a file's basis and source hold for the values that do not say their own") {
  const Accelerator machine = machine_of(
      "name: m\nsource: a paper\nbasis: published\ncompute: {bits: 8, energy: {value: 1 pJ, basis: measured, source: "
      "us}}\nstages: [{level: DRAM, read: 1 pJ, write: 1 pJ}]\n");
  CHECK(machine.provenance.at("DRAM read") == Provenance{"a paper", "published"});
  CHECK(machine.provenance.at("MAC energy") == Provenance{"us", "measured"});
}

TEST_CASE("a user's own table stands in the place of what the file gives, unchanged") {
  const TemporaryFolder folder;
  const Accelerator machine = machine_of(plain_machine, {.reference_tables = {folder.file("own.csv", energies)}});
  CHECK(level(machine, 0).read == 512.0_pJ);
  CHECK(level(machine, 0).write == 513.0_pJ);
  CHECK(level(machine, 2).read == 0.25_pJ);
  CHECK(level(machine, 2).write == 0.25_pJ);
  CHECK(machine.compute.energy == 3.0_pJ);
  CHECK(std::get<Fanout>(machine.stages[1]).hop == 6.0_pJ);  // not in the table: 2 MAC, of the table's
  CHECK(machine.provenance.at("spad read").origin == Provenance::Origin::Table);
  CHECK(machine.provenance.at("spad read").source.ends_with("own.csv: spad"));
}

TEST_CASE("a machine file names its tables beside it and its parts' components") {
  const TemporaryFolder folder;
  folder.file("own.csv", std::string(energies) + "chip.glb,read,5\nchip.glb,write,6\n");
  const std::string path = folder.file(
      "m.yaml",
      "name: m\nert: own.csv\ncompute: {bits: 8}\nstages:\n  - {level: DRAM}\n  - {level: buffer, component: glb}\n");
  const Accelerator machine = read_accelerator(path);
  CHECK(level(machine, 1).read == 5.0_pJ);
  CHECK(level(machine, 1).write == 6.0_pJ);
}

TEST_CASE("a part that the table does not have is refused, and so is an action") {
  const TemporaryFolder folder;
  const AcceleratorOptions options{.reference_tables = {folder.file("own.csv", energies)}};
  const std::string start = "name: m\ncompute: {bits: 8}\nstages:\n";
  CHECK(fault_of(start + "  - {level: DARM}\n", options).starts_with("m:4:5: no component 'DARM' in "));
  CHECK(
      fault_of(start + "  - {level: DRAM, component: drma}\n", options).starts_with("m:4:30: no component 'drma' in "));
  CHECK(fault_of(start + "  - {level: DRAM, component: MAC}\n", options) ==
        "m:4:5: component 'MAC' has no action read or access; it has compute");
}

TEST_CASE("what cannot be estimated is refused at its place") {
  const std::string start = "name: m\ntechnology: 45 nm\ncompute: {bits: 8, energy: 1 pJ}\nstages:\n";
  CHECK(fault_of(start + "  - {level: DRAM, kind: ddr5}\n") ==
        "m:5:25: unknown kind of memory 'ddr5'; did you mean 'ddr3'?");
  CHECK(fault_of(start + "  - {level: DRAM, kind: sram}\n") ==
        "m:5:25: a level of kind sram needs a 'capacity' to estimate its costs");
  CHECK(fault_of(start + "  - {level: DRAM, kind: sram, capacity: 1 GiB}\n") ==
        "m:5:25: sram of 1 GiB is far outside the table (8 KiB to 1 MiB); give its costs yourself");
  CHECK(fault_of(start + "  - {level: DRAM, ports: 2, read: 1 pJ, write: 1 pJ}\n") ==
        "m:5:26: 'ports' serves to estimate costs; say the 'kind' of memory too");
  CHECK(fault_of("name: m\ncompute: {bits: 8, numbers: fixed}\nstages: []\n") ==
        "m:2:29: to estimate a cost the machine must say its 'technology'; add it, or give the cost itself");
  CHECK(fault_of("name: m\ncompute: {bits: 8, energy: 1 pJ, precision: scaleable}\nstages: []\n") ==
        "m:2:45: unknown precision 'scaleable'; did you mean 'scalable'?");
  CHECK(fault_of("name: m\ncompute: {bits: 8, energy: 1 pJ, numbers: flaot}\nstages: []\n") ==
        "m:2:43: unknown numbers 'flaot'; did you mean 'float'?");
  CHECK(fault_of("name: m\ncompute: {bits: 8, energy: 1 pJ, add: 2 pJ}\nstages: []\n") ==
        "m:2:39: the adder takes a part of the energy of a multiply-accumulate; 'add' is more");
  CHECK(fault_of("name: m\nbasis: published\ncompute: {bits: 8, energy: 1 pJ}\nstages: []\n") ==
        "m:1:1: the key 'source' is missing here");
}

TEST_CASE("components of a table that no part is are said, all at once") {
  const TemporaryFolder folder;
  std::vector<std::string> warnings;
  AcceleratorOptions options{.warn = [&](const std::string& line) { warnings.push_back(line); }};
  options.reference_tables = {folder.file("all.csv", energies)};
  machine_of(plain_machine, options);
  CHECK(warnings.empty());
  options.reference_tables = {folder.file("more.csv", energies + std::string("glb,read,1\nnoc,transfer,2\n"))};
  machine_of(plain_machine, options);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front() ==
        "m uses nothing of glb, noc (" + options.reference_tables.front() + "); a part's 'component' names what it is");
}

}  // namespace pj
