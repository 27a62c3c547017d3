#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "pj/cost/prices.hpp"
#include "pj/mapper/mapper.hpp"
#include "pj/mapper/partial_nest.hpp"
#include "pj/mapper/supply.hpp"

namespace pj {

/// A pair that is compared by its first number, and by the second where the first are equal.
struct OrderedPair {
  double first = 0.0, second = 0.0;

  auto operator<=>(const OrderedPair&) const = default;
};

OrderedPair objective_pair(Objective objective, double energy, double delay);

/// A lower bound of all mappings that share their inner stages.
class Bounder {
 public:
  Bounder(const Workload& workload, const Accelerator& accelerator, Objective objective);

  /// Takes the next stage outwards into the chosen part, or takes it out again.
  void push(const StageMapping& stage);
  void pop();

  /// At most the value of every mapping whose inner stages are those pushed to the nest and keep what `mapping` says.
  /// Where levels alone are left to choose, one index has the innermost of their loops: it moves or slides the tiles
  /// of every tensor that depends on it, so that not all tensors can stay at once. The bound is the least over
  /// that index. (docs/mapper.md, "The bound".)
  OrderedPair bound(const Mapping& mapping);

  /// What a tensor costs: at what is chosen, and for serving its outermost chosen tile from outside.
  struct Parts {
    double done = 0.0, open = 0.0;
    double holds = 0.0;  ///< words of its outermost chosen tile, over all copies, if that may stay in place

    Parts& operator+=(const Parts& other) {
      done += other.done;
      open += other.open;
      holds = other.holds;
      return *this;
    }
  };

  /// Prepares `spread_bound` for the innermost fanout outside the chosen part.
  void begin_spread(const Mapping& mapping, std::size_t fanout);
  /// At most the value of every mapping with the chosen part inside, where the fanout has so many copies in use, and
  /// the levels between the chosen part and the fanout keep what `mapping` says, whatever their tiles.
  OrderedPair spread_bound(const Mapping& mapping, const Copies& copies);
  /// The indices that the levels between the chosen part and that fanout may have a loop over, as a mask.
  std::uint32_t open_inside() const { return open_inside_; }
  /// The same in pieces: one tensor's part, which depends on which levels keep this tensor only, and the sum.
  Parts spread_energy(std::size_t tensor, const Mapping& mapping, const Copies& copies);
  OrderedPair spread_bound(const std::vector<Parts>& tensors, const Copies& copies);

  /// Does the index slide a window of which copies share more words the closer their tiles lie? So it is for tensors
  /// that are not among those kept, and where only equal tiles are shared: there a smaller tile can be the better.
  bool copies_meet(std::size_t index, const std::vector<bool>& keeps) const;
  /// Do copies of the index have sums of the same output elements? Each begins its own, so that fewer can cost more.
  bool output_meets(std::size_t index) const {
    return !nest_.depends(workload_.output(), index) || nest_.slides(workload_.output(), index);
  }
  /// Does some chosen loop move each chosen tile? Then the loops outside move them all in every order.
  bool all_closed(const Mapping& mapping);

  /// The energy in the last bound, without the rest of the objective.
  double energy_bound() const { return energy_; }
  double delay_bound() const { return delay_; }

  /// What the tiles of these extents (by index) cost at least to bring to a level with no fanout further out, for each
  /// loop that may be the innermost outside. The indices in the mask `open` have no extent yet. What all levels keep is
  /// decided.
  const SupplyFront& supplies(std::size_t stage, const std::vector<std::int64_t>& extents, std::uint32_t open);
  /// The same for every tile with extents from the smallest to the largest.
  SupplyFront supplies_between(std::size_t stage, const std::vector<std::int64_t>& smallest,
                               const std::vector<std::int64_t>& largest);
  /// Prepares `tile_bound` for a level that is to be chosen next, outside the chosen part, and keeps these tensors.
  void begin_tile(const Mapping& mapping, std::size_t stage);
  /// At most the energy of all mappings whose loops in that level are `loops` and any over the indices in `open`, in
  /// any order; `tiles` are the supplies of the level's tiles. The first bound is quick, the second sharp.
  double quick_tile_bound(const SupplyFront& tiles);
  double tile_bound(const std::vector<Loop>& loops, std::uint32_t open, const SupplyFront& tiles);

  /// `supplies` and `tile_bound` need to know that only levels are further out.
  bool bounds_tiles(std::size_t stage) const { return copies_outside_[stage] == 1; }

  /// The indices that a stage may have a loop over, as a mask.
  std::uint32_t loops_at(std::size_t stage) const { return loops_at_[stage]; }

  /// Takes note of what a level outside the chosen part keeps (a mask of tensors), or that this is open again.
  void decide_keeps(std::size_t stage, std::uint32_t mask);
  void forget_keeps(std::size_t stage);
  const std::vector<std::uint32_t>& decided_keeps() const { return keeps_; }

