#pragma once

#include <functional>
#include <optional>
#include <string>

#include "pj/study/evaluate.hpp"

namespace pj {

struct VerifyOptions {
  MapperOptions mapper;                   ///< of the search whose result is verified; its interrupt stops this, too
  std::int64_t longest_walk = 5'000'000;  ///< elements that the walk may set up one by one
  std::int64_t largest_mapspace =
      10'000'000;  ///< mappings, also impossible ones, that the exhaustive search may go through
  std::function<void(const std::string& line)> progress;
};

/// What the walk of a loop nest verified.
struct VerifiedWalk {
  std::int64_t steps = 0;  ///< of the loop nest
  double size = 0.0;       ///< elements that its walk sets up
  bool is_done = false;    ///< it counted what the closed form does; otherwise it was left out because of its size

  bool operator==(const VerifiedWalk&) const = default;
};

/// What an exhaustive search verified of the result of a search.
struct VerifiedSearch {
  std::optional<double> size;  ///< mappings that it goes through; nothing: too many to count
  std::int64_t compared = 0;   ///< those of them that fit
  bool was_proved = false;     ///< the search had ended; otherwise its lower bound was held to the least of all
  bool is_done = false;        ///< nothing is better; otherwise it was left out because of its size

  bool operator==(const VerifiedSearch&) const = default;
};

struct Verification {
  VerifiedWalk walk;
  std::optional<VerifiedSearch> search;  ///< nothing where the mapping was not searched for

  bool operator==(const Verification&) const = default;
};

/// Holds a mapped layer to the plain twins of what found and priced it: `walk` executes the loop nest and must count
/// the same words, `exhaustive_search` prices every mapping and must find none better (for results of a search).
/// Throws `std::logic_error` with the first difference; `Interrupted` on request.
Verification verify(const LayerEstimate& layer, const Accelerator& accelerator, const VerifyOptions& options = {});

/// What was verified, in a few lines.
std::string verification_report(const Verification& verification, const VerifyOptions& options);

}  // namespace pj
