#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "tests/support/accelerator_fault.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

/// The fault of a machine with these stages; they begin in line 4.
std::string fault_in(const std::string& stages) {
  return fault_of("name: x\ncompute: {bits: 8, energy: 1 pJ}\nstages:\n" + stages);
}

const std::string dram = "  - {level: DRAM, read: 1 pJ, write: 1 pJ}\n";

/// The fault of a level behind the DRAM with these keys; they begin in line 5, column 43.
std::string fault_in_level(const std::string& keys) {
  return fault_in(dram + "  - {level: mem, read: 1 pJ, write: 1 pJ, " + keys + "}\n");
}

/// The fault of a fanout behind the DRAM with these keys; they begin in line 5, column 19.
std::string fault_in_fanout(const std::string& keys) {
  return fault_in(dram + "  - {fanout: net, " + keys + "}\n");
}

}  // namespace

TEST_CASE("an unknown key says what may have been meant") {
  CHECK(fault_of("nmae: x\n") == "m:1:1: unknown key 'nmae'; did you mean 'name'?");
  CHECK(fault_of("name: x\ncompute: {bit: 8}\n") == "m:2:11: unknown key 'bit'; did you mean 'bits'?");
  CHECK(fault_in_level("capcity: 1 B") == "m:5:43: unknown key 'capcity'; did you mean 'capacity'?");
  CHECK(fault_in_fanout("colums: 2") == "m:5:19: unknown key 'colums'; did you mean 'columns'?");
  CHECK(fault_in_fanout("rows: {sise: 2}") == "m:5:26: unknown key 'sise'; did you mean 'size'?");
  CHECK(fault_in(dram + "conventions: {hallo: resident}\n") == "m:5:15: unknown key 'hallo'; did you mean 'halo'?");
  CHECK(fault_in_level("area: {valu: 1 um2}").ends_with("unknown key 'valu'; did you mean 'value'?"));
}

TEST_CASE("a word that has no such meaning says what may have been meant") {
  CHECK(fault_in_level("area: {value: 1 um2, basis: measurd, source: x}") ==
        "m:5:71: unknown basis 'measurd'; did you mean 'measured'?");
  CHECK(fault_in(dram + "conventions: {halo: residnet}\n") ==
        "m:5:21: unknown halo rule 'residnet'; did you mean 'resident'?");
  CHECK(fault_in(dram + "conventions: {halo: x}\n") ==
        "m:5:21: unknown halo rule 'x'; known: resident, innermost-only");
  CHECK(fault_in(dram + "conventions: {drain_reads: 2}\n") == "m:5:28: drain_reads must be true or false, not '2'");
  CHECK(fault_in_fanout("rows: 2, multicast: maybe") == "m:5:39: multicast must be true or false, not 'maybe'");
  CHECK(fault_in_fanout("rows: 2, reduction: 1") == "m:5:39: reduction must be true or false, not '1'");
  CHECK(fault_in_fanout("rows: 2, one_axis: 2") == "m:5:38: one_axis must be true or false, not '2'");
  CHECK(fault_in_level("double_buffered: twice") == "m:5:60: double_buffered must be true or false, not 'twice'");
}

TEST_CASE("what a machine needs is named where it is missing") {
  CHECK(fault_of("title: x\n") == "m:1:1: the key 'name' is missing here");
  CHECK(fault_of("name: x\nstages: []\n") == "m:1:1: the key 'compute' is missing here");
  CHECK(fault_of("name: x\ncompute: {energy: 1 pJ}\n") == "m:2:10: the key 'bits' is missing here");
  CHECK(fault_of("name: x\ncompute: {bits: 8}\n") == "m:2:10: the key 'energy' is missing here");
  CHECK(fault_of("name: x\ncompute: {bits: 8, energy: 1 pJ}\n") == "m:1:1: the key 'stages' is missing here");
  CHECK(fault_in("  - {level: DRAM, write: 1 pJ}\n") == "m:4:5: the key 'read' is missing here");
  CHECK(fault_in("  - {level: DRAM, read: 1 pJ}\n") == "m:4:5: the key 'write' is missing here");
  CHECK(fault_in_fanout("rows: {indices: [M]}") == "m:5:25: the key 'size' is missing here");
  CHECK(fault_in_fanout("hop: 1 pJ") == "m:5:5: a fanout needs 'columns', 'rows' or both");
  CHECK(fault_in_level("area: {value: 1 um2, source: x}") == "m:5:49: the key 'basis' is missing here");
  CHECK(fault_in_level("area: {value: 1 um2, basis: measured}") == "m:5:49: the key 'source' is missing here");
  CHECK(fault_in_level("area: {basis: measured, source: x}") == "m:5:49: the key 'value' is missing here");
}

