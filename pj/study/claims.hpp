#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/study/computations.hpp"

namespace pj {

/// How a claim is held to: computed by the library, computed on a stand-in (synthetic data), computed and shown beside
/// a value that the model is known to miss, or only cited.
enum class ClaimLevel { Computed, Proxy, Compared, Cited };

/// What a published value says: the value itself, or a bound.
enum class Relation { Equal, AtLeast, AtMost };

/// How far ours may be from a published value: 0 is exact.
struct Tolerance {
  double amount = 0.0;
  bool is_relative = false;  ///< a share of the published value, written `1 %`

  bool operator==(const Tolerance&) const = default;
};

/// One published value, in words, with how it is computed here (docs/claims.md).
struct Claim {
  std::string id;                    ///< its row, `A02`
  std::string subject;               ///< the row's name, `AlexNet`
  std::string claim;                 ///< what is claimed of it, `weights`
  std::string source;                ///< publication, table or figure
  std::string note;                  ///< where sources disagree, why it is only compared or cited
  std::vector<std::string> remarks;  ///< on all claims of its row, for docs/validation.md
  Relation relation = Relation::Equal;
  double published = 0.0;
  std::string unit;
  Tolerance tolerance;
  ClaimLevel level = ClaimLevel::Computed;
  std::string computation;  ///< a name of `computations()`; empty where the claim is only cited
  YamlNode with;            ///< its parameters
  bool is_slow = false;     ///< takes minutes, and is computed only where its row is named
};

/// What became of a claim. A proxy that holds is no reproduction, and neither is what is only compared or cited.
enum class Outcome { Reproduced, Missed, Proxy, Compared, Cited };

/// A claim beside what the library computes.
struct ClaimResult {
  Claim claim;
  std::optional<double> ours;  ///< nothing where the claim is only cited
  Outcome outcome = Outcome::Cited;
  std::string missing = {};  ///< what is not there of its data, for which it is only cited

  /// (ours − published) / published, or the difference where 0 is published; 0 where the claim is only cited.
  double deviation() const;
};

/// The claims of one file of reproduction/. Every fault is an `InputError` with file, line and column.
std::vector<Claim> parse_claims(const YamlNode& file);

/// All claims that come with Picojoule, in the order of their files.
std::vector<Claim> built_in_claims();

/// The claims of the rows `ids` and of the themes that `theme` begins; all, where neither is given. Throws
/// `InputError`, with "did you mean" for an unknown row.
std::vector<Claim> select_claims(const std::vector<Claim>& claims, const std::vector<std::string>& ids,
                                 const std::string& theme);

/// The claims that the names ask for: rows of what comes with Picojoule, or, where a name ends in .yaml, of that file.
/// Without names slow ones are only cited.
std::vector<Claim> load_claims(const std::vector<std::string>& names, const std::string& theme);

/// Compares ours with what is published.
ClaimResult judge_claim(const Claim& claim, double ours);

/// Computes ours and compares; a slow claim whose data are not there is only cited. Claims that are given one cache
/// search each mapping once.
ClaimResult check_claim(const Claim& claim, const ClaimMeans& means = {});

}  // namespace pj
