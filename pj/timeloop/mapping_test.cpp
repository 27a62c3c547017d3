#include "pj/timeloop/mapping.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

/// The order of loops side by side is no part of what they do: columns first, as they are read.
Mapping in_order(const Accelerator& accelerator, Mapping mapping) {
  for (std::size_t s = 0; s < mapping.stages.size(); ++s) {
    if (std::holds_alternative<Fanout>(accelerator.stages[s])) {
      auto& loops = mapping.stages[s].loops;
      std::stable_sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.axis < b.axis; });
    }
  }
  return mapping;
}

Accelerator small_machine() {
  return parse_accelerator(parse_yaml(R"(
name: small
compute: {bits: 16, energy: 1 pJ}
stages:
  - {level: DRAM, read: 200 MAC, write: 200 MAC}
  - {level: buffer, capacity: 8 KiB, read: 6 MAC, write: 6 MAC}
  - {fanout: array, columns: 4, rows: 8}
  - {level: registers, capacity: 64 B, read: 1 MAC, write: 1 MAC}
)",
                                      "small.yaml"));
}

Workload product() {
  return einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 6}, {"M", 13}, {"C", 8}});
}

Mapping read(const std::string& directives, const Workload& workload = product(),
             const Accelerator& accelerator = small_machine()) {
  return parse_timeloop_mapping(workload, accelerator, parse_yaml("mapping:\n" + directives, "map.yaml"));
}

std::string fault(const std::string& directives) {
  return input_fault([&] { read(directives); });
}

std::string text(const std::string& directives) {
  return to_string(product(), small_machine(), read(directives));
}

}  // namespace

TEST_CASE("a mapping that is written is read back as it was, in both versions") {
  for_random_cases(1000, [](Rng& rng) {
    const Workload workload = random_workload(rng, 13, 20000);
    const Accelerator machine = random_accelerator(rng, 4);
    const Mapping mapping = random_mapping(rng, workload, machine, 1);
    for (const TimeloopVersion version : {TimeloopVersion::V03, TimeloopVersion::V04}) {
      const std::string written = timeloop_mapping(workload, machine, mapping, version);
      CAPTURE(written);
      const YamlNode file = parse_yaml(written, "map.yaml");
      CHECK(parse_timeloop_mapping(workload, machine, file) == in_order(machine, mapping));
    }
  });
}

