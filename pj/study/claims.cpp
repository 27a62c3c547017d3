#include "pj/study/claims.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/computations.hpp"

namespace pj {

namespace {

/// The rows of the claims, each once, in their order.
std::vector<std::string> row_ids(const std::vector<Claim>& claims) {
  std::vector<std::string> ids;
  for (const Claim& claim : claims) {
    if (ids.empty() || ids.back() != claim.id) {
      ids.push_back(claim.id);
    }
  }
  return ids;
}

bool holds(const Claim& claim, double ours) {
  const double slack = claim.tolerance.amount * (claim.tolerance.is_relative ? std::abs(claim.published) : 1.0);
  const bool not_below = ours >= claim.published - slack;
  const bool not_above = ours <= claim.published + slack;
  return (claim.relation == Relation::AtMost || not_below) && (claim.relation == Relation::AtLeast || not_above);
}

Outcome outcome_of(const Claim& claim, double ours) {
  if (!holds(claim, ours)) {
    return Outcome::Missed;
  }
  return claim.level == ClaimLevel::Proxy ? Outcome::Proxy : Outcome::Reproduced;
}

}  // namespace

double ClaimResult::deviation() const {
  if (!ours) {
    return 0.0;
  }
  const double difference = *ours - claim.published;
  return claim.published == 0.0 ? difference : difference / claim.published;
}

std::vector<Claim> select_claims(const std::vector<Claim>& claims, const std::vector<std::string>& ids,
                                 const std::string& theme) {
  const std::vector<std::string> known = row_ids(claims);
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) == known.end()) {
      throw InputError("unknown claim '" + id + "'" + did_you_mean(id, known));
    }
  }
  std::vector<Claim> chosen;
  for (const Claim& claim : claims) {
    const bool is_named = std::find(ids.begin(), ids.end(), claim.id) != ids.end();
    if ((ids.empty() || is_named) && claim.id.starts_with(theme)) {
      chosen.push_back(claim);
    }
  }
  if (chosen.empty()) {
    throw InputError("no claim of theme '" + theme + "'" + (ids.empty() ? "" : " among those named") +
                     "; a theme is the first letter of an id, as A in A02");
  }
  return chosen;
}

ClaimResult check_claim(const Claim& claim) {
  if (claim.level == ClaimLevel::Cited) {
    return {.claim = claim};
  }
  for (const Computation& computation : computations()) {
    if (computation.name == claim.computation) {
      const double ours = computation.run(claim.with);
      return {claim, ours, outcome_of(claim, ours)};
    }
  }
  throw InputError("unknown computation '" + claim.computation + "'");
}

}  // namespace pj
