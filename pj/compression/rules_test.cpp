#include "pj/compression/rules.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string fault_of(const std::string& text) {
  try {
    rules_of(text);
  } catch (const InputError& fault) {
    return fault.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every rule can be written with nothing but its name") {
  for (const RuleHelp& row : rule_help()) {
    CAPTURE(row.name);
    CHECK(fault_of("rules: [{" + row.name + ": {}}]").empty());
    CHECK(!row.summary.empty());
  }
}

TEST_CASE("the documentation lists exactly the rules that there are") {
  std::string table = "<!-- rules -->\n| rule | parameters, as they are if left out | makes |\n|---|---|---|\n";
  for (const RuleHelp& row : rule_help()) {
    std::string parameters;
    for (const char c : row.parameters) {
      parameters += c == '|' ? "\\|" : std::string(1, c);
    }
    table += "| `" + row.name + "` | " + parameters + " | " + row.summary + " |\n";
  }
  const std::string page = read_file(in_repository("docs/compression.md"), 1 << 20);
  CHECK(page.find(table + "<!-- /rules -->") != std::string::npos);
}

TEST_CASE("parameters and selectors are read") {
  const CompressionRules rules = rules_of(
      "name: mine\nrules:\n  - fixed_point: {bits: 5, scale: searched, per_channel: true}\n    layers: [a, b*]\n"
      "    kinds: convolution\n    except: b2\n");
  CHECK(rules.name == "mine");
  REQUIRE(rules.rules.size() == 1);
  CHECK(rules.rules[0].text == "fixed_point bits 5 scale searched per_channel true");
  CHECK(std::get<FixedPoint>(rules.rules[0].approximation) ==
        FixedPoint{.bits = 5, .scale = FixedPoint::Scale::Searched, .per_channel = true});
  CHECK(rules.rules[0].selector.layers == std::vector<std::string>{"a", "b*"});
  CHECK(rules.rules[0].selector.kinds == std::vector<std::string>{"convolution"});
  CHECK(rules.rules[0].selector.except == std::vector<std::string>{"b2"});
}

TEST_CASE("faults in a file of rules name the place and the way out") {
  CHECK(fault_of("rules: []") == "rules.yaml:1:8: there are no rules; give at least one");
  CHECK(fault_of("rules: [{codebok: {}}]") == "rules.yaml:1:10: unknown rule 'codebok'; did you mean 'codebook'?");
  CHECK(fault_of("rules: [{layers: a}]") ==
        "rules.yaml:1:9: this rule has 0 approximations; give one, as codebook: {entries: 16}, and layers, kinds, "
        "except");
  CHECK(fault_of("rules: [{log2: {}, inq: {}}]") ==
        "rules.yaml:1:9: this rule has 2 approximations; give one, as codebook: {entries: 16}, and layers, kinds, "
        "except");
  for (const char* bits : {"0", "65", "33", "-1", "x", "8.5"}) {
    CAPTURE(bits);
    CHECK(fault_of("rules: [{fixed_point: {bits: " + std::string(bits) + "}}]").starts_with("rules.yaml:1:30: "));
  }
  CHECK(fault_of("rules: [{prune: {density: 0}}]") ==
        "rules.yaml:1:27: prune's density is 0; give a number above 0, at most 1.00");
  CHECK(fault_of("rules: [{ternary: {rule: ttg}}]") == "rules.yaml:1:26: ternary's rule is 'ttg'; give twn, ttq");
  CHECK(fault_of("rules: [{fixed_point: {affine: true, scale: searched}}]") ==
        "rules.yaml:1:10: affine codes have the scale max; leave one of both out");
  CHECK(fault_of("rules: [{prune_n_of_m: {n: 4, m: 4}}]") ==
        "rules.yaml:1:10: n is 4 of m = 4, which prunes nothing; give an n below m");
  CHECK(fault_of("rules: [{float: {format: int8}}]") ==
        "rules.yaml:1:26: 'int8' is no signed float of at most 16 bits with an exponent of 2 to 8 and a mantissa; give "
        "bfloat16, float16, float8e4m3 or the like");
  CHECK(fault_of("rules: [{store: {as: csr4 density 0.5}}]") ==
        "rules.yaml:1:22: the density of 'csr4 density 0.5' follows from the weights; leave it out");
  CHECK(fault_of("rules: [{log2: {}, layers: []}]") ==
        "rules.yaml:1:28: the layers are none; name some, or leave the key out");
  CHECK(fault_of("rules: [{log2: 4}]").starts_with("rules.yaml:1:16: "));
}

}  // namespace pj
