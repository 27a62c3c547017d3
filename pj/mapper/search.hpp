#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "pj/mapper/bound.hpp"
#include "pj/mapper/space.hpp"
#include "pj/mapper/spread.hpp"
#include "pj/mapper/symmetry.hpp"

namespace pj {

/// Branch and bound from the compute units outwards (docs/mapper.md). A fanout and the levels inside it make a block:
/// first what the levels keep and how many copies each index has, then the tiles of the levels; the levels outside the
/// last fanout follow one by one. Each choice is priced by a lower bound of all that can follow, tried in the order of
/// the bound, and left out once the bound reaches the best value found.
class Search {
 public:
  using Clock = std::chrono::steady_clock;

  Search(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
         Clock::time_point began);

  MapperResult run();
  /// The same, where the best mapping of a part of the space is known.
  MapperResult improve(const MapperResult& known);

 private:
  /// What levels keep: for each a mask of tensors.
  using KeepSet = std::vector<std::uint32_t>;
  /// What one tensor costs at each spread; and that by the tensor and the levels that keep it.
  using SpreadParts = std::vector<Bounder::Parts>;
  using TensorParts = std::map<std::pair<std::size_t, std::vector<bool>>, SpreadParts>;

  /// One choice for one stage, with the bound of all mappings that begin with it.
  struct Choice {
    OrderedPair bound;
    double delay = 0.0;  ///< the bound of the delay alone
    std::vector<Loop> loops;
  };

  /// How a fanout's copies are used and what levels keep, with the bound of all that can follow. The levels are
  /// those inside the fanout and, where no fanout is further out, all outside it.
  struct Block {
    OrderedPair bound;
    double delay = 0.0;
    const KeepSet* keeps = nullptr;
    const Copies* copies = nullptr;
  };

  /// Extents that are taken together.
  struct Range {
    std::int64_t smallest = 1, largest = 1;
  };
  /// A tile of a level: how many such tiles each index has, and what it costs with one loop outside it.
  struct CheapTile {
    std::array<std::int64_t, PartialNest::most_indices> tiles{};
    Supply supply;
  };
  struct CheapTiles {
    double limit = 0.0;
    std::vector<CheapTile> tiles;
  };
  using Ranges = std::vector<std::vector<Range>>;  ///< by index

  // search.cpp
  bool interrupted();
  bool can_win(const OrderedPair& bound, double delay) const;
  double energy_limit(double delay) const;
  void expand(std::size_t inner);
  void expand_level(std::size_t at);
  std::size_t innermost_fanout(std::size_t inner) const;
  void step(const std::vector<Loop>& loops, bool in);
  void finish();
  template <class Next>
  void take(Choice& choice, std::size_t at, const Next& next);
  static void sort(std::vector<Choice>& choices);

  // search_blocks.cpp
  void expand_block(std::size_t fanout, std::size_t inner);
  std::vector<Block> blocks(std::size_t fanout, std::size_t inner, const std::vector<KeepSet>& sets,
                            const std::vector<Copies>& spreads);
  std::vector<const SpreadParts*> spread_parts(const KeepSet& keeps, const std::vector<Copies>& spreads,
                                               TensorParts& known);
  const SpreadParts& gather(const std::vector<const SpreadParts*>& parts, std::size_t spread);
  std::vector<KeepSet> keep_sets(std::size_t first, std::size_t inner);
  bool set_keeps(const Level& level, std::size_t at, std::size_t mask);
  void apply(const KeepSet& keeps, std::size_t fanout, std::size_t inner);
  void fill_block(std::size_t fanout, std::size_t inner, const Block& block);

