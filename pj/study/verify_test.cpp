#include "pj/study/verify.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"

namespace pj {

namespace {

Accelerator two_levels() {
  return {.stages = {Level{.name = "DRAM", .read = {100.0}, .write = {100.0}},
                     Level{.name = "buffer", .capacity = Bits{160}, .read = {0.1}, .write = {0.2}}}};
}

const Accelerator verified_machine = two_levels();

LayerEstimate small_layer(const MapperOptions& options = {}) {
  return map_layer({.name = "fc", .workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 4}, {"C", 3}})}, verified_machine,
                   {.mapper = options});
}

std::string verify_fault(const LayerEstimate& layer, const VerifyOptions& options = {}) {
  try {
    verify(layer, verified_machine, options);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "no fault";
}

}  // namespace

TEST_CASE("a small result is verified by its walk and by an exhaustive search") {
  for (const Objective objective : {Objective::Energy, Objective::Delay, Objective::EnergyDelay}) {
    const VerifyOptions options{.mapper = {.objective = objective}};
    const Verification verified = verify(small_layer(options.mapper), verified_machine, options);
    CHECK(verified.walk.is_done);
    CHECK(verified.walk.steps == 12);
    REQUIRE(verified.search.has_value());
    CHECK(verified.search->is_done);
    CHECK(verified.search->compared > 100);
    CHECK(verified.search->size > static_cast<double>(verified.search->compared));
    const std::string report = verification_report(verified, options);
    CHECK(report.starts_with("Verified: executing the loop nest, 12 steps, counts the same words.\nVerified: of all "));
    CHECK(report.ends_with(" mappings that fit, priced one by one, none is better.\n"));
  }
}

TEST_CASE("a mapping that was not searched for is verified by its walk alone") {
  LayerEstimate layer = small_layer();
  layer.result.certificate = {};
  const Verification verified = verify(layer, verified_machine);
  CHECK(verified.walk.is_done);
  CHECK_FALSE(verified.search);
  CHECK(verification_report(verified, {}) == "Verified: executing the loop nest, 12 steps, counts the same words.\n");
}

TEST_CASE("what is too large is left out, and the report says how large it is") {
  const VerifyOptions small{.longest_walk = 30, .largest_mapspace = 1000};
  const Verification verified = verify(small_layer(), verified_machine, small);
  CHECK_FALSE(verified.walk.is_done);
  CHECK_FALSE(verified.search->is_done);
  const std::string report = verification_report(verified, small);
  CHECK(report.find("Left out: executing the loop nest; it would set up ") == 0);
  CHECK(report.find(" elements one by one, more than 30.\n") != std::string::npos);
  CHECK(report.find("an exhaustive search would go through ") != std::string::npos);
  CHECK(report.find(", more than 1,000.\n") != std::string::npos);
  CHECK(
      verification_report({.search = VerifiedSearch{}}, {}).ends_with("would go through more than can be counted.\n"));
}

TEST_CASE("a wrong count is found by the walk and named") {
  LayerEstimate layer = small_layer();
  layer.result.traffic.levels[1][0].served += 1;
  CHECK(verify_fault(layer) == "the closed form counts 13 words served of Input at buffer, executing the loop nest 12");
  layer = small_layer();
  layer.result.traffic.steps = 13;
  CHECK(verify_fault(layer) == "the closed form counts 13 steps, executing the loop nest 12");
  layer = small_layer();
  layer.result.traffic.busiest[0][1].served = 0;
  CHECK(verify_fault(layer).starts_with(
      "the closed form counts 0 words served of Weight at DRAM in its busiest instance"));
}

TEST_CASE("a result that is not the best, or a bound that is none, is found by the exhaustive search") {
  const LayerEstimate right = small_layer();
  const double least = right.result.cost.energy().value;
  LayerEstimate wrong = right;
  wrong.result.cost.compute += 1.0_pJ;
  CHECK(verify_fault(wrong).starts_with("the search found energy "));
  wrong = right;
  wrong.result.cost.compute = Picojoules{-1.0};
  CHECK(verify_fault(wrong).starts_with("the search found energy "));
  wrong = right;
  wrong.result.certificate.proved = false;
  wrong.result.certificate.lower_bound = least * 1.001;
  CHECK(verify_fault(wrong).starts_with("the search found energy "));
  wrong.result.certificate.lower_bound = least * 0.999;
  CHECK(verify_fault(wrong) == "no fault");
  CHECK(verification_report(verify(wrong, verified_machine), {}).ends_with("none is below the bound.\n"));
}

TEST_CASE("verifying says how far it is and stops on request") {
  const LayerEstimate layer = small_layer();
  std::vector<std::string> lines;
  VerifyOptions options;
  options.progress = [&](const std::string& line) { lines.push_back(line); };
  verify(layer, verified_machine, options);
  REQUIRE(lines.size() == 13);
  CHECK(lines.front() == "executed 1 of 12 steps of the loop nest");
  CHECK(lines.back().starts_with("pricing every mapping: "));
  Interrupt interrupt;
  interrupt.request();
  options.mapper.interrupt = &interrupt;
  CHECK_THROWS_AS(verify(layer, verified_machine, options), Interrupted);
  options.longest_walk = 0;
  CHECK_THROWS_AS(verify(layer, verified_machine, options), Interrupted);
}

}  // namespace pj
