#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/base/error.hpp"
#include "tests/support/accelerator_fault.hpp"

namespace pj {

namespace {

/// A memory and a register file with these keys; the compute units have `compute` beside their energy.
std::string machine(const std::string& compute, const std::string& memory, const std::string& registers) {
  return "name: m\ncompute: {bits: 8, energy: 1 pJ" + compute +
         "}\nstages:\n  - {level: DRAM, read: 1 pJ, write: 1 pJ" + memory +
         "}\n  - {fanout: array, rows: 4}\n  - {level: file, read: 1 pJ, write: 1 pJ" + registers + "}\n";
}

}  // namespace

TEST_CASE("gates, skips and formats are read and drawn") {
  const std::string text = machine(", gates: [Input], skips: {tensors: [Weight], lanes: 16, brick: 8}",
                                   ", formats: {Input: run-length5 in words of 64}", ", gated: {Weight: [Input]}");
  const Accelerator read = parse_accelerator(parse_yaml(text, "m"));
  CHECK(read.compute.gates == std::vector<std::string>{"Input"});
  CHECK((read.compute.skips == ZeroSkipping{{"Weight"}, 16, 8}));
  CHECK(to_string(std::get<Level>(read.stages[0]).formats.at("Input")) == "run-length5 in words of 64");
  CHECK(std::get<Level>(read.stages[2]).gated.at("Weight") == std::vector<std::string>{"Input"});
  const std::string drawing = draw(read);
  CHECK(drawing.find("; Input as run-length5 in words of 64\n") != std::string::npos);
  CHECK(drawing.find("; no access to Weight for a zero of Input\n") != std::string::npos);
  CHECK(drawing.ends_with(
      "; zeros of Input are gated; zeros of Weight are skipped, 16 lanes in step every 8 operations\n"));
}

TEST_CASE("only accesses that one operation makes can be gated") {
  const std::string reason =
      ": only the compute units may take it from there, without a fanout, a latch or another level that may keep it in "
      "between";
  const std::string where = "m:4:3: accelerator 'm': level '";
  CHECK(fault_of(machine("", ", gated: {Weight: [Input]}", "")) == where + "DRAM' cannot gate Weight" + reason);
  CHECK(fault_of(machine(", latches: [Weight]", "", ", gated: {Weight: [Input]}")) ==
        where + "file' cannot gate Weight" + reason);
  CHECK(fault_of(machine("", "", ", keeps: [Input], gated: {Weight: [Input]}")) ==
        where + "file' cannot gate Weight" + reason);
  CHECK(fault_of(machine("", "", ", gated: {Weight: [Input]}")) == "none");
}

TEST_CASE("only what a level keeps has a format there, and partial sums have none") {
  CHECK(fault_of(machine("", "", ", keeps: [Input], formats: {Weight: bitmask}")) ==
        "m:4:3: accelerator 'm': level 'file' has a format of Weight but may not keep it");
  CHECK(fault_of(machine("", "", ", formats: {Output: bitmask}")) ==
        "m:4:3: accelerator 'm': level 'file' holds partial sums, which are dense; a format of Output belongs to the "
        "outermost level");
  CHECK(fault_of(machine("", ", formats: {Input: rle}", "")) ==
        "m:4:61: unknown storage format 'rle'; write dense, bitmask, run-length5, 'run-length5 in words of 64', csr8, "
        "csc4 or 'csc4 with pointers of 16'");
}

TEST_CASE("faults in what is skipped have their place") {
  CHECK(fault_of(machine(", skips: [Input]", "", "")) == "m:2:41: this must be a map of keys and values");
  CHECK(fault_of(machine(", skips: {lanes: 2}", "", "")) == "m:2:41: the key 'tensors' is missing here");
  CHECK(fault_of(machine(", skips: {tensors: [Input], lanes: 0}", "", "")) ==
        "m:2:67: lanes must be from 1 to 65,536, not '0'");
  CHECK(fault_of(machine(", gates: Input", "", "")) == "m:2:41: gates must be a list");
}

}  // namespace pj
