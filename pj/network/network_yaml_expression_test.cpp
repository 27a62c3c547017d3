#include "pj/network/network_yaml_expression.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

std::int64_t value(const std::string& text, const Numbers& numbers = {}) {
  return evaluate(text, numbers, {"net.yaml", 3, 7}, "filters");
}

std::string fault(const std::string& text, const Numbers& numbers = {}) {
  return input_fault([&] { value(text, numbers); }, "none");
}

}  // namespace

TEST_CASE("an expression follows the rules of arithmetic and rounds quotients down") {
  CHECK(value("7") == 7);
  CHECK(value("2 + 3 * 4") == 14);
  CHECK(value("(2 + 3) * 4") == 20);
  CHECK(value("20 - 3 - 4") == 13);
  CHECK(value("7 / 2") == 3);
  CHECK(value("-7 / 2") == -4);
  CHECK(value("2 * -(1 + 2)") == -6);
  CHECK(value("16 + (alpha * i + 27) / 54", {{"alpha", 48}, {"i", 3}}) == 19);
}

TEST_CASE("a faulty expression says where it stands and what is wrong") {
  CHECK(fault("4 *") == "net.yaml:3:7: filters is '4 *': a number or a name is missing");
  CHECK(fault("(4") == "net.yaml:3:7: filters is '(4': a bracket is not closed");
  CHECK(fault("4 4") == "net.yaml:3:7: filters is '4 4': '4' is not expected here");
  CHECK(fault("1 / 0") == "net.yaml:3:7: filters is '1 / 0': it divides by zero");
  CHECK(fault("") == "net.yaml:3:7: filters is '': a number or a name is missing");
  CHECK(fault("wdith", {{"width", 1}}) ==
        "net.yaml:3:7: filters is 'wdith': unknown name 'wdith'; did you mean 'width'?");
  CHECK(fault("x") == "net.yaml:3:7: filters is 'x': unknown name 'x'; write a number");
  CHECK(fault(std::string(300, '(')) == "net.yaml:3:7: filters is longer than 200 characters");
}

TEST_CASE("an expression that leaves 64 bits is refused") {
  const std::string largest = "9223372036854775807";
  CHECK(value(largest) == INT64_MAX);
  for (const std::string& text : {largest + " + 1", "-" + largest + " - 2", largest + " * 2", largest + "0",
                                  "(-" + largest + " - 1) / -1", "0 - (-" + largest + " - 1)"}) {
    CHECK(fault(text) == "net.yaml:3:7: filters is '" + text + "': it does not fit 64 bits");
  }
}

TEST_CASE("a name takes in numbers and letters") {
  const Numbers numbers{{"i", 2}};
  CHECK(interpolate("conv{i}_{i + 1}", numbers, {}) == "conv2_3");
  CHECK(interpolate("res4{i:a}", numbers, {}) == "res4b");
  CHECK(interpolate("conv1", numbers, {}) == "conv1");
  CHECK_THROWS_WITH_AS(interpolate("a{i", numbers, {"n.yaml", 1, 2}), "n.yaml:1:2: the '{' in this name is not closed",
                       InputError);
  CHECK_THROWS_WITH_AS(interpolate("a{27:a}", numbers, {"n.yaml", 1, 2}),
                       "n.yaml:1:2: only 1 to 26 can be written as a letter, not 27", InputError);
}

}  // namespace pj
