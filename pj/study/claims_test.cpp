#include "pj/study/claims.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "pj/base/error.hpp"
#include "pj/study/claims_report.hpp"
#include "pj/study/computations.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

/// A file with one row X01 whose only claim has these keys.
std::string one_claim(const std::string& keys) {
  return "theme: Test\nrows:\n  X01:\n    name: Subject\n    source: 'Here'\n    claims:\n      - {claim: value, " +
         keys + "}\n";
}

std::vector<Claim> parsed(const std::string& text) {
  return parse_claims(parse_yaml(text, "c.yaml"));
}

std::string claim_fault(const std::string& text) {
  return input_fault([&] {
    for (const Claim& claim : parsed(text)) {
      check_claim(claim);
    }
  });
}

ClaimResult result_of(const std::string& keys) {
  return check_claim(parsed(one_claim(keys)).front());
}

/// The computation and those inside its parameters.
void add_computations(const YamlNode& name, const YamlNode& with, std::set<std::string>& used) {
  used.insert(name.text("compute"));
  for (const YamlNode* inner : {with.is_map() ? with.find("of") : nullptr, with.is_map() ? with.find("to") : nullptr}) {
    for (const YamlNode& item : inner != nullptr && inner->is_sequence() ? inner->sequence("of")
                                : inner != nullptr                       ? YamlNode::Sequence{*inner}
                                                                         : YamlNode::Sequence{}) {
      if (item.is_map() && item.find("with") != nullptr) {
        add_computations(item.at("compute"), item.at("with"), used);
      }
    }
  }
}

Outcome wanted(const Claim& claim) {
  return claim.level == ClaimLevel::Cited      ? Outcome::Cited
         : claim.level == ClaimLevel::Compared ? Outcome::Compared
         : claim.level == ClaimLevel::Proxy    ? Outcome::Proxy
                                               : Outcome::Reproduced;
}

/// Under sanitizers the claims that search many mappings would take an hour. They are computed without.
bool is_left_out(const Claim& claim) {
#ifdef __SANITIZE_ADDRESS__
  if (claim.is_slow) {
    return true;
  }
  std::set<std::string> used;
  if (!claim.computation.empty()) {
    used.insert(claim.computation);
    for (const char* inner : {"of", "to"}) {
      const YamlNode* part = claim.with.is_map() ? claim.with.find(inner) : nullptr;
      if (part != nullptr && part->is_map() && part->find("with") != nullptr) {
        add_computations(part->at("compute"), part->at("with"), used);
      }
    }
  }
  return used.contains("dataflow") || used.contains("mapped layer");
#else
  return claim.is_slow;
#endif
}

/// All results, computed once for the tests that look at them.
const std::vector<ClaimResult>& results() {
  static const std::vector<ClaimResult> all = [] {
    std::vector<ClaimResult> computed;
    const MappingCache shared("");
    for (const Claim& claim : built_in_claims()) {
      if (!is_left_out(claim)) {
        computed.push_back(check_claim(claim, {.cache = &shared}));
      }
    }
    return computed;
  }();
  return all;
}

}  // namespace

TEST_CASE("every claim that comes with Picojoule holds, or says that it is only compared or cited") {
  for (const ClaimResult& result : results()) {
    CAPTURE(result.claim.id);
    CAPTURE(result.claim.claim);
    CAPTURE(result.claim.published);
    CAPTURE(result.ours.value_or(NAN));
    CHECK(result.outcome == wanted(result.claim));
  }
  CHECK(results().size() > 200);
}

TEST_CASE("claims that train for minutes are computed where their row is named, and left out here") {
  std::size_t slow = 0;
  for (const Claim& claim : load_claims({}, "")) {
    CHECK((!claim.is_slow || claim.level == ClaimLevel::Cited));
    slow += claim.is_slow ? 1 : 0;
  }
  CHECK(slow > 0);
  std::printf("SKIPPED: %zu claims that train for minutes (picojoule reproduce ID computes them)\n", slow);
  const std::vector<Claim> named = load_claims({"C04"}, "");
  CHECK(std::any_of(named.begin(), named.end(),
                    [](const Claim& claim) { return claim.is_slow && claim.level == ClaimLevel::Computed; }));
}

TEST_CASE("a published value that is changed is missed") {
  for (const ClaimResult& result : results()) {
    Claim changed = result.claim;
    if (result.outcome == Outcome::Reproduced) {
      CAPTURE(changed.id);
      CAPTURE(changed.claim);
      changed.published = changed.relation == Relation::AtMost ? *result.ours * 0.5 - 1.0 : *result.ours * 1.5 + 1.0;
      CHECK(judge_claim(changed, *result.ours).outcome == Outcome::Missed);
    }
  }
  Claim weights = select_claims(built_in_claims(), {"A02"}, "").front();
  CHECK(check_claim(weights).outcome == Outcome::Reproduced);
  weights.published += 1.0;
  CHECK(check_claim(weights).outcome == Outcome::Missed);
}