TEST_CASE("what has another shape is refused") {
  CHECK(fault_of("[a]\n") == "m:1:1: this must be a map of keys and values");
  CHECK(fault_of("name: [x]\n") == "m:1:7: name must be a single value, not a list or a map");
  CHECK(fault_of("name: x\ncompute: fast\n") == "m:2:10: this must be a map of keys and values");
  CHECK(fault_in("  DRAM\n") == "m:4:3: stages must be a list");
  CHECK(fault_in("  - DRAM\n") == "m:4:5: a stage begins with 'level: NAME' or 'fanout: NAME'");
  CHECK(fault_in("  - {buffer: a}\n") == "m:4:5: a stage begins with 'level: NAME' or 'fanout: NAME'");
  CHECK(fault_in_level("keeps: Input") == "m:5:50: keeps must be a list");
  CHECK(fault_in_level("partitions: [Input]") == "m:5:55: partitions must be a map of keys and values");
  CHECK(fault_in_level("whole: [[S]]") == "m:5:51: whole must be a single value, not a list or a map");
  CHECK(fault_in(dram + "conventions: physical\n") == "m:5:14: this must be a map of keys and values");
}

TEST_CASE("a number without its unit, or with another, is told the units") {
  CHECK(fault_in_level("capacity: 128") ==
        "m:5:53: mem capacity must be a number with a unit (bit, B, KiB, MiB, GiB), not '128'");
  CHECK(fault_in_level("capacity: 128 kB") ==
        "m:5:53: mem capacity must be a number with a unit (bit, B, KiB, MiB, GiB), not '128 kB'");
  CHECK(fault_in_level("bandwidth: 1 bit/s") ==
        "m:5:54: mem bandwidth must be a number with a unit (bit/cycle, B/cycle, MB/s, GB/s), not '1 bit/s'");
  CHECK(fault_in_level("area: 1 m2") == "m:5:49: mem area must be a number with a unit (um2, mm2), not '1 m2'");
  CHECK(fault_in_fanout("rows: 2, hop: 1 J") ==
        "m:5:33: net hop must be a number with a unit (fJ, pJ, nJ, MAC), not '1 J'");
  CHECK(fault_of("name: x\ncompute: {bits: 8, energy: 1 MAC}\n") ==
        "m:2:28: MAC energy must be a number with a unit (fJ, pJ, nJ), not '1 MAC'");
  CHECK(fault_of("name: x\nclock: 1 THz\n") ==
        "m:2:8: clock must be a number with a unit (Hz, kHz, MHz, GHz), not '1 THz'");
  CHECK(fault_of("name: x\ntechnology: 65\n") == "m:2:13: technology must be a number with a unit (nm), not '65'");
}

