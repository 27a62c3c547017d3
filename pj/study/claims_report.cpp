#include "pj/study/claims_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr double largest_exact = 0x1.0p53;
constexpr int digits_shown = 5;

std::string number_text(double number) {
  const bool is_whole = number == std::floor(number) && std::abs(number) < largest_exact;
  if (is_whole) {
    return grouped(static_cast<std::int64_t>(number));
  }
  const std::string text = significant(number, digits_shown);
  return text.find('.') == std::string::npos ? text : text.substr(0, text.find_last_not_of('0') + 1);
}

std::string with_unit(const std::string& number, const Claim& claim) {
  return claim.unit.empty() ? number : number + " " + claim.unit;
}

std::string relation_text(Relation relation) {
  return relation == Relation::AtLeast ? "≥ " : relation == Relation::AtMost ? "≤ " : "";
}

std::string ours_text(const ClaimResult& result) {
  return result.ours ? with_unit(number_text(*result.ours), result.claim) : "—";
}

/// How many rows have nothing but reproduced claims, and how many there are.
std::pair<std::size_t, std::size_t> whole_rows(const std::vector<ClaimResult>& results) {
  std::map<std::string, bool> rows;
  for (const ClaimResult& result : results) {
    const bool holds = result.outcome == Outcome::Reproduced;
    const auto [row, is_new] = rows.emplace(result.claim.id, holds);
    row->second = row->second && holds;
  }
  const auto whole = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.second; });
  return {static_cast<std::size_t>(whole), rows.size()};
}

}  // namespace

std::string to_string(Outcome outcome) {
  constexpr std::array names{"reproduced", "missed", "proxy", "compared", "cited"};
  return names[static_cast<std::size_t>(outcome)];
}

std::size_t count_of(const std::vector<ClaimResult>& results, Outcome outcome) {
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(),
                                                [&](const ClaimResult& result) { return result.outcome == outcome; }));
}

std::string claims_summary(const std::vector<ClaimResult>& results) {
  const auto count = [&](Outcome outcome) { return std::to_string(count_of(results, outcome)); };
  const auto [whole, rows] = whole_rows(results);
  const bool has_proxies = count_of(results, Outcome::Proxy) > 0;
  const bool has_compared = count_of(results, Outcome::Compared) > 0;
  return count(Outcome::Reproduced) + " of " + counted(static_cast<std::int64_t>(results.size()), "claim") +
         " reproduced, " + count(Outcome::Cited) + " cited, " +
         (has_compared ? count(Outcome::Compared) + " compared, " : "") +
         (has_proxies ? count(Outcome::Proxy) + " by proxy, " : "") + count(Outcome::Missed) + " missed; " +
         std::to_string(whole) + " of " + counted(static_cast<std::int64_t>(rows), "row") + " reproduced in full";
}

std::string claims_table(const std::vector<ClaimResult>& results) {
  Table table({"id", "claim", "published", "ours", "verdict"});
  table.left(1);
  table.left(4);
  for (const ClaimResult& result : results) {
    const Claim& claim = result.claim;
    const std::string published = relation_text(claim.relation) + with_unit(number_text(claim.published), claim);
    table.add({claim.id, claim.subject + ": " + claim.claim, published, ours_text(result), to_string(result.outcome)});
  }
  return table.text() + "\n" + claims_summary(results) + "\n";
}

std::string claims_csv(const std::vector<ClaimResult>& results) {
  std::string text = "id,subject,claim,source,relation,published,ours,unit,tolerance,deviation,verdict,note\n";
  for (const ClaimResult& result : results) {
    const Claim& claim = result.claim;
    constexpr std::array relations{"equal", "at least", "at most"};
    const std::string tolerance =
        claim.tolerance.is_relative ? exact(100.0 * claim.tolerance.amount) + " %" : exact(claim.tolerance.amount);
    const std::vector<std::string> fields{claim.id,
                                          claim.subject,
                                          claim.claim,
                                          claim.source,
                                          relations[static_cast<std::size_t>(claim.relation)],
                                          exact(claim.published),
                                          result.ours ? exact(*result.ours) : "",
                                          claim.unit,
                                          tolerance,
                                          result.ours ? exact(result.deviation()) : "",
                                          to_string(result.outcome),
                                          claim.note};
    text += csv_line(fields) + "\n";
  }
  return text;
}

}  // namespace pj