  /// The supplies of all tiles that fit a level, once they are known: part of every bound without that level. Without
  /// points: nothing is known.
  void set_front(std::size_t stage, const SupplyFront* front);
  bool knows_supplies(std::size_t stage) const { return fronts_[stage] != nullptr; }
  /// The least of the last `bound` without that front and the tensor that passes it.
  double least_without_front(std::size_t stage);
  /// Would the last `bound` be below the limit if the level's tiles had this supply?
  bool reaches(std::size_t stage, const Supply& supply, double limit) const;
  /// The tensors that a level does not keep but the next level outwards does: their words pass the level.
  std::vector<std::size_t> passing(std::size_t stage) const;
  /// Is none of these kept further in, outside all fanouts?
  bool passes_unkept(std::size_t stage) const;

 private:
  using Outside = PartialNest::Outside;
  using Way = PartialNest::Way;

  /// What one tensor costs at each stage, per element.
  struct Table {
    std::vector<double> serve, drain, fill, update, hop, bits;
    std::vector<double> chain_hop;          ///< of an output along a chain, where `hop` is 0
    std::vector<double> supply;             ///< the least that bringing every element to a stage (and back) costs
    std::vector<bool> may_keep, must_keep;  ///< as far as it is decided
    std::vector<bool> free_may_keep, free_must_keep;  ///< by the machine file
    double elements = 0.0;                            ///< of the whole tensor
    double most_elements = 0.0;                       ///< as bounding boxes count them
  };

  /// An axis with a sum of two indices: their sizes, and all positions of the axis.
  struct Window {
    std::size_t a = 0, b = 0;
    double size_a = 0.0, size_b = 0.0, positions = 1.0;
  };

  Table table(std::size_t tensor, const Prices& prices) const;
  std::vector<Window> windows(std::size_t tensor) const;
  std::uint32_t loops_of(const Stage& stage) const;
  void collect_outside();
  bool can_cover(std::size_t stage, std::size_t index, std::int64_t left) const;
  double least_delay() const;
  OrderedPair nothing();
  void collect_tile_keeps(const Mapping& mapping);
  bool can_cover_rest(const std::vector<Loop>& loops, std::uint32_t open) const;
  void add_supply(Table& table, bool is_output) const;
  void collect_ways(const Mapping& mapping, std::size_t outermost);
  Parts inner_energy(std::size_t tensor, const std::vector<Way>& ways);
  /// An output's words under a free hand-off: what they cost up to the stage `at`, and how many arrive there.
  struct Sums {
    double energy = 0.0, words = 0.0;
    std::size_t at = 0;
  };

  bool is_handed_on(std::size_t tensor) const;
  double addition(std::size_t tensor, std::size_t stage) const;
  double cheapest_addition(std::size_t tensor, std::size_t innermost) const;
  Sums handed_on(std::size_t tensor, const std::vector<Way>& ways, const std::vector<std::size_t>& from,
                 const Outside& outside);
  Parts sums_energy(std::size_t tensor, const std::vector<Way>& ways, const std::vector<std::size_t>& from,
                    const Outside& outside);
  Parts spread_sums(std::size_t tensor, const Mapping& mapping, const Copies& copies) const;
  Parts best_staying(std::size_t tensor, const std::vector<Loop>& loops, std::uint32_t moved, std::uint32_t open);
  const StageMapping& stage_of(const std::vector<Loop>& loops, std::uint32_t open);
  double least_over_innermost();
  Parts tensor_energy(std::size_t tensor, const Outside& outside);
  Parts path_energy(const Way& way, std::size_t from, const Outside& outside);
  Parts way_energy(std::size_t tensor, std::size_t way, const Outside& outside);
  double total(const std::vector<Parts>& tensors, std::size_t stages, const SupplyFront* tiles = nullptr);
  double inner_end(PartialNest& nest, const Way& way, const Outside& outside);
  double outer_end(PartialNest& nest, const Way& way, std::size_t from, const Outside& outside);
  double unfinished(PartialNest& nest, const Way& way, const Outside& outside);
  double hops(PartialNest& nest, const Way& way, std::size_t from, const Outside& outside);
  double comes_back(PartialNest& nest, const Way& way, std::int64_t moved, std::size_t apart);

  const Workload& workload_;
  const Accelerator& accelerator_;
  Objective objective_;
  std::vector<Table> tables_;
  std::vector<std::int64_t> copies_outside_;  ///< of the fanouts outside a stage
  std::vector<std::uint32_t> loops_at_;
  std::vector<std::uint32_t> loops_outside_;  ///< the indices that some stage outside a stage may have a loop over
  PartialNest nest_;
  std::vector<PartialNest> tiles_;  ///< by stage, for nests of which only one tile is known
  bool fanouts_left_ = false;
  std::vector<std::vector<Way>> ways_;          ///< of each tensor, innermost first
  std::vector<std::vector<std::size_t>> from_;  ///< the levels at the outer ends of all ways but the last
  std::vector<Parts> staying_, moving_, over_index_;

