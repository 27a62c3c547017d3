#include <array>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/claim_files.hpp"
#include "pj/study/claims.hpp"
#include "pj/study/computations.hpp"

namespace pj {

namespace {

const std::vector<std::string> row_keys{"name", "source", "note", "remarks", "claims"};
const std::vector<std::string> claim_keys{"claim", "source",    "note",  "published", "at_least", "at_most",
                                          "unit",  "tolerance", "level", "compute",   "with",     "slow"};

constexpr std::array relations{std::pair{"published", Relation::Equal}, std::pair{"at_least", Relation::AtLeast},
                               std::pair{"at_most", Relation::AtMost}};
constexpr std::array levels{std::pair{"computed", ClaimLevel::Computed}, std::pair{"proxy", ClaimLevel::Proxy},
                            std::pair{"compared", ClaimLevel::Compared}, std::pair{"cited", ClaimLevel::Cited}};

/// The text under a key of the claim, or of its row where the claim has none.
std::string inherited(const YamlNode& claim, const YamlNode& row, const std::string& key) {
  const YamlNode* node = claim.find(key);
  node = node == nullptr ? row.find(key) : node;
  return node == nullptr ? "" : node->text(key);
}

void read_published(const YamlNode& node, Claim& claim) {
  int given = 0;
  for (const auto& [key, relation] : relations) {
    if (const YamlNode* value = node.find(key)) {
      claim.relation = relation;
      claim.published = value->number(key);
      ++given;
    }
  }
  if (given != 1) {
    throw InputError(node.position(), "a claim has one of 'published', 'at_least' and 'at_most'");
  }
}

Tolerance read_tolerance(const YamlNode& node) {
  const bool is_relative = node.text("tolerance").ends_with('%');
  const double amount = is_relative
                            ? node.quantity("tolerance", std::vector<std::pair<std::string, double>>{{"%", 0.01}})
                            : node.number("tolerance");
  if (amount < 0.0) {
    throw InputError(node.position(), "the tolerance must not be negative");
  }
  return {amount, is_relative};
}

ClaimLevel read_level(const YamlNode& node) {
  std::vector<std::string> known;
  for (const auto& [name, level] : levels) {
    if (node.text("level") == name) {
      return level;
    }
    known.emplace_back(name);
  }
  throw InputError(node.position(),
                   "unknown level '" + node.text("level") + "'" + did_you_mean(node.text("level"), known));
}

void read_computation(const YamlNode& node, Claim& claim) {
  const YamlNode* compute = node.find("compute");
  if (claim.level == ClaimLevel::Cited) {
    if (compute != nullptr) {
      throw InputError(compute->position(), "a cited claim is not computed; remove 'compute' or the level");
    }
    if (claim.note.empty()) {
      throw InputError(node.position(), "a cited claim needs a 'note' that says why it is not computed");
    }
    return;
  }
  if (claim.level == ClaimLevel::Compared && claim.note.empty()) {
    throw InputError(node.position(), "a compared claim needs a 'note' that says why the model misses it");
  }
  if (compute == nullptr) {
    throw InputError(node.position(), "a claim names what computes it under 'compute', or has 'level: cited'");
  }
  claim.computation = compute->text("compute");
  claim.with = node.at("with");
  check_computation(*compute, claim.with);
}

Claim read_claim(const YamlNode& node, const YamlNode& row, const std::string& id) {
  node.allow_keys(claim_keys);
  Claim claim{.id = id, .subject = row.at("name").text("name"), .claim = node.at("claim").text("claim")};
  claim.source = inherited(node, row, "source");
  claim.note = inherited(node, row, "note");
  if (const YamlNode* remarks = row.find("remarks")) {
    for (const YamlNode& remark : remarks->sequence("remarks")) {
      claim.remarks.push_back(remark.text("remark"));
    }
  }
  if (claim.source.empty()) {
    throw InputError(node.position(), "the claim or its row needs a 'source'");
  }
  read_published(node, claim);
  if (const YamlNode* unit = node.find("unit")) {
    claim.unit = unit->text("unit");
  }
  if (const YamlNode* tolerance = node.find("tolerance")) {
    claim.tolerance = read_tolerance(*tolerance);
  }
  if (const YamlNode* level = node.find("level")) {
    claim.level = read_level(*level);
  }
  if (const YamlNode* slow = node.find("slow")) {
    claim.is_slow = slow->boolean("slow");
  }
  read_computation(node, claim);
  return claim;
}

}  // namespace

std::vector<Claim> parse_claims(const YamlNode& file) {
  file.allow_keys(std::vector<std::string>{"theme", "rows"});
  file.at("theme").text("theme");
  std::vector<Claim> claims;
  for (const auto& [id, position, row] : file.at("rows").map("rows")) {
    row.allow_keys(row_keys);
    const YamlNode::Sequence& items = row.at("claims").sequence("claims");
    if (items.empty()) {
      throw InputError(row.position(), "the row " + id + " has no claims");
    }
    for (const YamlNode& item : items) {
      claims.push_back(read_claim(item, row, id));
    }
  }
  return claims;
}

std::vector<Claim> built_in_claims() {
  std::vector<Claim> claims;
  for (const EmbeddedFile& file : claim_files()) {
    const std::string name = "reproduction/" + std::string(file.name) + ".yaml";
    const std::vector<Claim> more = parse_claims(parse_yaml(std::string(file.text), name));
    claims.insert(claims.end(), more.begin(), more.end());
  }
  return claims;
}

}  // namespace pj