  // search_supplies.cpp
  const SupplyFront& front(std::size_t at);
  std::vector<std::int64_t> fixed_extents(std::size_t at, std::size_t fanout, const Copies& copies,
                                          std::uint32_t chosen);
  const std::vector<CheapTile>& cheap_tiles(std::size_t at, const std::vector<std::int64_t>& fixed, double limit);
  bool extend_cheap(std::size_t at, const Ranges& ranges, std::vector<std::int64_t> largest, double limit,
                    std::vector<CheapTile>& tiles, std::size_t index = 0);
  void add_cheap(std::size_t at, const Ranges& ranges, const std::vector<std::int64_t>& largest,
                 const std::vector<Supply>& points, std::vector<CheapTile>& tiles);
  bool larger_is_cheaper(std::size_t at, std::size_t index) const;
  bool supplies_can_win(std::size_t fanout, const Copies& copies, std::uint32_t chosen, double delay);
  Ranges extent_ranges(std::size_t at, const std::vector<std::int64_t>& fixed, double most_tiles);
  void extend_front(std::size_t at, const Ranges& ranges, std::vector<std::int64_t> largest, SupplyFront& front,
                    std::size_t index = 0);

  // search_tiles.cpp
  std::vector<Choice> choices(std::size_t at);
  void tile(const Level& level, std::size_t at, std::size_t index, std::vector<Choice>& found);
  std::vector<std::int64_t> fitting_factors(const Level& level, std::size_t at, std::size_t index);
  bool leaves_copies(std::size_t at, std::size_t index, std::int64_t tiles) const;
  bool fits_so_far(std::size_t at) const;
  void set(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent);
  void unset(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, std::int64_t tiles);
  bool tile_can_win(std::size_t at, std::size_t next);
  bool block_tile_can_win(std::size_t at, std::size_t next);
  void order(std::size_t at, std::vector<Choice>& found);
  void price_in_block(std::size_t at, std::vector<Choice>& found);
  void price(std::size_t at, const OrderedPair& bound, std::vector<Choice>& found);

  Clock::time_point began_;
  const Workload& workload_;
  const Accelerator& accelerator_;
  const MapperOptions& options_;
  Bounder bounder_;
  Factors factors_;
  Symmetry symmetry_;
  std::vector<std::unique_ptr<Spreads>> spreads_;  ///< by stage, of the fanouts
  std::vector<std::size_t> sequence_;              ///< of the indices, as tiles are chosen: those of filters first
  std::map<KeepSet, SupplyFront> fronts_;          ///< by what all levels keep, and the stage
  std::map<std::pair<KeepSet, std::vector<std::int64_t>>, CheapTiles> cheap_tiles_;  ///< and by extents that are fixed
  std::size_t listed_ = 0;                                                           ///< tiles in them

  // The chosen part.
  Mapping mapping_;
  std::vector<std::int64_t> whole_, left_, extents_;  ///< by index: its size, the tiles left, the elements inside
  double delay_inside_ = 1.0;                         ///< the bound of its delay
  bool symmetric_ = true;                             ///< it is its own mirror image

  // The block whose levels are being chosen.
  const Block* block_ = nullptr;
  std::size_t fanout_ = 0;
  bool all_orders_ = false;
  bool orders_are_equal_ = false;  ///< of the loops in the level that is being chosen
  StageMapping spread_loops_, scratch_tile_;
  SpreadParts gathered_;

  // What is found.
  MapperResult result_;
  OrderedPair best_;
  OrderedPair open_bound_;  ///< of all that is not yet searched
  bool stopped_ = false;
};

/// Goes on with a choice for a stage, unless its bound says that nothing better can come of it.
template <class Next>
void Search::take(Choice& choice, std::size_t at, const Next& next) {
  if (!can_win(choice.bound, choice.delay)) {
    ++result_.certificate.cut_by_bound;
    return;
  }
  if (interrupted()) {
    return;
  }
  mapping_.stages[at].loops = std::move(choice.loops);
  delay_inside_ = choice.delay;
  step(mapping_.stages[at].loops, true);
  bounder_.push(mapping_.stages[at]);
  const bool symmetric = std::exchange(symmetric_, symmetric_ && is_symmetric(symmetry_, extents_));
  next();
  symmetric_ = symmetric;
  bounder_.pop();
  step(mapping_.stages[at].loops, false);
  mapping_.stages[at].loops.clear();
}

}  // namespace pj
