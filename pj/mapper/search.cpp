#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"
#include "pj/mapper/bound.hpp"
#include "pj/mapper/reasons.hpp"
#include "pj/mapper/space.hpp"
#include "pj/mapper/spread.hpp"
#include "pj/mapper/symmetry.hpp"

namespace pj {

namespace {

/// Rounding in the sums of a bound must not cut the optimum.
constexpr double rounding = 1.0 - 1e-12;

/// One choice for one stage, with the bound of all mappings that begin with it.
struct Choice {
  Value bound;
  double delay = 0.0;  ///< the part of the bound
  std::vector<Loop> loops;
};

struct Range {
  std::int64_t smallest = 1, largest = 1;
};

/// More tiles than these are taken together when the supplies of a level are bounded.
constexpr double most_tiles = 100000;

/// What levels keep: for each a mask of tensors.
using KeepSet = std::vector<std::uint32_t>;

/// Branch and bound from the compute units outwards: each stage's choices are priced by a lower bound of all that
/// can follow, tried in the order of the bound, and left out once the bound reaches the best value found.
class Search {
 public:
  using Clock = std::chrono::steady_clock;

  Search(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
         Clock::time_point began)
      : began_(began),
        workload_(workload),
        accelerator_(accelerator),
        options_(options),
        bounder_(workload, accelerator, options.objective),
        factors_(workload, accelerator, options),
        symmetry_(options.rules.mirrors ? find_symmetry(workload, accelerator) : Symmetry{}) {
    mapping_.stages.resize(accelerator.stages.size());
    for (const Index& index : workload.indices) {
      left_.push_back(index.size);
    }
    whole_ = left_;
    extents_.assign(left_.size(), 1);
    for (const Stage& stage : accelerator.stages) {
      const auto* fanout = std::get_if<Fanout>(&stage);
      spreads_.push_back(fanout == nullptr ? nullptr
                                           : std::make_unique<Spreads>(workload, *fanout, factors_, options.perfect_factors));
    }
  }

  /// The best mapping, where one from a part of the space is known.
  MapperResult improve(const MapperResult& known) {
    if (known.verdict) {
      result_ = known;
      best_ = objective_pair(options_.objective, known.cost.energy().value, known.cost.cycles().value);
    }
    result_.certificate = known.certificate;
    return run();
  }

  MapperResult run() {
    open_bound_ = bounder_.bound(mapping_);
    expand(accelerator_.stages.size());
    result_.certificate.proved = !stopped_;
    if (!result_.verdict) {
      result_.verdict = Verdict::no(stopped_ ? "interrupted before a mapping was found"
                                                  : why_nothing_fits(workload_, accelerator_));
      return result_;
    }
    result_.traffic = traffic(workload_, accelerator_, result_.mapping);
    result_.cost = cost(workload_, accelerator_, result_.traffic);
    result_.certificate.lower_bound = stopped_ ? std::min(best_.first, open_bound_.first) : best_.first;
    return result_;
  }

 private:
  /// Once true, always true.
  bool interrupted() {
    stopped_ = stopped_ || (options_.interrupt != nullptr && options_.interrupt->requested()) ||
           (options_.time_limit && Clock::now() - began_ >
                                       std::chrono::duration<double>(options_.time_limit->value));
    return stopped_;
  }

  /// Where the first numbers are equal but for rounding, the second decide.
  bool can_win(const Value& bound, double delay) const {
    if (options_.most_cycles && delay * rounding > options_.most_cycles->value) {
      return false;
    }
    if (!options_.rules.bounds || !result_.verdict || bound.first < best_.first * rounding) {
      return true;
    }
    return bound.first * rounding <= best_.first && bound.second < best_.second * rounding;
  }

