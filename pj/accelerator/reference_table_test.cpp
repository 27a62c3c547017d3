#include "pj/accelerator/reference_table.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

constexpr const char* ert =
    "ERT:\n"
    "  version: 0.4\n"
    "  tables:\n"
    "  - name: chip.DRAM[1..1]\n"
    "    actions:\n"
    "    - name: read\n"
    "      arguments: {}\n"
    "      energy: 512\n"
    "    - {name: write, arguments: {}, energy: 510.5}\n"
    "    - {name: leak, arguments: {}, energy: 0}\n"
    "  - name: chip.PE[0..15].spad[0..3]\n"
    "    actions:\n"
    "    - {name: read, arguments: {address_delta: 0, data_delta: 0}, energy: 0.055}\n"
    "    - {name: read, arguments: {address_delta: 1, data_delta: 1}, energy: 0.237}\n"
    "    - {name: fill, arguments: null, energy: 0.2}\n";

ReferenceTable read_table(const std::string& name, const std::string& text) {
  const TemporaryFolder folder;
  return read_reference_tables({folder.file(name, text)});
}

std::string table_fault(const std::string& name, const std::string& text) {
  try {
    read_table(name, text);
  } catch (const InputError& fault) {
    const std::string message = fault.what();
    return message.substr(message.find(name));
  }
  return "none";
}

}  // namespace

TEST_CASE("a table of Accelergy is read with the very numbers that it holds") {
  const ReferenceTable table = read_table("ERT.yaml", ert);
  REQUIRE(table.components.size() == 2);
  CHECK(table.components[0].name == "chip.DRAM[1..1]");
  CHECK(action_energy(table.components[0], {"read"}) == 512.0_pJ);
  CHECK(action_energy(table.components[0], {"write"}) == 510.5_pJ);
}

TEST_CASE("of an action whose energy depends on its arguments the largest counts") {
  const ReferenceTable table = read_table("ERT.yaml", ert);
  CHECK(action_energy(find_component(table, "spad"), {"read"}) == 0.237_pJ);
  const ReferenceTable summary =
      read_table("ERT_summary.yaml",
                 "ERT_summary:\n  version: 0.3\n  table_summary:\n  - name: a.spad\n    actions:\n"
                 "    - {name: read, average_energy: 0.146, max_energy: 0.237, min_energy: 0.055}\n"
                 "    - {name: idle, energy: 0.018}\n"
                 "    primitive_estimation(s):\n    - {name: storage, estimator: table}\n");
  CHECK(action_energy(find_component(summary, "a.spad"), {"read"}) == 0.237_pJ);
  CHECK(action_energy(find_component(summary, "spad"), {"idle"}) == 0.018_pJ);
}

TEST_CASE("the older form with maps and a CSV hold the same") {
  const ReferenceTable old =
      read_table("ERT.yaml",
                 "ERT:\n  tables:\n    chip.PE.mac:\n      mac_random:\n        arguments: null\n"
                 "        energy: 2.2\n    chip.PE.spad:\n      read:\n      - {arguments: {a: 0}, "
                 "energy: 0.1}\n      - {arguments: {a: 1}, energy: 0.3}\n");
  CHECK(action_energy(find_component(old, "mac"), {"compute", "mac_random"}) == 2.2_pJ);
  CHECK(action_energy(find_component(old, "spad"), {"read"}) == 0.3_pJ);
  const ReferenceTable csv = read_table(
      "energies.csv", "component,action,energy\n# in pJ\nDRAM, read, 512\nDRAM,write,1e2\n\nmac,compute,0.5\n");
  CHECK(action_energy(find_component(csv, "DRAM"), {"read"}) == 512.0_pJ);
  CHECK(action_energy(find_component(csv, "DRAM"), {"write"}) == 100.0_pJ);
  CHECK(action_energy(find_component(csv, "mac"), {"compute"}) == 0.5_pJ);
}

TEST_CASE("areas come from a table of their own and join the energies") {
  const TemporaryFolder folder;
  const std::string areas = folder.file("ART.yaml",
                                        "ART:\n  version: 0.4\n  tables:\n  - {name: 'chip.DRAM[1..1]', area: 0}\n"
                                        "  - {name: 'chip.PE[0..15].spad[0..3]', area: 379.68}\n");
  const ReferenceTable table = read_reference_tables({folder.file("ERT.yaml", ert), areas});
  CHECK(table.components.size() == 2);
  CHECK(find_component(table, "spad").area == SquareMicrons{379.68});
}

TEST_CASE("a component is found by its whole name, or the last part of it") {
  const ReferenceTable table = read_table("ERT.yaml", ert);
  CHECK(find_component(table, "chip.PE[0..15].spad[0..3]").name == "chip.PE[0..15].spad[0..3]");
  CHECK(find_component(table, "DRAM").name == "chip.DRAM[1..1]");
  const std::string message = [&] {
    try {
      find_component(table, "sapd");
    } catch (const InputError& fault) {
      return std::string(fault.what());
    }
    return std::string();
  }();
  CHECK(message.starts_with("no component 'sapd' in "));
  CHECK(message.ends_with("; name the one that is meant with 'component'; did you mean 'spad'?"));
  const ReferenceTable twice = read_table("twice.csv", "component,action,energy\na.buffer,read,1\nb.buffer,read,2\n");
  CHECK_THROWS_AS(find_component(twice, "buffer"), InputError);
  CHECK(find_component(twice, "b.buffer").name == "b.buffer");
}

TEST_CASE("an action that a component does not have is named, with those that it has") {
  const ReferenceTable table = read_table("ERT.yaml", ert);
  CHECK_THROWS_WITH_AS(action_energy(find_component(table, "DRAM"), {"compute", "mac"}),
                       "component 'chip.DRAM[1..1]' has no action compute or mac; it has leak, read, write",
                       InputError);
}

TEST_CASE("what is no reference table is refused with its place") {
  CHECK(table_fault("x.yaml", "name: x\n") ==
        "x.yaml:1:1: no reference table of Accelergy; it begins with ERT, ERT_summary or ART");
  CHECK(table_fault("x.yaml", "ERT: {version: 0.4}\n") == "x.yaml:1:6: the key 'tables' is missing here");
  CHECK(table_fault("x.yaml", "ERT:\n  tables:\n  - {name: a, actions: [{name: read, energy: -1}]}\n") ==
        "x.yaml:3:46: energy must not be negative");
  CHECK(table_fault("x.yaml", "ERT:\n  tables:\n  - {name: a, actions: [{name: read}]}\n") ==
        "x.yaml:3:25: the key 'energy' is missing here");
  CHECK(table_fault("x.csv", "a,b\n") == "x.csv:1:1: the first line must be component,action,energy");
  CHECK(table_fault("x.csv", "component,action,energy\na,read\n") ==
        "x.csv:2:1: a line has a component, an action and an energy in pJ, not 2 fields");
  CHECK(table_fault("x.csv", "component,action,energy\na,read,much\n") ==
        "x.csv:2:1: energy must be a finite number, not 'much'");
}

}  // namespace pj
