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

std::vector<Claim> load_claims(const std::vector<std::string>& names, const std::string& theme) {
  std::vector<std::string> ids;
  std::vector<Claim> claims;
  for (const std::string& name : names) {
    if (!name.ends_with(".yaml")) {
      ids.push_back(name);
      continue;
    }
    const std::vector<Claim> more = parse_claims(read_yaml(name));
    claims.insert(claims.end(), more.begin(), more.end());
  }
  claims = select_claims(claims.empty() ? built_in_claims() : claims, ids, theme);
  for (Claim& claim : claims) {
    if (claim.is_slow && names.empty()) {
      claim.level = ClaimLevel::Cited;
      claim.note +=
          std::string(claim.note.empty() ? "" : "; ") + "takes minutes: reproduce " + claim.id + " computes it";
    }
  }
  return claims;
}

ClaimResult judge_claim(const Claim& claim, double ours) {
  if (claim.level == ClaimLevel::Compared) {
    return {claim, ours, Outcome::Compared};
  }
  const Outcome held = claim.level == ClaimLevel::Proxy ? Outcome::Proxy : Outcome::Reproduced;
  return {claim, ours, holds(claim, ours) ? held : Outcome::Missed};
}

ClaimResult check_claim(const Claim& claim, const ClaimMeans& means) {
  if (claim.level == ClaimLevel::Cited) {
    return {.claim = claim};
  }
  try {
    return judge_claim(claim, find_computation(YamlNode({}, claim.computation)).run(claim.with, means));
  } catch (const MissingInput& missing) {
    if (!claim.is_slow) {
      throw;
    }
    return {.claim = claim, .missing = missing.what()};
  }
}

}  // namespace pj
