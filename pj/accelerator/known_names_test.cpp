#include "pj/accelerator/known_names.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

/// What reading a machine says whose inner level and array have these keys.
std::string level_fault(const std::string& level, const std::string& array = "", const std::string& top = "") {
  const std::string costs = ", read: 1 pJ, write: 1 pJ";
  return input_fault(
      [&] {
        parse_accelerator(parse_yaml("name: x\n" + top + "compute: {bits: 8, energy: 1 pJ}\nstages:\n  - {level: DRAM" +
                                         costs + "}\n  - {fanout: array, columns: {size: 2" + array +
                                         "}}\n  - {level: buffer" + costs + level + "}\n",
                                     "m"));
      },
      "none");
}

}  // namespace

TEST_CASE("a tensor or an index that no layer has is refused wherever a machine names one") {
  const std::string meant = "no layer has a tensor 'Ouptut'; did you mean 'Output'?";
  for (const char* keys : {"keeps: [Ouptut]", "must_keep: [Ouptut]", "stays: [Ouptut]", "partitions: {Ouptut: 8 B}",
                           "formats: {Ouptut: bitmask}", "gated: {Ouptut: [Input]}", "gated: {Input: [Ouptut]}",
                           "bandwidth: 8 bit/cycle, exposed: [Ouptut]"}) {
    CAPTURE(keys);
    CHECK(level_fault(std::string(", ") + keys).find(meant) != std::string::npos);
  }
  for (const char* keys : {"loops: [CC]", "whole: [CC]"}) {
    CAPTURE(keys);
    CHECK(level_fault(std::string(", ") + keys).find("no layer has an index 'CC'") != std::string::npos);
  }
  CHECK(level_fault("", ", indices: [P, m]").find("no layer has an index 'm'") != std::string::npos);
  CHECK(level_fault(", keeps: [Input, Weight, Output], loops: [N, G, M, C, P, Q, R, S, Z, T]") == "none");
}

TEST_CASE("the names of Einsums of one's own are declared") {
  CHECK(level_fault(", keeps: [A], loops: [K]").find("(the key 'names' declares those of your own Einsums)") !=
        std::string::npos);
  CHECK(level_fault(", keeps: [A], loops: [K]", "", "names: [A, K]\n") == "none");
}

}  // namespace pj