  /// Chooses the stages outside `inner`: a fanout together with the levels inside it, a level alone where no fanout
  /// is further out.
  void expand(std::size_t inner) {
    if (inner == 0) {
      finish();
      return;
    }
    const std::size_t fanout = innermost_fanout(inner);
    if (fanout < inner || inner == accelerator_.stages.size()) {
      expand_block(fanout, inner);
      return;
    }
    for (Choice& choice : choices(inner - 1)) {
      take(choice, inner - 1, [&] { expand(inner - 1); });
    }
  }

  /// The innermost fanout outside the stage `inner`, or `inner` where there is none.
  std::size_t innermost_fanout(std::size_t inner) const {
    for (std::size_t stage = inner; stage-- > 0;) {
      if (std::holds_alternative<Fanout>(accelerator_.stages[stage])) {
        return stage;
      }
    }
    return inner;
  }

  /// Goes on with a choice for a stage, unless its bound says that nothing better can come of it.
  template <class Next>
  void take(Choice& choice, std::size_t at, const Next& next) {
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
    const bool symmetric = std::exchange(symmetric_, symmetric_ && is_symmetric(extents_));
    next();
    symmetric_ = symmetric;
    bounder_.pop();
    step(mapping_.stages[at].loops, false);
    mapping_.stages[at].loops.clear();
  }

  /// How a fanout's copies are used and what levels keep, with the bound of all that can follow. The levels are
  /// those inside the fanout and, where no fanout is further out, all outside it.
  struct Block {
    Value bound;
    double delay = 0.0;
    const KeepSet* keeps = nullptr;
    const Copies* copies = nullptr;
  };

  void expand_block(std::size_t fanout, std::size_t inner) {
    const bool outermost = innermost_fanout(fanout) == fanout || fanout == inner;
    const std::size_t first = outermost ? 0 : fanout + 1;
    const std::vector<KeepSet> sets = keep_sets(first, inner);
    Copies one;
    one.fill(1);
    const std::vector<Copies> none{one};
    const std::vector<Copies> spreads = fanout < inner ? spreads_[fanout]->all(left_) : none;
    for (const Block& block : blocks(fanout, inner, sets, spreads)) {
      if (!can_win(block.bound, block.delay)) {
        ++result_.certificate.cut_by_bound;
        continue;
      }
      if (inner == accelerator_.stages.size() && !interrupted()) {
        open_bound_ = std::max(open_bound_, block.bound);
      }
      apply(*block.keeps, fanout, inner);
      delay_inside_ = block.delay;
      const bool symmetric = std::exchange(symmetric_, symmetric_ && is_symmetric(*block.copies));
      if (fanout < inner) {
        fill_block(fanout, inner, block);
      } else {
        for (Choice& choice : choices(inner - 1)) {
          take(choice, inner - 1, [&] { expand(inner - 1); });
        }
      }
      symmetric_ = symmetric;
    }
    for (std::size_t at = first; at < inner; ++at) {
      mapping_.stages[at].keeps.clear();
      bounder_.forget_keeps(at);
      bounder_.set_front(at, nullptr);
    }
  }

  std::vector<Block> blocks(std::size_t fanout, std::size_t inner, const std::vector<KeepSet>& sets,
                            const std::vector<Copies>& spreads) {
    std::vector<Block> found;
    if (fanout < inner) {
      bounder_.begin_spread(mapping_, fanout);
    }
    TensorParts known;
    for (const KeepSet& keeps : sets) {
      apply(keeps, fanout, inner);
      const auto parts = fanout < inner ? spread_parts(keeps, spreads, known) : std::vector<const SpreadParts*>{};
      for (std::size_t i = 0; i < spreads.size(); ++i) {
        if (is_mirrored(spreads[i])) {
          continue;
        }
        ++result_.certificate.candidates;
        const Value bound = fanout < inner ? bounder_.spread_bound(gather(parts, i), spreads[i]) : bounder_.bound(mapping_);
        if (can_win(bound, bounder_.delay_bound())) {
          found.push_back({bound, bounder_.delay_bound(), &keeps, &spreads[i]});
        } else {
          ++result_.certificate.cut_by_bound;
        }
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const Block& a, const Block& b) { return a.bound < b.bound; });
    return found;
  }

