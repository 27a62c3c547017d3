#include "pj/accelerator/reader.hpp"

#include <doctest/doctest.h>

#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

Accelerator read(const std::string& text) {
  return parse_accelerator(parse_yaml(text, "m"));
}

/// A machine of these stages with 2 pJ a multiply-accumulate at 200 MHz.
Accelerator with_stages(const std::string& stages) {
  return read("name: m\nclock: 200 MHz\ncompute: {bits: 16, energy: 2 pJ}\nstages:\n" + stages);
}

/// The only level of a machine, with these keys beside its energies.
Level level_with(const std::string& keys) {
  const Accelerator machine = with_stages("  - {level: DRAM, read: 1 pJ, write: 1 pJ, " + keys + "}\n");
  return std::get<Level>(machine.stages.front());
}

/// The keys under `properties` of one definition of the schema.
std::vector<std::string> keys_of(const YamlNode& definition) {
  std::vector<std::string> keys;
  for (const YamlNode::Entry& entry : definition.at("properties").map("properties")) {
    keys.push_back(entry.key);
  }
  return keys;
}

/// How a fault names all keys of a definition: those that are many with their number.
std::string named(const YamlNode& definition) {
  return did_you_mean(std::string(24, 'x'), keys_of(definition)).substr(9);
}

/// The keys that the reader names when it meets one that it does not know.
std::string known_keys(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& fault) {
    const std::string message = fault.what();
    const std::size_t start = message.find("; known: ");
    return start == std::string::npos ? message : message.substr(start + 9);
  }
  return "none: the key was read";
}

}  // namespace

TEST_CASE("everything that is not said has its default") {
  const Accelerator machine =
      read("name: m\ncompute: {bits: 8, energy: 1 pJ}\nstages: [{level: DRAM, read: 2 pJ, write: 3 pJ}]\n");
  const Level dram{.name = "DRAM", .word = Bits{8}, .read = 2.0_pJ, .write = 3.0_pJ};
  CHECK(machine == Accelerator{.name = "m",
                               .title = "m",
                               .clock = {1e9},
                               .stages = {dram},
                               .compute = {.name = "MAC", .energy = 1.0_pJ, .bits = 8}});
}

TEST_CASE("sizes are whole bits in bit, B and the binary multiples") {
  CHECK(level_with("capacity: 128 KiB").capacity == Bits{1048576});
  CHECK(level_with("capacity: 12 bit").capacity == Bits{12});
  CHECK(level_with("capacity: 0.5 B").capacity == Bits{4});
  CHECK(level_with("capacity: 1.5 MiB").capacity == Bits{12582912});
  CHECK(level_with("capacity: 2GiB").capacity == Bits{std::int64_t{1} << 34});
  CHECK(level_with("word: 64 bit").word == Bits{64});
}

TEST_CASE("energies are in joules or relative to a multiply-accumulate of the same machine") {
  const Accelerator machine = with_stages(
      "  - {level: DRAM, read: 200 MAC, write: 0.5 nJ}\n"
      "  - {fanout: array, columns: 2, hop: 30 fJ}\n");
  CHECK(std::get<Level>(machine.stages[0]).read == 400.0_pJ);
  CHECK(std::get<Level>(machine.stages[0]).write == 500.0_pJ);
  CHECK(std::get<Fanout>(machine.stages[1]).hop.value == doctest::Approx(0.03));
}

TEST_CASE("bandwidths are bits a cycle, whatever they were given in") {
  CHECK(level_with("bandwidth: 480 MB/s").bandwidth.value() == doctest::Approx(19.2));  // at 200 MHz
  CHECK(level_with("read_bandwidth: 25.6 GB/s").read_bandwidth.value() == doctest::Approx(1024));
  CHECK(level_with("write_bandwidth: 4 B/cycle").write_bandwidth == 32.0);
  CHECK(level_with("bandwidth: 64 bit/cycle").bandwidth == 64.0);
  CHECK(level_with("bandwidth: 64 bit/cycle, exposed: [Input]").exposed == std::vector<std::string>{"Input"});
}

