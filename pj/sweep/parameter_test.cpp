#include "pj/sweep/parameter.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

using Choices = std::vector<std::vector<std::string>>;

SweepParameter read(const std::string& text) {
  return read_parameter("buffer.capacity", parse_yaml(text, "p"));
}

std::string fault(const std::string& text) {
  return input_fault([&] { read(text); });
}

}  // namespace

TEST_CASE("values are a list, a range or powers of two") {
  CHECK(read("[8 KiB, 9 KiB]").choices == Choices{{"8 KiB"}, {"9 KiB"}});
  CHECK(read("{from: 8, to: 15, step: 3}").choices == Choices{{"8"}, {"11"}, {"14"}});
  CHECK(read("{from: 0.1 pJ, to: 0.3 pJ, step: 0.1 pJ}").choices.size() == 3);
  CHECK(read("{powers_of_two: [16 KiB, 64 KiB]}").choices == Choices{{"16 KiB"}, {"32 KiB"}, {"64 KiB"}});
  CHECK(read("{powers_of_two: [0.5, 2]}").choices == Choices{{"0.5"}, {"1"}, {"2"}});
  CHECK(read("[8 KiB]").paths == std::vector<std::string>{"buffer.capacity"});
}

TEST_CASE("values may set several paths alike, or change together") {
  const SweepParameter alike = read("{from: 1, to: 2, step: 1, sets: [a.b, c.d]}");
  CHECK(alike.paths == std::vector<std::string>{"a.b", "c.d"});
  CHECK(alike.choices == Choices{{"1", "1"}, {"2", "2"}});
  const SweepParameter linked = read("together: {a.b: [1, 2], c.d: {powers_of_two: [4, 8]}}");
  CHECK(linked.paths == std::vector<std::string>{"a.b", "c.d"});
  CHECK(linked.choices == Choices{{"1", "4"}, {"2", "8"}});
}

TEST_CASE("faults in values have a place and a way out") {
  CHECK(fault("[]") == "p:1:1: there is no value in this list; give at least one");
  CHECK(fault("{from: 9, to: 8, step: 1}") ==
        "p:1:8: the range from 9 to 8 is empty; its end must not be below its start");
  CHECK(fault("{from: 1, to: 8, step: 0}") == "p:1:24: the step must be above 0, not 0");
  CHECK(fault("{from: 1, to: 8}") == "p:1:1: the key 'step' is missing here");
  CHECK(fault("{from: 1 KiB, to: 8 MiB, step: 1 KiB}") ==
        "p:1:19: a range starts and ends in one unit; this one starts in 'KiB' and ends in 'MiB'");
  CHECK(fault("{from: 1 KiB, to: 8 KiB, step: 1}") == "p:1:32: the step must be in the unit of the range, 'KiB'");
  CHECK(fault("{from: 1, to: 1000000000, step: 1}") ==
        "p:1:1: this range has 1.00·10^9 values; a parameter has at most 1,000,000");
  CHECK(fault("{powers_of_two: [3, 8]}") == "p:1:18: 3 is no power of two");
  CHECK(fault("{powers_of_two: [4]}") == "p:1:17: 'powers_of_two' wants the first and the last, as [16 KiB, 256 KiB]");
  CHECK(fault("[1, 2, 1]") == "p:1:1: the value 1 stands here twice; give each once");
  CHECK(fault("together: {a.b: [1, 2], c.d: [1]}") ==
        "p:1:25: 'c.d' has 1 value and 'a.b' 2; values that change together are equally many");
  CHECK(fault("together: {}") == "p:1:11: nothing changes together here; name paths with their values");
  CHECK(fault("{values: [1], from: 2}").starts_with("p:1:1: values are a list"));
  CHECK(fault("{form: 1}") == "p:1:2: unknown key 'form'; did you mean 'from'?");
}

}  // namespace pj