  /// What one tensor costs at each spread; and that by the tensor and the levels that keep it.
  using SpreadParts = std::vector<Bounder::Parts>;
  using TensorParts = std::map<std::pair<std::size_t, std::vector<bool>>, SpreadParts>;

  std::vector<const SpreadParts*> spread_parts(const KeepSet& keeps, const std::vector<Copies>& spreads,
                                               TensorParts& known) {
    std::vector<const SpreadParts*> result;
    for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
      std::vector<bool> kept;
      for (const std::uint32_t mask : keeps) {
        kept.push_back((mask >> tensor & 1U) != 0);
      }
      const auto [parts, is_new] = known.try_emplace({tensor, std::move(kept)});
      for (std::size_t i = 0; is_new && i < spreads.size(); ++i) {
        parts->second.push_back(bounder_.spread_energy(tensor, mapping_, spreads[i]));
      }
      result.push_back(&parts->second);
    }
    return result;
  }

  const std::vector<Bounder::Parts>& gather(const std::vector<const SpreadParts*>& parts, std::size_t spread) {
    gathered_.clear();
    for (const SpreadParts* tensor : parts) {
      gathered_.push_back((*tensor)[spread]);
    }
    return gathered_;
  }

  /// Does swapping the indices of a symmetry give an earlier choice of equal cost? So far everything chosen inside is its
  /// own mirror image.
  template <class Numbers>
  bool is_mirrored(const Numbers& numbers) const {
    for (const auto& [a, b] : symmetry_) {
      if (!symmetric_ || numbers[a] != numbers[b]) {
        return symmetric_ && numbers[a] < numbers[b];
      }
    }
    return false;
  }

  template <class Numbers>
  bool is_symmetric(const Numbers& numbers) const {
    return std::all_of(symmetry_.begin(), symmetry_.end(),
                       [&](const auto& pair) { return numbers[pair.first] == numbers[pair.second]; });
  }

  void apply(const KeepSet& keeps, std::size_t fanout, std::size_t inner) {
    const std::size_t first = inner - keeps.size();
    for (std::size_t at = first; at < inner; ++at) {
      if (const auto* level = std::get_if<Level>(&accelerator_.stages[at])) {
        set_keeps(*level, at, keeps[at - first]);
        if (at < fanout) {
          bounder_.decide_keeps(at, keeps[at - first]);
        }
      }
    }
    for (std::size_t at = std::max<std::size_t>(first, 1); options_.rules.supplies && at < std::min(fanout, inner); ++at) {
      bounder_.set_front(at, &front(std::get<Level>(accelerator_.stages[at]), at, keeps[at - first]));
    }
  }

  /// Takes a stage's loops into the counts of what is left, or out again.
  void step(const std::vector<Loop>& loops, bool in) {
    for (const Loop& loop : loops) {
      auto& extent = extents_[loop.index];
      extent = in ? extent * loop.factor : extent / loop.factor;
      left_[loop.index] = ceil_div(workload_.indices[loop.index].size, extent);
    }
  }

  void finish() {
    ++result_.certificate.complete;
    const Cost priced = cost(workload_, accelerator_, traffic(workload_, accelerator_, mapping_));
    const Value value = objective_pair(options_.objective, priced.energy().value, priced.cycles().value);
    if (options_.most_cycles && priced.cycles() > *options_.most_cycles) {
      return;
    }
    if (!result_.verdict || value < best_) {
      result_.verdict = Verdict::yes();
      result_.mapping = mapping_;
      best_ = value;
    }
  }

