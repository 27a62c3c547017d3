#pragma once

#include <cstdint>
#include <vector>

#include "pj/cost/nest.hpp"
#include "pj/mapping/count.hpp"

namespace pj {

/// Which copies of a tile count: those behind the fanouts outside the stage `apart` one by one (or only the
/// first), those further in as the fanouts share words among them.
struct Copies {
  std::size_t apart = 0;
  bool first_only = false;
};

/// Counts the words on the paths of one loop nest. The nest may be the inner part of one that is still being
/// chosen; then `rest` says how many tiles of each index the loops outside it run through, and the counts are
/// the least that any choice of these loops can reach.
class PathCounter {
 public:
  PathCounter(const Workload& workload, const Accelerator& accelerator);

  /// Starts with another nest. `rest` is empty where the nest is whole.
  void use(std::vector<NestLoop> nest, const std::vector<std::int64_t>& rest = {});

  const std::vector<NestLoop>& nest() const { return nest_; }

  /// All words that the moves of the tile at the path's inner end bring in, over the whole run. `shared_rest`: the
  /// loops outside the nest may be copies that share words.
  std::int64_t moved(const Path& path, const Copies& copies, bool shared_rest = false);
  /// The different elements that the copies ever see: the first visit of each needs no earlier partial sum.
  /// `all_rest`: copies behind the loops outside the nest are counted too.
  std::int64_t touched(const Path& path, const Copies& copies, bool all_rest = false);
  /// The iterations of the loops in time (`in_time`) or of the fanouts.
  std::int64_t count_iterations(bool in_time);
  /// Do all the nest's loops in time outside the tile leave it in place?
  bool is_open(const Path& path) const;

 private:
  struct TileLoops {
    std::size_t count = 0;  ///< the nest's outermost so many loops are outside the tile
    std::size_t kept = 0;   ///< of them those in time from here on leave it in place
    bool open = false, slides = false;
    std::size_t window = 0;  ///< the sliding loop
  };

  TileLoops loops_of(const Path& path) const;
  void start_sequence(const Path& path, Pass rest);
  bool lets_stay(const NestLoop& loop, std::size_t tensor) const;
  Pass merged(const NestLoop& loop, std::size_t tensor) const;
  std::int64_t counted(std::size_t tensor);

  const Workload& workload_;
  const Accelerator& accelerator_;
  bool boxes_;
  std::vector<bool> relevant_;  ///< tensor × index
  std::vector<NestLoop> nest_;  ///< outermost first
  std::vector<NestLoop> rest_;
  TileSequence sequence_;
};

}  // namespace pj