  FingerprintTable<Parts> energies_{1 << 20};  ///< of `path_energy`
  double energy_ = 0.0, delay_ = 0.0, least_delay_ = 1.0;
  std::vector<const SupplyFront*> fronts_;
  struct Share {
    double least = 0.0, adds = 0.0, rest = 0.0, apart = 0.0;
    std::array<Passing, Supply::most_passing> passing{};
  };
  std::vector<std::vector<Share>> shares_;
  std::vector<std::vector<std::size_t>> passing_at_;
  std::vector<std::size_t> tile_passing_;
  std::uint32_t passing_ = 0;                ///< the tensors that pass some level, as a mask
  std::vector<std::uint32_t> keeps_;         ///< by stage, as far as it is decided
  std::vector<std::uint32_t> tensor_keeps_;  ///< the same by tensor: two bits a stage, decided and kept

  /// What `spread_bound` knows of a tensor: its innermost tile that is still to be supplied, and how often it moves.
  struct Supplied {
    Way way;
    double inside = 0.0;                   ///< what its ways inside the chosen part cost
    std::int64_t moved = 0;                ///< words that come to the tile, at least
    bool closed = false;                   ///< some chosen loop moves the tile: all loops outside do so again
    std::vector<std::int64_t> iterations;  ///< by index, in time, where copies share all that they can
    Sums sums;                             ///< of an output under a free hand-off
  };

  Supplied supplied(std::size_t tensor);
  Parts kept_energy(std::size_t tensor, const Mapping& mapping, std::size_t keeper, const Copies& copies);
  Supply supply_under(PartialNest& nest, std::size_t stage, std::size_t innermost, std::uint32_t open,
                      const std::vector<std::size_t>& passing);
  double tile_supply(PartialNest& nest, std::size_t tensor, std::size_t stage, const Outside& outside);
  double known_supply(std::vector<std::optional<double>>& known, PartialNest& nest, std::size_t tensor,
                      std::size_t stage, Outside::Kind kind);
  double held_words(std::size_t tensor) const;
  /// A bound begins: nothing is known of what the fronts add to it.
  void forget_shares();
  /// The words of a tensor that the levels between a stage and the chosen part can hold, or its chosen tiles do.
  double most_inside(std::size_t stage, std::size_t tensor, double chosen) const;
  double capacity_words(const Level& level, std::size_t tensor) const;
  double most_held(std::size_t tensor, std::size_t keeper, const Copies& copies) const;
  double shared_words(const Supplied& supplied, const Copies& copies) const;
  double words_of_copies(std::size_t tensor, const Copies& copies) const;
  double supply_from_outside(std::size_t tensor, double words) const;
  template <class Sent>
  double least_supply(std::size_t tensor, std::size_t inner, double again, const Sent& sent) const;

  std::size_t fanout_ = 0;  ///< of `spread_bound`
  std::uint32_t open_inside_ = 0;
  std::vector<Supplied> supplied_;
  std::vector<std::int64_t> steps_;           ///< by index
  std::vector<std::vector<Window>> windows_;  ///< by tensor
  std::uint32_t boxes_with_holes_ = 0;        ///< tensors of which a tile counts more positions than it holds
  double compute_energy_ = 0.0;
  double step_ = 1.0;  ///< cycles of one

  // The level of `tile_bound`.
  std::size_t tile_stage_ = 0;
  std::uint32_t tile_keeps_ = 0;
  std::vector<std::vector<Way>> inner_ways_;
  std::vector<std::vector<std::size_t>> inner_from_;
  std::vector<Way> scratch_ways_;  // kept to spare allocations
  StageMapping scratch_stage_;
  std::vector<Parts> tile_staying_;  ///< by tensor: all loops outside the chosen part leave its tiles in place
  std::vector<std::vector<Parts>> tile_sliding_;  ///< by tensor and index: the level's innermost loop moves them
  FingerprintTable<SupplyFront> supplies_{1 << 18};
  std::vector<std::optional<double>> staying_supply_, moving_supply_;  ///< by tensor, of the tile at hand
};

/// The least that some level outside the stage `inner` costs that serves `sent(level)` words of a tensor, `again` of
/// them of an output for another time, and all that supplies that level.
template <class Sent>
double Bounder::least_supply(std::size_t tensor, std::size_t inner, double again, const Sent& sent) const {
  const Table& table = tables_[tensor];
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t outer = inner; outer-- > 0;) {
    if (table.may_keep[outer]) {
      const double serve = workload_.is_output(tensor) ? sent(outer) * table.update[outer] + again * table.serve[outer]
                                                       : sent(outer) * table.serve[outer];
      least = std::min(least, serve + table.supply[outer]);
    }
    if (table.must_keep[outer]) {
      break;
    }
  }
  return least;
}

}  // namespace pj