  /// Every choice of what the levels from the stage `first` to `inner` keep, outermost first; 0 for a fanout.
  std::vector<KeepSet> keep_sets(std::size_t first, std::size_t inner) {
    std::vector<KeepSet> sets{{}};
    for (std::size_t at = first; at < inner; ++at) {
      const auto* level = std::get_if<Level>(&accelerator_.stages[at]);
      std::vector<KeepSet> longer;
      for (std::uint32_t mask = level == nullptr ? 1 : 1U << workload_.tensors.size(); mask-- > 0;) {
        if (level == nullptr || set_keeps(*level, at, mask)) {
          for (KeepSet set : sets) {
            set.push_back(mask);
            longer.push_back(std::move(set));
          }
        }
      }
      sets = std::move(longer);
    }
    return sets;
  }

  /// Chooses the levels from `inner` out to the fanout, and then lays out the fanout's copies.
  void fill_block(std::size_t fanout, std::size_t inner, const Block& block) {
    const std::size_t at = inner - 1;
    if (at == fanout) {
      if (auto loops = spreads_[fanout]->loops(*block.copies, left_)) {
        Choice choice{block.bound, delay_inside_, std::move(*loops)};
        take(choice, fanout, [&] { expand(fanout); });
      }
      return;
    }
    std::vector<Choice> found;
    block_ = &block;
    fanout_ = fanout;
    spread_loops_ = {};
    for (std::size_t index = 0; index < left_.size(); ++index) {
      if ((*block.copies)[index] > 1) {
        spread_loops_.loops.push_back({index, (*block.copies)[index]});
      }
    }
    orders_are_equal_ = bounder_.all_closed(mapping_);
    tile(std::get<Level>(accelerator_.stages[at]), at, 0, found);
    block_ = nullptr;
    sort(found);
    for (Choice& choice : found) {
      take(choice, at, [&] { fill_block(fanout, at, block); });
    }
  }