TEST_CASE("ids are rows of the coverage table") {
  if (!shared_is_there("the coverage table")) {
    return;
  }
  std::set<std::string> known;
  for (const auto& row : read_csv(in_shared("reference/coverage.csv"))) {
    known.insert(row.at("id"));
  }
  for (const Claim& claim : built_in_claims()) {
    CAPTURE(claim.id);
    CHECK(known.contains(claim.id));
  }
}

TEST_CASE("the active elements that claims cite for Eyeriss are those of its mapping in the reference table") {
  if (!shared_is_there("the mapping of Eyeriss")) {
    return;
  }
  double active = 0.0;
  for (const auto& row : read_csv(in_shared("reference/eyeriss_mapping_alexnet.csv"))) {
    active += std::stod(row.at("R_S")) * std::stod(row.at("e")) * std::stod(row.at("r")) * std::stod(row.at("t"));
  }
  double ours = 0.0;
  for (const ClaimResult& result : results()) {
    ours += result.claim.id == "K13" && result.claim.unit.empty() ? *result.ours : 0.0;
  }
  CHECK(ours == active);
}

TEST_CASE("every computation serves a claim") {
  std::set<std::string> used;
  for (const Claim& claim : built_in_claims()) {
    add_computations(YamlNode({}, claim.computation), claim.with, used);
  }
  for (const Computation& computation : computations()) {
    CAPTURE(computation.name);
    CHECK(used.contains(computation.name));
  }
}

TEST_CASE("a value within its tolerance is reproduced, one beyond it is missed") {
  const std::string two = ", compute: sum, with: {of: [1, 1]}";
  CHECK(result_of("published: 2" + two).outcome == Outcome::Reproduced);
  CHECK(result_of("published: 2.001" + two).outcome == Outcome::Missed);
  CHECK(result_of("published: 2.1, tolerance: 0.1" + two).outcome == Outcome::Reproduced);
  CHECK(result_of("published: 2.1, tolerance: 0.09" + two).outcome == Outcome::Missed);
  CHECK(result_of("published: 2.1, tolerance: 5 %" + two).outcome == Outcome::Reproduced);
  CHECK(result_of("published: 2.1, tolerance: 4 %" + two).outcome == Outcome::Missed);
  CHECK(result_of("published: 1.6" + two).deviation() == doctest::Approx(0.25));
}

TEST_CASE("a bound holds on its side only") {
  const std::string two = ", compute: sum, with: {of: [1, 1]}";
  CHECK(result_of("at_least: 1" + two).outcome == Outcome::Reproduced);
  CHECK(result_of("at_least: 3" + two).outcome == Outcome::Missed);
  CHECK(result_of("at_most: 3" + two).outcome == Outcome::Reproduced);
  CHECK(result_of("at_most: 1" + two).outcome == Outcome::Missed);
}

TEST_CASE("the remarks of a row go with all its claims") {
  const std::vector<Claim> claims = parsed(
      "theme: Test\nrows:\n  X01:\n    name: Subject\n    source: Here\n    remarks: [one, two]\n    claims:\n"
      "      - {claim: a, published: 2, compute: sum, with: {of: [2]}}\n"
      "      - {claim: b, published: 2, compute: sum, with: {of: [2]}}\n");
  CHECK(claims.back().remarks == std::vector<std::string>{"one", "two"});
  CHECK(claims.front().remarks == claims.back().remarks);
}

TEST_CASE("what is only compared is shown, says why, and is not reproduced") {
  const ClaimResult compared = result_of("published: 4, level: compared, note: because, compute: sum, with: {of: [2]}");
  CHECK(compared.outcome == Outcome::Compared);
  CHECK(compared.deviation() == doctest::Approx(-0.5));
  CHECK(claims_summary({compared}) ==
        "0 of 1 claim reproduced, 0 cited, 1 compared, 0 missed; 0 of 1 row reproduced in full");
  CHECK(claim_fault(one_claim("published: 4, level: compared, compute: sum, with: {of: [2]}")) ==
        "c.yaml:7:9: a compared claim needs a 'note' that says why the model misses it");
}

TEST_CASE("what is cited or computed on a stand-in is not reproduced") {
  const ClaimResult cited = result_of("published: 2, level: cited, note: because");
  CHECK(cited.outcome == Outcome::Cited);
  CHECK(!cited.ours.has_value());
  const ClaimResult proxy = result_of("published: 2, level: proxy, compute: sum, with: {of: [2]}");
  CHECK(proxy.outcome == Outcome::Proxy);
  CHECK(result_of("published: 3, level: proxy, compute: sum, with: {of: [2]}").outcome == Outcome::Missed);
  CHECK(claims_summary({cited, proxy}) ==
        "0 of 2 claims reproduced, 1 cited, 1 by proxy, 0 missed; 0 of 1 row reproduced in full");
}