TEST_CASE("clock, technology and areas have units") {
  const Accelerator machine = read(
      "name: m\ntechnology: 28 nm\nclock: 0.7 GHz\ncompute: {name: PE, bits: 8, energy: 1 pJ, area: 0.002 mm2}\n"
      "stages:\n  - {level: DRAM, read: 1 pJ, write: 1 pJ, area: 7 um2}\n  - {fanout: array, rows: 3, area: 5 um2}\n");
  CHECK(machine.node_nm == 28);
  CHECK(machine.clock.value == doctest::Approx(7e8));
  CHECK(machine.compute.area.value == doctest::Approx(2000));
  CHECK(std::get<Level>(machine.stages[0]).area.value == 7);
  CHECK(std::get<Fanout>(machine.stages[1]).area.value == 5);
  CHECK(machine.compute.name == "PE");
}

TEST_CASE("constraints are lists of names") {
  const Level level = level_with("must_keep: [Output], loops: [M, C], whole: [S], double_buffered: yes");
  CHECK(level.must_keep == std::vector<std::string>{"Output"});
  CHECK(level.loops == Names{{"M", "C"}});
  CHECK(level.whole == std::vector<std::string>{"S"});
  CHECK(level.double_buffered);
  const Accelerator machine = with_stages(
      "  - {level: DRAM, read: 1 pJ, write: 1 pJ}\n"
      "  - {fanout: array, columns: {size: 4, indices: [P, M]}, rows: 2, multicast: no, reduction: off, one_axis: "
      "yes}\n"
      "  - {level: registers, keeps: [], read: 1 pJ, write: 1 pJ}\n"
      "  - {level: latch, partitions: {Weight: 2 B}, read: 1 pJ, write: 1 pJ}\n");
  CHECK(std::get<Fanout>(machine.stages[1]) == Fanout{.name = "array",
                                                      .axes = {{"columns", 4, Names{{"P", "M"}}}, {"rows", 2}},
                                                      .multicast = false,
                                                      .reduction = false,
                                                      .one_axis = true});
  CHECK(std::get<Level>(machine.stages[2]).keeps == Names{std::vector<std::string>{}});
  CHECK(std::get<Level>(machine.stages[3]).partitions == std::map<std::string, Bits>{{"Weight", Bits{16}}});
}

TEST_CASE("conventions and latches are read") {
  const Accelerator machine = read(
      "name: m\ncompute: {bits: 8, energy: 1 pJ, latches: [Weight, Output]}\n"
      "stages: [{level: DRAM, read: 1 pJ, write: 1 pJ}]\nconventions: {halo: innermost-only, drain_reads: no}\n");
  CHECK(machine.compute.latches == std::vector<std::string>{"Weight", "Output"});
  CHECK(machine.conventions == Conventions{Conventions::Halo::InnermostOnly, false});
  const std::string physical =
      "name: m\ncompute: {bits: 8, energy: 1 pJ}\nstages: [{level: DRAM, read: 1 pJ, write: 1 pJ}]\n"
      "conventions: {halo: resident, drain_reads: yes}\n";
  CHECK(read(physical).conventions == Conventions{});
}

TEST_CASE("a value may say where it comes from") {
  const Accelerator machine = with_stages(
      "  - {level: DRAM, read: {value: 100 MAC, basis: measured, source: our board}, write: 1 pJ}\n"
      "  - {level: registers, partitions: {Input: {value: 2 B, basis: estimated, source: x}}, read: 0 pJ, write: 0 "
      "pJ}\n");
  CHECK(std::get<Level>(machine.stages[0]).read == 200.0_pJ);
  CHECK(machine.provenance == std::map<std::string, Provenance>{{"DRAM read", {"our board", "measured"}},
                                                                {"registers partition Input", {"x", "estimated"}}});
}

TEST_CASE("every accelerator that comes along loads under its file's name and says where its energies are from") {
  CHECK(!built_in_accelerators().empty());
  for (const std::string& name : built_in_accelerators()) {
    CAPTURE(name);
    const Accelerator machine = load_accelerator(name);
    CHECK(is_accelerator(name));
    CHECK(machine.name == name);
    CHECK(machine == read_accelerator(in_repository("accelerators/" + name + ".yaml")));
    CHECK(!machine.source.empty());
    std::vector<std::string> energies{machine.compute.name + " energy"};
    for (const Stage& stage : machine.stages) {
      if (const auto* level = std::get_if<Level>(&stage)) {
        energies.push_back(level->name + " read");
        energies.push_back(level->name + " write");
      } else if (std::get<Fanout>(stage).hop > Picojoules{}) {
        energies.push_back(std::get<Fanout>(stage).name + " hop");
      }
    }
    for (const std::string& energy : energies) {
      CAPTURE(energy);
      CHECK(machine.provenance.contains(energy));
    }
  }
}