  static void sort(std::vector<Choice>& choices) {
    std::stable_sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) { return a.bound < b.bound; });
  }

  /// The choices for a level with no fanout further out.
  std::vector<Choice> choices(std::size_t at) {
    std::vector<Choice> found;
    if (at > 0) {
      bounder_.begin_tile(mapping_, at);
    }
    tile(std::get<Level>(accelerator_.stages[at]), at, 0, found);
    sort(found);
    return found;
  }

  void price(std::size_t at, const Value& bound, std::vector<Choice>& found) {
    ++result_.certificate.candidates;
    if (can_win(bound, bounder_.delay_bound())) {
      found.push_back({bound, bounder_.delay_bound(), mapping_.stages[at].loops});
    } else {
      ++result_.certificate.cut_by_bound;
    }
  }

  /// Chooses the tensors that a level keeps; false where the machine does not allow this set.
  bool set_keeps(const Level& level, std::size_t at, std::size_t mask) {
    auto& keeps = mapping_.stages[at].keeps;
    keeps.assign(workload_.tensors.size(), false);
    for (std::size_t t = 0; t < keeps.size(); ++t) {
      keeps[t] = (mask >> t & 1) != 0;
      const std::string& name = workload_.tensors[t].name;
      if (keeps[t] ? !may_keep(level, name) : at == 0 || must_keep(level, name)) {
        return false;
      }
    }
    return true;
  }

  /// Chooses a factor for each index from `index` on, and prices the result in every useful order.
  void tile(const Level& level, std::size_t at, std::size_t index, std::vector<Choice>& found) {
    if (index == left_.size()) {
      order(at, found);
      return;
    }
    const std::int64_t tiles = left_[index];
    const std::int64_t extent = extents_[index];
    if (interrupted()) {
      return;
    }
    const std::vector<std::int64_t> factors = fitting_factors(level, at, index);
    bool cut = false;
    for (std::size_t i = factors.size(); i-- > 0;) {
      // Among the factors that leave several tiles, a smaller one serves every tile that is kept less: once one is
      // cut, those below it are, down to 1, which leaves the choice to the levels outside.
      if (cut && factors[i] > 1) {
        continue;
      }
      set(at, index, factors[i], extent * factors[i], 0);
      const bool can_win = tile_can_win(at, index + 1);
      cut = cut || (!can_win && left_[index] > 1 && factors_.is_monotone(index));
      if (can_win) {
        tile(level, at, index + 1, found);
      }
      unset(at, index, factors[i], extent, tiles);
    }
  }

  /// The factors of an index that the level allows and whose tiles fit; larger ones need more.
  std::vector<std::int64_t> fitting_factors(const Level& level, std::size_t at, std::size_t index) {
    const std::string& name = workload_.indices[index].name;
    const bool allowed = admits(level.loops, name);
    const bool whole = std::find(level.whole.begin(), level.whole.end(), name) != level.whole.end();
    const std::int64_t extent = extents_[index];
    std::vector<std::int64_t> fitting;
    for (const std::int64_t factor : factors_.of(index, left_[index])) {
      const bool covers = extent * factor >= workload_.indices[index].size;
      if ((factor > 1 && !allowed) || ((at == 0 || whole) && !covers) ||
          !leaves_copies(at, index, ceil_div(left_[index], factor))) {
        continue;
      }
      extents_[index] = extent * factor;
      if (!fits_so_far(level, at)) {
        ++result_.certificate.cut_by_capacity;
        break;
      }
      fitting.push_back(factor);
    }
    extents_[index] = extent;
    return fitting;
  }

  /// The supplies of all tiles that fit a level which keeps the tensors in the mask.
  const SupplyFront& front(const Level& level, std::size_t at, std::uint32_t mask) {
    KeepSet keeps = bounder_.decided_keeps();
    keeps.push_back(static_cast<std::uint32_t>(at));
    const auto [known, is_new] = fronts_.try_emplace(std::move(keeps));
    if (is_new) {
      const auto extents = std::exchange(extents_, std::vector<std::int64_t>(extents_.size(), 1));
      known->second.passing = bounder_.passing(at);
      extend_front(level, at, mask, extent_ranges(), whole_, known->second);
      extents_ = extents;
    }
    return known->second;
  }

  /// For each index the extents that tiles can have, in ranges from a smallest to a largest one. There are at most
  /// `most_tiles` tiles of such ranges.
  std::vector<std::vector<Range>> extent_ranges() {
    std::vector<std::vector<Range>> ranges(whole_.size());
    double tiles = 1.0;
    for (std::size_t index = 0; index < whole_.size(); ++index) {
      for (const std::int64_t extent : factors_.of(index, whole_[index])) {
        ranges[index].push_back({extent, extent});
      }
      tiles *= static_cast<double>(ranges[index].size());
    }
    while (tiles > most_tiles) {
      auto& longest = *std::max_element(ranges.begin(), ranges.end(),
                                        [](const auto& a, const auto& b) { return a.size() < b.size(); });
      tiles /= static_cast<double>(longest.size());
      for (std::size_t i = 0; i < longest.size(); ++i) {
        const Range upper = i + 1 < longest.size() ? longest[i + 1] : longest[i];
        longest[i].largest = upper.largest;
        longest.erase(longest.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                      longest.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, longest.size())));
      }
      tiles *= static_cast<double>(longest.size());
    }
    return ranges;
  }

  /// Chooses an extent of each index from that on which has not been chosen; `extents_` are the smallest, `largest` the
  /// largest of their ranges. No tile of these ranges costs less than the largest, nor needs less than the smallest.
  void extend_front(const Level& level, std::size_t at, std::uint32_t keeps,
                    const std::vector<std::vector<Range>>& ranges, std::vector<std::int64_t> largest,
                    SupplyFront& front, std::size_t index = 0) {
    const auto points = bounder_.supplies_between(at, keeps, extents_, largest).points;
    if (interrupted() ||
        std::all_of(points.begin(), points.end(), [&](const Supply& point) { return front.covers(point); })) {
      return;
    }
    if (index == ranges.size()) {
      for (const Supply& point : points) {
        front.add(point);
      }
      return;
    }
    for (std::size_t i = ranges[index].size(); i-- > 0;) {
      extents_[index] = ranges[index][i].smallest;
      largest[index] = ranges[index][i].largest;
      if (fits_so_far(level, at)) {
        extend_front(level, at, keeps, ranges, largest, front, index + 1);
      }
    }
    extents_[index] = 1;
  }

  /// Can a tile of which the indices from `next` on are still open become part of a mapping better than the best?
  bool tile_can_win(std::size_t at, std::size_t next) {
    if (block_ != nullptr) {
      return block_tile_can_win(at, next);
    }
    if (at == 0 || !options_.rules.tiles) {
      return true;
    }
    std::uint32_t keeps = 0;
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      keeps |= mapping_.stages[at].keeps[t] ? 1U << t : 0;
    }
    const std::uint32_t open = ((1U << left_.size()) - 1) & ~((1U << next) - 1);
    const SupplyFront& tiles = bounder_.supplies(at, keeps, extents_, open);
    const auto wins = [&](double energy) { 
      return can_win(objective_pair(options_.objective, energy, delay_inside_), delay_inside_);
    };
    if (wins(bounder_.quick_tile_bound(tiles)) &&
        wins(bounder_.tile_bound(mapping_.stages[at].loops, open, tiles))) {
      return true;
    }
    ++result_.certificate.cut_by_bound;
    return false;
  }

  void set(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, int axis) {
    extents_[index] = extent;
    left_[index] = ceil_div(workload_.indices[index].size, extent);
    if (factor > 1) {
      mapping_.stages[at].loops.push_back({index, factor, axis});
    }
  }

  void unset(std::size_t at, std::size_t index, std::int64_t factor, std::int64_t extent, std::int64_t tiles) {
    extents_[index] = extent;
    left_[index] = tiles;
    if (factor > 1) {
      mapping_.stages[at].loops.pop_back();
    }
  }

  bool fits_so_far(const Level& level, std::size_t at) {
    if (!level.capacity && level.partitions.empty()) {
      return true;
    }
    Bits shared{0};
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      if (mapping_.stages[at].keeps[t]) {
        const Bits need = (level.double_buffered ? 2 : 1) * tile_bits(workload_, accelerator_, t, extents_);
        shared = shared + need;
        const auto own = level.partitions.find(workload_.tensors[t].name);
        if (own != level.partitions.end() && need > own->second) {
          return false;
        }
      }
    }
    return !level.partitions.empty() || shared <= *level.capacity;
  }

  void order(std::size_t at, std::vector<Choice>& found) {
    if (is_mirrored(extents_)) {
      return;
    }
    const std::vector<Loop> loops = mapping_.stages[at].loops;
    for (const auto& order : options_.rules.orders ? useful_orders(workload_, accelerator_, mapping_, at)
                                                   : all_orders(loops)) {
      mapping_.stages[at].loops = order;
      bounder_.push(mapping_.stages[at]);
      if (block_ == nullptr) {
        price(at, bounder_.bound(mapping_), found);
      } else {
        price_in_block(at, found);
      }
      bounder_.pop();
    }
    mapping_.stages[at].loops = loops;
  }

  void price_in_block(std::size_t at, std::vector<Choice>& found) {
    if (at > fanout_ + 1) {
      bounder_.begin_spread(mapping_, fanout_);
      price(at, bounder_.spread_bound(mapping_, *block_->copies), found);
    } else {
      bounder_.push(spread_loops_);
      price(at, bounder_.bound(mapping_), found);
      bounder_.pop();
    }
  }

  /// Can a tile inside a fanout, of which the indices from `next` on are still open, become part of a mapping better than
  /// the best? At best the open ones lie whole in the tiles of the copies: larger tiles never move more words.
  bool block_tile_can_win(std::size_t at, std::size_t next) {
    if (at > fanout_ + 1 || next == left_.size() || !orders_are_equal_ || !options_.rules.tiles) {
      return true;
    }
    StageMapping& tile = scratch_tile_;
    tile.loops = mapping_.stages[at].loops;
    for (std::size_t index = next; index < left_.size(); ++index) {
      const std::int64_t most = ceil_div(left_[index], (*block_->copies)[index]);
      if (most > 1 && (!factors_.is_monotone(index) || bounder_.shares_equal_tiles(index))) {
        return true;
      }
      if (most > 1 && admits(std::get<Level>(accelerator_.stages[at]).loops, workload_.indices[index].name)) {
        tile.loops.push_back({index, most});
      }
    }
    bounder_.push(tile);
    bounder_.push(spread_loops_);
    const Value bound = bounder_.bound(mapping_);
    const bool wins = can_win(bound, bounder_.delay_bound());
    bounder_.pop();
    bounder_.pop();
    result_.certificate.cut_by_bound += wins ? 0 : 1;
    return wins;
  }

  /// Can the copies of the block be used where a level inside the fanout leaves so many tiles?
  bool leaves_copies(std::size_t at, std::size_t index, std::int64_t tiles) const {
    const std::int64_t copies = block_ == nullptr ? 1 : (*block_->copies)[index];
    return block_ == nullptr || (at > fanout_ + 1 ? copies <= tiles : spreads_[fanout_]->pays(index, copies, tiles));
  }

  Clock::time_point began_;
  const Workload& workload_;
  const Accelerator& accelerator_;
  const MapperOptions& options_;
  Bounder bounder_;
  Factors factors_;
  Mapping mapping_;
  std::vector<std::unique_ptr<Spreads>> spreads_;  ///< by stage, of the fanouts
  std::vector<std::int64_t> left_, extents_;
  std::vector<std::int64_t> whole_;          ///< the sizes of the indices
  std::map<KeepSet, SupplyFront> fronts_;    ///< by what all levels keep, and the stage
  const Block* block_ = nullptr;  ///< whose levels are being chosen
  std::size_t fanout_ = 0;        ///< and its fanout
  MapperResult result_;
  bool stopped_ = false;
  Value best_;
  Value open_bound_;  ///< of all that is not yet searched
  double delay_inside_ = 1.0;  ///< the bound of the stages chosen so far
  std::vector<Bounder::Parts> gathered_;
  StageMapping spread_loops_, scratch_tile_;
  bool orders_are_equal_ = false;  ///< of the loops in the level that is being chosen
  Symmetry symmetry_;
  bool symmetric_ = true;  ///< the chosen part is its own mirror image
};

}  // namespace

