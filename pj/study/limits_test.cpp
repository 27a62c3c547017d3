#include "pj/study/limits.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

std::vector<Limit> limits(const std::string& text) {
  return read_limits(parse_yaml(text, "limits.yaml"));
}

std::string limit_fault(const std::string& text) {
  return input_fault([&] { limits(text); });
}

/// 1 mJ in 10 ms.
Metrics measured() {
  return {.batch = 1, .macs = 100, .energy = {1e9}, .latency = {0.01}, .utilisation = 0.5};
}

}  // namespace

TEST_CASE("a plain limit is the most of what should be small and the least of what should be large") {
  CHECK(violated(limits("{power: 100 mW, latency: 10 ms, throughput: 100, utilisation: 50 %}"), measured()).empty());
  CHECK(violated(limits("{power: 99 mW, latency: 9 ms, throughput: 101, utilisation: 0.51}"), measured()) ==
        std::vector<std::string>{"power", "latency", "throughput", "utilisation"});
}

TEST_CASE("a limit may have both ends") {
  CHECK(violated(limits("energy: {at_least: 1 mJ, at_most: 1 mJ}"), measured()).empty());
  CHECK(violated(limits("energy: {at_least: 1.1 mJ}"), measured()) == std::vector<std::string>{"energy"});
  CHECK(limit_text(limits("energy: {at_least: 1 mJ, at_most: 2 J}").front()) == "energy ≥ 1.00 mJ ≤ 2.00 J");
}

TEST_CASE("what is not known is not within a limit") {
  CHECK(violated(limits("area: 1 mm2"), measured()) == std::vector<std::string>{"area"});
}

TEST_CASE("faults in limits have a place and a way out") {
  CHECK(limit_fault("powr: 1 W") == "limits.yaml:1:1: unknown metric 'powr'; did you mean 'power'?");
  CHECK(limit_fault("power: 1 V") == "limits.yaml:1:8: power must be a number with a unit (uW, mW, W), not '1 V'");
  CHECK(limit_fault("power: -1 W") == "limits.yaml:1:8: power is never below 0; give another limit");
  CHECK(limit_fault("power: {}") == "limits.yaml:1:8: a limit needs 'at_least', 'at_most' or both");
  CHECK(limit_fault("power: {at_least: 2 W, at_most: 1 W}") ==
        "limits.yaml:1:8: no power is at least 2.00 W and at most 1.00 W; change one");
  CHECK(limit_fault("power: {least: 2 W}").starts_with("limits.yaml:1:9: unknown key 'least'"));
}

}  // namespace pj
