#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "pj/mapper/mapper.hpp"

namespace pj {

/// Where sums are handed on for free, those that leave a level sooner are added up further out. Can that pay? Then all
/// factors and orders count.
bool sums_may_leave_early(const Workload& workload, const Accelerator& accelerator);

/// The factors worth trying, by index.
class Factors {
 public:
  Factors(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options);

  /// For an index of which `tiles` are left: for each number of tiles that a factor can leave, the smallest such
  /// factor (about 2·√tiles of them); or all divisors, where only perfect factors are wanted. Where a window has
  /// holes (its partner in the sum has a stride; or any, where they count as boxes) tiles of different sizes overlap
  /// differently, and every factor counts.
  const std::vector<std::int64_t>& of(std::size_t index, std::int64_t tiles);
  /// Every factor up to that which leaves one tile, or up to `most`.
  const std::vector<std::int64_t>& all(std::int64_t tiles, std::int64_t most);
  /// Does a smaller factor always move at least as many words? Not where windows have holes, nor where sums
  /// that are handed on for free may cost less further out.
  bool is_monotone(std::size_t index) const { return !needs_all_[index]; }

 private:
  bool perfect_, all_;
  std::vector<bool> needs_all_;
  std::map<std::pair<std::int64_t, bool>, std::vector<std::int64_t>> known_;
};

/// The orders of one level's loops that can differ in cost; all others equal one of these or are worse. A loop
/// order matters only through the tiles that it leaves in place and the windows that it slides.
/// `chosen` is the mapping from `stage` inwards, the stage's loops in any order.
std::vector<std::vector<Loop>> useful_orders(const Workload& workload, const Accelerator& accelerator,
                                             const Mapping& chosen, std::size_t stage);

/// Every order of the loops.
std::vector<std::vector<Loop>> all_orders(std::vector<Loop> loops);

}  // namespace pj