TEST_CASE("energies are finite and not negative, sizes positive and whole bits") {
  CHECK(fault_in("  - {level: DRAM, read: -1 pJ, write: 1 pJ}\n") == "m:4:25: DRAM read must not be negative");
  CHECK(fault_in("  - {level: DRAM, read: nan pJ, write: 1 pJ}\n") ==
        "m:4:25: DRAM read must be a number with a unit (fJ, pJ, nJ, MAC), not 'nan pJ'");
  CHECK(fault_in("  - {level: DRAM, read: 1e999 pJ, write: 1 pJ}\n") ==
        "m:4:25: DRAM read must be a finite number, not '1e999'");
  CHECK(fault_in("  - {level: DRAM, read: 1..2 pJ, write: 1 pJ}\n") ==
        "m:4:25: DRAM read must be a finite number, not '1..2'");
  CHECK(fault_in("  - {level: DRAM, read: {value: -1 pJ, basis: measured, source: x}, write: 1 pJ}\n") ==
        "m:4:33: DRAM read must not be negative");
  CHECK(fault_in_fanout("rows: 2, hop: -1 pJ") == "m:5:33: net hop must not be negative");
  CHECK(fault_in_level("area: -1 um2") == "m:5:49: mem area must not be negative");
  CHECK(fault_of("name: x\nclock: 0 Hz\n") == "m:2:8: clock must be greater than 0");
  CHECK(fault_in_level("capacity: 0 B") == "m:5:53: mem capacity must be greater than 0");
  CHECK(fault_in_level("capacity: -1 B") == "m:5:53: mem capacity must not be negative");
  CHECK(fault_in_level("capacity: 0.3 bit") == "m:5:53: mem capacity must be a whole number of bits, at most 2^60");
  CHECK(fault_in_level("capacity: 1e12 GiB") ==
        "m:5:53: mem capacity is too large; write it in a smaller unit or check its exponent");
  CHECK(fault_in_level("word: 0 bit") == "m:5:49: mem word must be greater than 0");
  CHECK(fault_in_level("partitions: {Input: 0 B}") == "m:5:63: mem partition Input must be greater than 0");
  CHECK(fault_in_level("read_bandwidth: 0 MB/s") == "m:5:59: mem read_bandwidth must be greater than 0");
}

TEST_CASE("what the arithmetic waits for takes time") {
  CHECK(fault_in_level("exposed: [Input]") ==
        "m:5:52: nothing waits for transfers without a bandwidth; give 'mem' one or remove 'exposed'");
}

TEST_CASE("widths and array sizes are whole numbers of their range") {
  CHECK(fault_of("name: x\ncompute: {bits: 0}\n") == "m:2:17: compute bits must be from 1 to 64, not '0'");
  CHECK(fault_of("name: x\ncompute: {bits: 65}\n") == "m:2:17: compute bits must be from 1 to 64, not '65'");
  CHECK(fault_of("name: x\ncompute: {bits: 8.5}\n") == "m:2:17: compute bits must be a whole number, not '8.5'");
  CHECK(fault_in_fanout("rows: 0") == "m:5:25: rows must be from 1 to 16,777,216, not '0'");
  CHECK(fault_in_fanout("columns: wide") == "m:5:28: columns must be a whole number, not 'wide'");
  CHECK(fault_in_fanout("rows: {size: -3}") == "m:5:32: rows size must be from 1 to 16,777,216, not '-3'");
}

TEST_CASE("a capacity is shared or cut into partitions") {
  CHECK(fault_in_level("capacity: 8 B, partitions: {Input: 8 B}") ==
        "m:5:53: a level has a shared 'capacity' or 'partitions'; remove one");
}

TEST_CASE("what must be kept may be kept") {
  CHECK(fault_in_level("keeps: [Input], must_keep: [Input, Weight]") ==
        "m:5:70: 'Weight' must be kept here but may not be; add it to 'keeps' or 'partitions'");
  CHECK(fault_in_level("partitions: {Input: 2 B}, must_keep: [Output]") ==
        "m:5:80: 'Output' must be kept here but may not be; add it to 'keeps' or 'partitions'");
}

TEST_CASE("the hierarchy as a whole is checked at the place of its stages") {
  CHECK(fault_of("name: x\ncompute: {bits: 8, energy: 1 pJ}\nstages: []\n") ==
        "m:3:9: accelerator 'x': the first stage must be a memory that keeps every tensor");
  CHECK(fault_in("  - {fanout: array, rows: 2}\n" + dram) ==
        "m:4:3: accelerator 'x': the first stage must be a memory that keeps every tensor");
  CHECK(fault_in("  - {level: DRAM, read: 1 pJ, write: 1 pJ, keeps: [Input, Weight, Output]}\n") ==
        "m:4:3: accelerator 'x': the outermost level 'DRAM' must keep every tensor; remove 'keeps'");
  CHECK(fault_in(dram + dram) == "m:4:3: accelerator 'x': the name 'DRAM' stands there twice; names must differ");
  CHECK(fault_in("  - {level: MAC, read: 1 pJ, write: 1 pJ}\n") ==
        "m:4:3: accelerator 'x': the name 'MAC' stands there twice; names must differ");
  CHECK(fault_in_fanout("rows: 5000, columns: 5000") ==
        "m:4:3: accelerator 'x': fanout 'net' has 5000 rows; sizes must be positive and the compute units at most "
        "16,777,216");
}