namespace {

constexpr std::int64_t longest_window = 1 << 20;

/// The search keeps its state in tables of fixed size, and goes through the places of a window one by one.
void check_size(const Workload& workload, const Accelerator& accelerator) {
  if (workload.indices.size() > PartialNest::most_indices || accelerator.stages.size() > PartialNest::most_stages) {
    throw InputError("workload '" + workload.name + "' on " + accelerator.name + ": the mapper takes up to " +
                     std::to_string(PartialNest::most_indices) + " indices and " +
                     std::to_string(PartialNest::most_stages) + " stages");
  }
  for (const Operand& tensor : workload.tensors) {
    for (const Axis& axis : tensor.axes) {
      for (const Term& term : axis) {
        if (axis.size() > 1 && workload.indices[term.index].size > longest_window) {
          throw InputError("workload '" + workload.name + "': a window over " +
                           grouped(workload.indices[term.index].size) + " places is too long; the mapper takes up to " +
                           grouped(longest_window));
        }
      }
    }
  }
}

}  // namespace

MapperResult find_best_mapping(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options) {
  check_size(workload, accelerator);
  const auto began = std::chrono::steady_clock::now();
  if (options.perfect_factors) {
    return Search(workload, accelerator, options, began).run();
  }
  // The best of the few mappings without ragged edges is found soon, and cuts most of the others.
  MapperOptions perfect = options;
  perfect.perfect_factors = true;
  const MapperResult first = Search(workload, accelerator, perfect, began).run();
  return Search(workload, accelerator, options, began).improve(first);
}

}  // namespace pj
