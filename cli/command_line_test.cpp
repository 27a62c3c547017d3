#include "cli/command_line.hpp"

#include <doctest/doctest.h>

#include <set>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "tests/support/fault.hpp"

namespace pj {

namespace {

std::string fault(const std::string& words) {
  return input_fault([&] { parse_command_line(split(words, ' ')); });
}

}  // namespace

TEST_CASE("a verb is found with its operand and options, in any order") {
  const CommandLine line = parse_command_line({"show", "--batch", "4", "alexnet", "--json=a.json"});
  REQUIRE(line.verb != nullptr);
  CHECK(std::string(line.verb->name) == "show");
  CHECK(line.options == Options{.operands = {"alexnet"}, .json = "a.json", .batch = 4});
}

TEST_CASE("an option that may be repeated keeps every value") {
  const CommandLine line = parse_command_line({"show", "a.onnx", "--input-shape", "x=1,3", "--input-shape", "y=1"});
  CHECK(line.options.input_shapes == std::vector<std::string>{"x=1,3", "y=1"});
}

TEST_CASE("another option is given once") {
  CHECK(fault("show alexnet --batch 1 --batch 2") == "--batch is given 2 times; give it once");
}

TEST_CASE("a misspelt verb finds the one that was meant") {
  CHECK(fault("shwo alexnet") == "unknown verb 'shwo'; did you mean 'show'?");
  CHECK(fault("frobnicate").starts_with("unknown verb 'frobnicate'; known: networks, "));
}

TEST_CASE("a misspelt option finds the one that was meant") {
  CHECK(fault("show alexnet --bacth 4") == "unknown option '--bacth' for show; did you mean '--batch'?");
  CHECK(fault("show --bacth=4 alexnet") == "unknown option '--bacth' for show; did you mean '--batch'?");
  CHECK(fault("show alexnet -x").starts_with("unknown option '-x' for show; known: --json"));
  CHECK(fault("--frobnicate") == "unknown option '--frobnicate'; see picojoule --help");
}

TEST_CASE("an option of another verb is unknown to this one") {
  CHECK(fault("networks --batch 4").starts_with("unknown option '--batch' for networks; known: "));
}

TEST_CASE("a verb wants as many operands as it says") {
  CHECK(fault("show") == "show needs a NETWORK|ACCELERATOR; see picojoule show --help");
  CHECK(fault("show alexnet vgg16") == "unexpected 'vgg16'; show takes one NETWORK|ACCELERATOR");
  CHECK(fault("networks alexnet") == "unexpected 'alexnet'; networks takes no operand");
}

TEST_CASE("an option wants its value") {
  CHECK(fault("show alexnet --batch") == "--batch needs a value");
}

TEST_CASE("a number must be whole and in range") {
  CHECK(fault("show alexnet --batch many") == "--batch 'many' is not a whole number");
  CHECK(fault("show alexnet --batch 0") == "--batch must be from 1 to 1,048,576, not 0");
  CHECK(fault("show alexnet --batch=-1") == "--batch must be from 1 to 1,048,576, not -1");
}

TEST_CASE("a time is a number of seconds above 0") {
  CHECK(parse_command_line({"map", "a:b", "--time-limit", "0.5"}).options.time_limit == 0.5);
  CHECK(fault("map a:b --time-limit 2s") == "--time-limit '2s' is not a number");
  CHECK(fault("map a:b --time-limit 0") == "--time-limit must be above 0 and at most 1,000,000, not 0");
  CHECK(fault("map a:b --time-limit=-1") == "--time-limit must be above 0 and at most 1,000,000, not -1");
}

TEST_CASE("evaluate and map take the same options of the search") {
  for (const char* verb : {"evaluate", "map"}) {
    const CommandLine line = parse_command_line({verb, "alexnet", "--on", "flex256", "--objective", "edp",
                                                 "--perfect-factors", "--time-limit", "2", "--no-cache"});
    CHECK(line.options == Options{.operands = {"alexnet"},
                                  .on = "flex256",
                                  .objective = "edp",
                                  .perfect_factors = true,
                                  .time_limit = 2,
                                  .no_cache = true});
  }
}

TEST_CASE("without words, and on request, there is help") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"--help"}, {"-h"}}) {
    const CommandLine line = parse_command_line(words);
    CHECK(line.verb == nullptr);
    for (const Verb& verb : verbs()) {
      CHECK(line.text.find(verb.name) != std::string::npos);
      CHECK(line.text.find(verb.summary) != std::string::npos);
    }
  }
}

TEST_CASE("every verb explains itself and its options") {
  for (const Verb& verb : verbs()) {
    const CommandLine line = parse_command_line({verb.name, "--help"});
    CHECK(line.text.find(verb.operand) != std::string::npos);
    for (const char* name : verb.options) {
      CHECK(line.text.find(name) != std::string::npos);
      CHECK(line.text.find(option_row(name).help) != std::string::npos);
    }
  }
}

TEST_CASE("verbs and options have names of their own") {
  std::set<std::string> names;
  for (const Verb& verb : verbs()) {
    CHECK(names.insert(verb.name).second);
  }
  for (const OptionRow& row : option_rows()) {
    CHECK(names.insert(row.name).second);
  }
}

TEST_CASE("the version is printed on request") {
  CHECK(parse_command_line({"--version"}).text.starts_with("picojoule "));
}

}  // namespace pj
