#include <nlohmann/json.hpp>

#include <array>

#include "pj/study/claims_report.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json claim_json(const ClaimResult& result) {
  constexpr std::array relations{"equal", "at least", "at most"};
  constexpr std::array levels{"computed", "proxy", "compared", "cited"};
  const Claim& claim = result.claim;
  return {{"id", claim.id},
          {"subject", claim.subject},
          {"claim", claim.claim},
          {"source", claim.source},
          {"note", claim.note},
          {"level", levels[static_cast<std::size_t>(claim.level)]},
          {"relation", relations[static_cast<std::size_t>(claim.relation)]},
          {"published", claim.published},
          {"unit", claim.unit},
          {"tolerance", claim.tolerance.amount},
          {"tolerance_is_relative", claim.tolerance.is_relative},
          {"ours", result.ours ? Json(*result.ours) : Json()},
          {"deviation", result.ours ? Json(result.deviation()) : Json()},
          {"verdict", to_string(result.outcome)}};
}

}  // namespace

std::string claims_json(const std::vector<ClaimResult>& results) {
  Json claims = Json::array();
  for (const ClaimResult& result : results) {
    claims.push_back(claim_json(result));
  }
  Json counts;
  for (const Outcome outcome :
       {Outcome::Reproduced, Outcome::Missed, Outcome::Proxy, Outcome::Compared, Outcome::Cited}) {
    counts[to_string(outcome)] = count_of(results, outcome);
  }
  return json_text({{"claims", claims}, {"counts", counts}});
}

}  // namespace pj
