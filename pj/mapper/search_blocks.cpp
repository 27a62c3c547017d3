#include <algorithm>

#include "pj/mapper/search.hpp"

namespace pj {

void Search::expand_block(std::size_t fanout, std::size_t inner) {
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
    const bool symmetric = std::exchange(symmetric_, symmetric_ && is_symmetric(symmetry_, *block.copies));
    if (fanout < inner) {
      bounder_.begin_spread(mapping_, fanout);
      bounder_.spread_bound(mapping_, *block.copies);
      if (!bounder_.bounds_tiles(fanout) ||
          supplies_can_win(fanout, *block.copies, ~bounder_.open_inside(), bounder_.delay_bound())) {
        fill_block(fanout, inner, block);
      }
    } else {
      expand_level(inner - 1);
    }
    symmetric_ = symmetric;
  }
  for (std::size_t at = first; at < inner; ++at) {
    mapping_.stages[at].keeps.clear();
    bounder_.forget_keeps(at);
    bounder_.set_front(at, nullptr);
  }
}

std::vector<Search::Block> Search::blocks(std::size_t fanout, std::size_t inner, const std::vector<KeepSet>& sets,
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
      if (symmetric_ && is_mirrored(symmetry_, spreads[i])) {
        continue;
      }
      ++result_.certificate.candidates;
      const OrderedPair bound =
          fanout < inner ? bounder_.spread_bound(gather(parts, i), spreads[i]) : bounder_.bound(mapping_);
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

std::vector<const Search::SpreadParts*> Search::spread_parts(const KeepSet& keeps, const std::vector<Copies>& spreads,
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

const Search::SpreadParts& Search::gather(const std::vector<const SpreadParts*>& parts, std::size_t spread) {
  gathered_.clear();
  for (const SpreadParts* tensor : parts) {
    gathered_.push_back((*tensor)[spread]);
  }
  return gathered_;
}

void Search::apply(const KeepSet& keeps, std::size_t fanout, std::size_t inner) {
  const std::size_t first = inner - keeps.size();
  for (std::size_t at = first; at < inner; ++at) {
    if (const auto* level = std::get_if<Level>(&accelerator_.stages[at])) {
      set_keeps(*level, at, keeps[at - first]);
      if (at < fanout) {
        bounder_.decide_keeps(at, keeps[at - first]);
      }
    }
  }
  for (std::size_t at = std::max<std::size_t>(first, 1); options_.rules.supplies && at < std::min(fanout, inner);
       ++at) {
    bounder_.set_front(at, &front(at));
  }
}

/// Every choice of what the levels from the stage `first` to `inner` keep, outermost first; 0 for a fanout.
std::vector<Search::KeepSet> Search::keep_sets(std::size_t first, std::size_t inner) {
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

/// Chooses the tensors that a level keeps; false where the machine does not allow this set.
bool Search::set_keeps(const Level& level, std::size_t at, std::size_t mask) {
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

/// Chooses the levels from `inner` out to the fanout, and then lays out the fanout's copies.
void Search::fill_block(std::size_t fanout, std::size_t inner, const Block& block) {
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

}  // namespace pj