TEST_CASE("an accelerator that is not there says what may have been meant") {
  const auto fault = [](const std::string& name) { return input_fault([&] { load_accelerator(name); }, "none"); };
  CHECK(fault("eyeris") == "unknown accelerator 'eyeris'; did you mean 'eyeriss'? (a file's name ends in .yaml)");
  const TemporaryFolder folder;
  const std::string missing = folder.path("none.yaml");
  CHECK(fault(missing) == missing + ": no such file");
  const std::string empty = folder.file("empty.yaml", "");
  CHECK(fault(empty) == empty + ": is empty");
  CHECK(!is_accelerator("quux"));
  CHECK(!is_accelerator(folder.file("network.yaml", "title: x\nlayers: []\n")));
  CHECK(is_accelerator(folder.file("machine.yml", "name: x\nstages: []\n")));
}

TEST_CASE("faults of equal areas, hand-offs and settings say where and what") {
  const std::string machine = "name: m\ncompute: {bits: 16, energy: 1 pJ}\nstages:\n";
  const std::string dram = "  - {level: DRAM, read: 200 MAC, write: 200 MAC}\n";
  const std::string area = "equal_area: {technology: storage_65nm, shared: 2 B, own: 2 B}";
  const auto fault = [](const std::string& text) {
    return input_fault([&] { parse_accelerator(parse_yaml(text, "m")); });
  };
  CHECK(fault(machine + dram + "  - {level: a, read: 1 pJ, write: 1 pJ, capacity: 2 B, " + area + "}\n") ==
        "m:5:68: one level of a machine has 'equal_area', without 'capacity' or 'partitions'");
  CHECK(fault(machine + dram + "  - {level: a, read: 1 pJ, write: 1 pJ, " + area +
              "}\n  - {fanout: f, rows: 2}\n  - {level: r, read: 1 pJ, write: 1 pJ, capacity: 1 KiB}\n") ==
        "m:5:53: the memories inside the fanouts leave no area; make them smaller");
  CHECK(fault(machine + dram + "conventions: {handoff: x}\n") ==
        "m:5:24: unknown handoff rule 'x'; known: stored, free");
  CHECK(fault(machine + dram + "conventions: {handoff: free, halo: innermost-only}\n") ==
        "m:4:3: accelerator 'm': a free handoff counts words, not bounding boxes; remove 'halo: innermost-only'");
  CHECK(
      fault(machine + dram + "  - {fanout: f, rows: 2, hop: 1 MAC}\n  - {level: r, read: 1 MAC, write: 1 MAC}\n" +
            "conventions: {handoff: free}\n") ==
      "m:4:3: accelerator 'm': with a free handoff an addition (a read and a write of a level, a hop of a fanout) must "
      "not cost less at 'f' than further in");
}

TEST_CASE("a setting needs a stage of the machine, a key and a value") {
  const auto fault = [](const std::string& setting) {
    return input_fault([&] { load_accelerator("flex256", {.settings = {setting}}); });
  };
  CHECK(load_accelerator("flex256", {.settings = {"array.columns=8"}}).compute_units() == 128);
  CHECK(load_accelerator("eyeriss", {.settings = {"array.columns.size=7"}}).compute_units() == 84);
  CHECK(load_accelerator("flex256", {.settings = {"conventions.drain_reads=no"}}).conventions.drain_reads == false);
  CHECK(fault("buffer") == "'buffer' sets nothing; write STAGE.KEY=VALUE, as in buffer.capacity=64 KiB");
  CHECK(fault("bufer.capacity=1 B") ==
        "'bufer.capacity=1 B': the machine has no stage 'bufer'; did you mean 'buffer'?");
  CHECK(fault("buffer.capacity=1 X").find("buffer.capacity:1:1: ") == 0);
  CHECK(fault("buffer.capcity=1 B") == "buffer.capcity:1:1: unknown key 'capcity'; did you mean 'capacity'?");
}

}  // namespace pj