TEST_CASE("claims that share a cache compute the same as without") {
  const MappingCache shared("");
  const std::string dataflow = "{count: energy, of: alexnet, layers: conv5, dataflow: NLR, elements: 256, batch: 1}";
  const Claim claim = parsed(one_claim("published: 1, compute: dataflow, with: " + dataflow)).front();
  const std::optional<double> alone = check_claim(claim).ours;
  CHECK(check_claim(claim, {.cache = &shared}).ours == alone);
  CHECK(check_claim(claim, {.cache = &shared}).ours == alone);
}

TEST_CASE("numbers and computations nest") {
  CHECK(result_of("published: 6, compute: product, with: {of: [2, {compute: sum, with: {of: [1, 2]}}]}").outcome ==
        Outcome::Reproduced);
  CHECK(result_of("published: 1.5, compute: ratio, with: {of: 3, to: {compute: sum, with: {of: [1, 1]}}}").outcome ==
        Outcome::Reproduced);
}

TEST_CASE("rows are chosen by id and by theme") {
  const std::vector<Claim> claims = built_in_claims();
  CHECK(select_claims(claims, {}, "").size() == claims.size());
  for (const Claim& claim : select_claims(claims, {"A02", "B05"}, "")) {
    CHECK((claim.id == "A02" || claim.id == "B05"));
  }
  for (const Claim& claim : select_claims(claims, {}, "G")) {
    CHECK(claim.id.front() == 'G');
  }
  CHECK_THROWS_WITH_AS(select_claims(claims, {"A0"}, ""), doctest::Contains("unknown claim 'A0'; did you mean 'A01'?"),
                       InputError);
  CHECK_THROWS_WITH_AS(select_claims(claims, {}, "Z"),
                       "no claim of theme 'Z'; a theme is the first letter of an id, as A in A02", InputError);
}

TEST_CASE("a fault in a file of claims is reported with its place and a way out") {
  CHECK(claim_fault("theme: Test\nrows: {}\nrow: 1\n").starts_with("c.yaml:3:1: unknown key 'row'"));
  CHECK(claim_fault("theme: Test\nrows: {X01: {name: a, source: b, claims: []}}\n") ==
        "c.yaml:2:13: the row X01 has no claims");
  CHECK(claim_fault("theme: Test\nrows: {X01: {name: a, claims: [{claim: c, published: 1}]}}\n") ==
        "c.yaml:2:32: the claim or its row needs a 'source'");
  CHECK(claim_fault(one_claim("compute: sum, with: {of: [1]}")) ==
        "c.yaml:7:9: a claim has one of 'published', 'at_least' and 'at_most'");
  CHECK(claim_fault(one_claim("published: 1, at_most: 2, compute: sum, with: {of: [1]}")) ==
        "c.yaml:7:9: a claim has one of 'published', 'at_least' and 'at_most'");
  CHECK(claim_fault(one_claim("published: many")).starts_with("c.yaml:7:"));
  CHECK(claim_fault(one_claim("published: 1, tolerance: -1, compute: sum, with: {of: [1]}"))
            .ends_with("the tolerance must not be negative"));
  CHECK(claim_fault(one_claim("published: 1, level: citde, note: n")).ends_with("'citde'; did you mean 'cited'?"));
  CHECK(claim_fault(one_claim("published: 1, publshed: 1")).ends_with("did you mean 'published'?"));
}

TEST_CASE("a claim is computed or says why it is not") {
  CHECK(claim_fault(one_claim("published: 1")) ==
        "c.yaml:7:9: a claim names what computes it under 'compute', or has 'level: cited'");
  CHECK(claim_fault(one_claim("published: 1, level: cited")) ==
        "c.yaml:7:9: a cited claim needs a 'note' that says why it is not computed");
  CHECK(claim_fault(one_claim("published: 1, level: cited, note: n, compute: sum"))
            .ends_with("a cited claim is not computed; remove 'compute' or the level"));
}

TEST_CASE("an unknown computation, parameter, count, network or layer finds the one that was meant") {
  CHECK(claim_fault(one_claim("published: 1, compute: netwrok, with: {}"))
            .ends_with("unknown computation 'netwrok'; did you mean 'network'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: sum, with: {off: [1]}")).ends_with("did you mean 'of'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: sum, with: {of: [{compute: smu, with: {of: [1]}}]}"))
            .ends_with("unknown computation 'smu'; did you mean 'sum'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: network, with: {count: weihgts, of: alexnet}"))
            .ends_with("unknown count 'weihgts'; did you mean 'weights'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: network, with: {count: weights, of: alexnte}"))
            .ends_with("unknown network 'alexnte'; did you mean 'alexnet'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: layer, with: {count: weights, of: alexnet, layer: conv22}"))
            .ends_with("unknown layer 'conv22'; did you mean 'conv2'?"));
  CHECK(claim_fault(one_claim("published: 1, compute: ratio, with: {of: 1, to: 0}")).ends_with("a ratio to 0"));
}

}  // namespace pj