TEST_CASE("the pages on machine files and costs show machines that load") {
  constexpr std::int64_t largest = 1 << 20;
  const std::string edge = in_repository("docs/machines/edge64.yaml");
  CHECK(read_accelerator(edge).compute_units() == 64);
  CHECK(read_file(in_repository("docs/accelerators.md"), largest).find(read_file(edge, largest)) != std::string::npos);
  const std::string scalable = in_repository("docs/machines/scalable28.yaml");
  CHECK(read_accelerator(scalable).compute_units() == 256);
  const std::string costs = read_file(in_repository("docs/costs.md"), largest);
  CHECK(costs.find(read_file(scalable, largest)) != std::string::npos);
  const std::string own = in_repository("docs/technologies/mine28.yaml");
  CHECK(read_accelerator(scalable, {.technologies = {own}}) != read_accelerator(scalable));
  CHECK(costs.find(read_file(own, largest)) != std::string::npos);
}

TEST_CASE("the schema for editors has the keys that the reader knows") {
  const YamlNode schema = read_yaml(in_repository("accelerators/schema.json"));
  const YamlNode& parts = schema.at("$defs");
  const std::string start = "name: m\ncompute: {bits: 8, energy: 1 pJ}\nstages: ";
  const std::string dram = "{level: DRAM, read: 1 pJ, write: 1 pJ}";
  const std::string unknown = "xxxxxxxxxxxxxxxxxxxxxxxx: 1";
  CHECK(known_keys(unknown) == named(schema));
  CHECK(known_keys("name: m\ncompute: {" + unknown + "}") == named(parts.at("compute")));
  CHECK(known_keys(start + "[{level: a, " + unknown + "}]") == named(parts.at("level")));
  CHECK(known_keys(start + "[{fanout: a, " + unknown + "}]") == named(parts.at("fanout")));
  CHECK(known_keys(start + "[{fanout: a, rows: {" + unknown + "}}]") == named(parts.at("axis")));
  CHECK(known_keys("name: m\ncompute: {bits: 8, energy: {" + unknown + "}}") == named(parts.at("provenance")));
  CHECK(known_keys(start + "[" + dram + "]\nconventions: {" + unknown + "}") == named(parts.at("conventions")));
}

TEST_CASE("what networks add, what hops and what may stay is read") {
  const Accelerator machine = read(
      "name: m\ncompute: {bits: 16, energy: 1 pJ}\nstages:\n"
      "  - {level: DRAM, read: 200 MAC, write: 200 MAC, stays: [Weight]}\n"
      "  - {fanout: array, rows: 2, reduction: [C, S], chain: yes, hop: 2 MAC, sum_hop: 4 MAC, hops: [Output]}\n"
      "conventions: {handoff: free}\n");
  CHECK(std::get<Level>(machine.stages[0]).stays == Names({"Weight"}));
  const auto& fanout = std::get<Fanout>(machine.stages[1]);
  CHECK(fanout.reduces == Names({"C", "S"}));
  CHECK(shares(fanout, "S", true));
  CHECK(!shares(fanout, "R", true));
  CHECK(shares(fanout, "R", false));
  CHECK(fanout.chain);
  CHECK(fanout.sum_hop == 4.0_pJ);
  CHECK(fanout.hops == Names({"Output"}));
  CHECK(machine.conventions.free_handoff);
  CHECK(draw(machine) ==
        "DRAM: without limit; read 200 pJ, write 200 pJ per 16-bit word\n"
        " └─ array: 2 rows; multicast, reduction over C, S along a chain; hop 2.00 pJ a word, 4.00 pJ a sum of Output\n"
        "    └─ MAC: 1.00 pJ, 16 bit\n");
}

TEST_CASE("a buffer of equal area has what the registers leave") {
  // ISCA 2016, section VI: 128 KiB beside 256 files of 512 B; without registers the whole area.
  const auto buffer = [](const std::string& name) {
    const Accelerator machine = load_accelerator(name, {.settings = {"array.columns.size=256"}});
    return std::get<Level>(machine.stages[1]).capacity->value / 8;
  };
  CHECK(buffer("isca16_rs") == 131072);
  CHECK(buffer("isca16_nlr") > 338 * 1024);
  const Accelerator twice = load_accelerator("isca16_rs", {.settings = {"array.columns.size=512"}});
  CHECK(std::get<Level>(twice.stages[1]).capacity->value / 8 == 262144);
}

}  // namespace pj