TEST_CASE("permutations are innermost first and split counts the loops along X") {
  const std::string wanted = R"(DRAM       [Input Weight Output]  for C in 2, for N in 3
buffer     [Input Output]         for M in 13, for N in 2
array                             rows C in 4
registers  [Input Weight Output]
)";
  CHECK(text(R"(
  - {target: DRAM, type: temporal, factors: "N3 M1 C2", permutation: NMC}
  - {target: buffer, type: temporal, factors: N=2 M=13 C=1, permutation: NMC}
  - {target: buffer, type: spatial, factors: C4 N1 M1, permutation: NCM, split: 1}
  - {target: buffer, type: bypass, keep: [Inputs, Outputs], bypass: [Weights]}
)") == wanted);
  CHECK(text(R"(
  - {target: DRAM, type: temporal, factors: [N=3, M=1, C=2], permutation: [N, M, C]}
  - {target: DRAM, type: dataspace, keep: [Inputs, Weights, Outputs], bypass: []}
  - {target: array, type: spatial, factors: [C=4, N=1, M=1], permutation: [C, N, M], split: 0}
  - {target: buffer, type: temporal, factors: "N=0, M=0, C=1", permutation: "N,M,C"}
  - {target: buffer, type: dataspace, keep_only: [Inputs, Outputs]}
)") == wanted);
}

TEST_CASE("what version 0.4 makes of a fanout is read as the fanout") {
  CHECK(text(R"(
  - {target: DRAM, type: temporal, factors: N6 M13 C2}
  - {target: inter_array_spatial, type: datatype, keep: [], bypass: [Inputs, Weights, Outputs]}
  - {target: inter_array_spatial, type: temporal, factors: C1 M1 N1, permutation: CMN}
  - {target: inter_array_spatial, type: spatial, factors: C4 M1 N1, permutation: CMN, split: 1, no_link_transfer: []}
)") == R"(DRAM       [Input Weight Output]  for C in 2, for M in 13, for N in 6
buffer     [Input Weight Output]
array                             columns C in 4
registers  [Input Weight Output]
)");
}

TEST_CASE("levels can be counted from the innermost one, as Timeloop does") {
  CHECK(read("  - {target: 2, type: temporal, factors: N6 M13 C8}\n") ==
        read("  - {target: DRAM, type: temporal, factors: N6 M13 C8}\n"));
  CHECK(read("  - {target: 0, type: temporal, factors: N6 M13 C8}\n") ==
        read("  - {target: registers, type: temporal, factors: N6 M13 C8}\n"));
}

TEST_CASE("the filters may be called K") {
  CHECK(read("  - {target: DRAM, type: temporal, factors: N6 K13 C8, permutation: NKC}\n") ==
        read("  - {target: DRAM, type: temporal, factors: N6 M13 C8, permutation: NMC}\n"));
}

TEST_CASE("ragged loops have remainders") {
  const std::string ragged = R"(
  - {target: DRAM, type: temporal, factors: N6 M4 C8, permutation: NMC}
  - {target: array, type: spatial, factors: 'M4,1', permutation: MNC, split: 1}
)";
  const Mapping mapping = read(ragged);
  CHECK(fits(product(), small_machine(), mapping).reason() == "");
  CHECK(mapping.stages[0].loops[1] == Loop{1, 4, 0});
  CHECK(timeloop_mapping(product(), small_machine(), mapping, TimeloopVersion::V03).find("M4,1") != std::string::npos);
  CHECK(timeloop_mapping(product(), small_machine(), mapping, TimeloopVersion::V04).find("'M=4,1'") !=
        std::string::npos);
  CHECK(fault(R"(
  - {target: DRAM, type: temporal, factors: N6 M4 C8}
  - {target: array, type: spatial, factors: M4}
)") == "map.yaml:4:45: the factors of 'M' make more than 13, and its size is 13; a ragged loop has a remainder, as "
       "M4,1");
}

TEST_CASE("what is wrong with a directive is refused with its place") {
  CHECK(fault("  - {target: DRMA, type: temporal}\n") ==
        "map.yaml:2:14: the accelerator has no level 'DRMA'; did you mean 'DRAM'?");
  CHECK(fault("  - {target: 3, type: temporal}\n") == "map.yaml:2:14: target must be from 0 to 2, not '3'");
  CHECK(fault("  - {target: DRAM, type: temproal}\n") ==
        "map.yaml:2:26: unknown type 'temproal'; did you mean 'temporal'?");
  CHECK(fault("  - {type: temporal}\n") == "map.yaml:2:5: the key 'target' is missing here");
  CHECK(fault("  - {target: DRAM}\n") == "map.yaml:2:5: the key 'type' is missing here");
  CHECK(fault("  - {target: DRAM, type: temporal, factor: N2}\n") ==
        "map.yaml:2:36: unknown key 'factor'; did you mean 'factors'?");
  CHECK(fault("  - {target: array, type: spatial, no_link_transfer: [Inputs]}\n") ==
        "map.yaml:2:36: 'no_link_transfer' has no counterpart in a mapping here; the accelerator says what multicasts "
        "and reduces (docs/timeloop.md)");
  CHECK(fault("  - {target: DRAM, type: temporal}\n  - {target: DRAM, type: temporal}\n") ==
        "map.yaml:3:5: the loops of 'DRAM' are given twice; remove one directive");
  CHECK(fault("  - {target: DRAM, type: bypass}\n  - {target: DRAM, type: datatype}\n") ==
        "map.yaml:3:5: what 'DRAM' keeps is given twice; remove one directive");
  CHECK(fault("  - {target: registers, type: spatial}\n") ==
        "map.yaml:2:14: no fanout stands just inside 'registers'; a spatial directive is for the level outside a "
        "fanout");
  CHECK(fault("  - {target: array, type: temporal, factors: N6}\n") ==
        "map.yaml:2:46: a fanout has no loops in time; give these factors to a level");
  CHECK(fault("  - {target: array, type: bypass, keep: [Inputs]}\n") ==
        "map.yaml:2:5: a fanout keeps nothing; bypass 'Inputs' here");
  CHECK(fault("  - {target: buffer, type: bypass, keep: [Inputs], bypass: [Inputs]}\n") ==
        "map.yaml:2:5: 'Inputs' is both kept and bypassed here; remove it from one list");
  CHECK(fault("  - {target: buffer, type: bypass, keep: [Wieghts]}\n") ==
        "map.yaml:2:43: unknown data space 'Wieghts'; did you mean 'Weights'?");
  CHECK(fault("  - {target: array, type: spatial, split: 1000}\n") ==
        "map.yaml:2:43: split must be from 0 to 999, not '1000'");
  CHECK(fault("  - DRAM\n") == "map.yaml:2:5: a directive must be a map of keys and values");
  CHECK(fault("  target: DRAM\n") == "map.yaml:2:3: mapping must be a list");
}

TEST_CASE("what is wrong with factors and permutations is refused with its place") {
  const auto nest_fault = [](const std::string& rest) {
    return fault("  - {target: DRAM, type: temporal, " + rest + "}\n");
  };
  CHECK(nest_fault("factors: N6 M13 C8") == "no fault");
  CHECK(nest_fault("factors: N6 M13 X8") == "map.yaml:2:45: unknown dimension 'X'; did you mean 'N'?");
  CHECK(nest_fault("factors: N6 M13 N1") == "map.yaml:2:45: the factor of 'N' stands here twice; remove one");
  CHECK(nest_fault("factors: N6 M") == "map.yaml:2:45: the factor of 'M' must be a whole number, as in M=3");
  CHECK(nest_fault("factors: N<=6") ==
        "map.yaml:2:45: 'N<=6' is no list of factors; write R3 or R=3 for each dimension");
  CHECK(nest_fault("factors: '6'") == "map.yaml:2:45: '6' is no list of factors; write R3 or R=3 for each dimension");
  CHECK(nest_fault("factors: N99999999999999999999") == "map.yaml:2:45: the factor of 'N' is more than 16,777,216");
  CHECK(nest_fault("factors: 'N6,7'") == "map.yaml:2:45: the remainder of 'N' must be from 1 to its factor 6, not 7");
  CHECK(nest_fault("factors: N6 M12 C8") == "map.yaml:2:45: the factors of 'M' make 12, and its size is 13");
  CHECK(nest_fault("factors: N6 M13") == "map.yaml:2:3: the factors of 'C' make 1, and its size is 8");
  CHECK(nest_fault("permutation: NMCN") == "map.yaml:2:49: the dimension 'N' stands here twice; remove one");
  CHECK(nest_fault("permutation: NX") == "map.yaml:2:49: unknown dimension 'X'; did you mean 'N'?");
  CHECK(fault("  - {target: DRAM, type: temporal, factors: N0 M0 C0}\n"
              "  - {target: buffer, type: temporal, factors: N0}\n") ==
        "map.yaml:3:47: the factor 0, which takes what is left of 'N', can stand at one place only");
}

TEST_CASE("a fanout with one axis takes loops along X or along Y, not both") {
  Accelerator machine = small_machine();
  std::get<Fanout>(machine.stages[2]).axes.resize(1);
  const auto loops = [&](const std::string& split) {
    return read(
               "  - {target: DRAM, type: temporal, factors: N3 M13 C2}\n"
               "  - {target: buffer, type: spatial, factors: C4 N2, permutation: CNM, split: " +
                   split + "}\n",
               product(), machine)
        .stages[2]
        .loops;
  };
  CHECK(loops("0") == loops("3"));
  CHECK_THROWS_WITH(loops("1"), "map.yaml:3:5: 'split' puts loops along X and Y, and 'array' has one axis");
}

TEST_CASE("what Timeloop cannot say is refused with the reason") {
  const Accelerator machine = small_machine();
  const auto written = [&](const std::string& array, const std::string& dram) {
    const std::string nest = "DRAM [Input Weight Output] " + dram + "\nbuffer []\narray " + array + "\nregisters []\n";
    const Mapping mapping = parse_mapping(product(), machine, nest, "nest.txt");
    return timeloop_mapping(product(), machine, mapping, TimeloopVersion::V04);
  };
  CHECK_THROWS_WITH(written("columns C in 2, rows C in 2", "for N in 6, for M in 13, for C in 2"),
                    "Timeloop spreads a dimension along one axis; 'array' spreads C along both; set its 'one_axis: "
                    "yes' and map again");
  CHECK_THROWS_WITH(written("", "for N in 3, for M in 13, for N in 2, for C in 8"),
                    "Timeloop has one loop of a dimension in a level; 'DRAM' cuts N twice");
}

TEST_CASE("two fanouts in a row have a place in version 0.4 only") {
  Accelerator machine = small_machine();
  Fanout second = std::get<Fanout>(machine.stages[2]);
  second.name = "inner";
  machine.stages.insert(machine.stages.begin() + 3, second);
  const std::string nest =
      "DRAM [Input Weight Output] for N in 6, for M in 13\nbuffer []\narray columns C in 2\ninner rows C in 4\n"
      "registers []\n";
  const Mapping mapping = parse_mapping(product(), machine, nest, "nest.txt");
  const std::string written = timeloop_mapping(product(), machine, mapping, TimeloopVersion::V04);
  CHECK(parse_timeloop_mapping(product(), machine, parse_yaml(written, "map.yaml")) == mapping);
  CHECK_THROWS_WITH(timeloop_mapping(product(), machine, mapping, TimeloopVersion::V03),
                    "Timeloop 0.3 has one fanout inside a level; 'array' and 'inner' follow each other; write version "
                    "0.4");
  CHECK_THROWS_WITH(read("  - {target: buffer, type: spatial}\n", product(), machine),
                    "map.yaml:2:14: several fanouts stand inside 'buffer'; name the fanout itself, as 'array'");
}

}  // namespace pj
