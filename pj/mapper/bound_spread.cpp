#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/mapper/bound.hpp"

namespace pj {

namespace {

/// The sums of elements of two sets, added up over `a` × `b` pairs of sets that cut the two indices: by |A + B| ≥ |A| +
/// |B| − 1 at least this many.
double sums(double size_a, double size_b, double a, double b) {
  return size_a * b + size_b * a - a * b;
}

}  // namespace

void Bounder::begin_spread(const Mapping& mapping, std::size_t fanout) {
  fanout_ = fanout;
  fanouts_left_ = true;
  open_inside_ = 0;
  for (std::size_t stage = fanout + 1; stage < nest_.first_stage(); ++stage) {
    for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
      const auto* level = std::get_if<Level>(&accelerator_.stages[stage]);
      open_inside_ |= level == nullptr || admits(level->loops, workload_.indices[index].name) ? 1U << index : 0;
    }
  }
  collect_ways(mapping, nest_.first_stage());
  supplied_.clear();
  steps_.clear();
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    supplied_.push_back(supplied(tensor));
  }
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    steps_.push_back(nest_.steps(index));
  }
}

Bounder::Supplied Bounder::supplied(std::size_t tensor) {
  const Outside least{Outside::Kind::Least};
  Supplied result;
  if (is_handed_on(tensor)) {
    result.sums = handed_on(tensor, ways_[tensor], from_[tensor], least);
    return result;
  }
  const auto& ways = ways_[tensor];
  for (std::size_t way = 0; way + 1 < ways.size(); ++way) {
    result.inside += way_energy(tensor, way, least).done;
  }
  result.way = ways.back();
  result.inside += inner_end(nest_, result.way, least) + hops(nest_, result.way, nest_.first_stage(), least);
  result.moved = nest_.moved(result.way, nest_.first_stage(), least, false);
  result.closed = !result.way.open;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    result.iterations.push_back(nest_.iterations(result.way, index));
  }
  return result;
}

OrderedPair Bounder::spread_bound(const Mapping& mapping, const Copies& copies) {
  over_index_.clear();
  for (std::size_t tensor = 0; tensor < supplied_.size(); ++tensor) {
    over_index_.push_back(spread_energy(tensor, mapping, copies));
  }
  return spread_bound(over_index_, copies);
}

OrderedPair Bounder::spread_bound(const std::vector<Parts>& tensors, const Copies& copies) {
  for (std::size_t index = 0; index < steps_.size(); ++index) {
    const bool inside = open_inside_ >> index & 1U;
    if (!inside && !can_cover(fanout_, index, ceil_div(nest_.left(index), copies[index]))) {
      return nothing();
    }
  }
  forget_shares();
  energy_ = total(tensors, fanout_);
  double cycles = step_;
  for (std::size_t index = 0; index < steps_.size(); ++index) {
    cycles *= static_cast<double>(ceil_div(steps_[index], copies[index]));
  }
  delay_ = std::max(least_delay_, cycles / static_cast<double>(copies_outside_[fanout_]));
  return objective_pair(objective_, energy_, delay_);
}

Bounder::Parts Bounder::spread_energy(std::size_t tensor, const Mapping& mapping, const Copies& copies) {
  if (is_handed_on(tensor)) {
    return spread_sums(tensor, mapping, copies);
  }
  const Supplied& tile = supplied_[tensor];
  for (std::size_t stage = nest_.first_stage(); stage-- > fanout_ + 1;) {
    if (mapping.stages[stage].keeps[tensor]) {
      return kept_energy(tensor, mapping, stage, copies);
    }
  }
  const auto& fanout = std::get<Fanout>(accelerator_.stages[fanout_]);
  const bool shares = workload_.is_output(tensor) ? fanout.reduction : fanout.multicast;
  const auto moved = static_cast<double>(tile.moved);
  const double sent = shares ? shared_words(tile, copies) : moved;
  return {tile.inside + moved * tables_[tensor].hop[fanout_], supply_from_outside(tensor, sent),
          tile.closed ? 0.0 : most_held(tensor, accelerator_.stages.size(), copies)};
}

/// `begun` is the most first visits of an output that need no partial sum: each copy has its own where copies meet.
/// The first level that keeps the tensor serves its tile inside; it, and the levels further out, must see every
/// element that a copy works on once for each such copy.
Bounder::Parts Bounder::kept_energy(std::size_t tensor, const Mapping& mapping, std::size_t keeper,
                                    const Copies& copies) {
  const Table& table = tables_[tensor];
  const Supplied& tile = supplied_[tensor];
  const bool is_output = workload_.is_output(tensor);
  const double words = words_of_copies(tensor, copies);
  const auto moved = static_cast<double>(tile.moved);
  double begun = table.most_elements * static_cast<double>(copies_outside_[fanout_]);
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    const bool meet = !nest_.depends(tensor, index) || nest_.slides(tensor, index);
    begun *= meet ? static_cast<double>(copies[index]) : 1.0;
  }
  double energy = tile.inside;
  energy += is_output ? moved * table.update[keeper] + std::max(0.0, moved - begun) * table.serve[keeper]
                      : moved * table.serve[keeper];
  const bool drains = accelerator_.conventions.drain_reads;
  for (std::size_t stage = keeper + 1; stage-- > fanout_ + 1;) {
    if (mapping.stages[stage].keeps[tensor]) {
      energy += words * (!is_output ? table.fill[stage] : drains ? table.drain[stage] : 0.0);
      energy += stage == keeper ? 0.0 : words * (is_output ? table.update[stage] : table.serve[stage]);
    }
  }
  const auto& fanout = std::get<Fanout>(accelerator_.stages[fanout_]);
  const bool shares = is_output ? fanout.reduction : fanout.multicast;
  return {energy + words * table.hop[fanout_], supply_from_outside(tensor, shares ? table.elements : words),
          most_held(tensor, keeper, copies)};
}

/// The words of a tensor that a level can hold.
double Bounder::capacity_words(const Level& level, std::size_t tensor) const {
  const auto own = level.partitions.find(workload_.tensors[tensor].name);
  const auto bits = own != level.partitions.end() ? std::optional(own->second) : level.capacity;
  return bits ? static_cast<double>(bits->value / workload_.tensors[tensor].bits_inside()) : tables_[tensor].elements;
}

/// The words of a tensor that the copies of a level can hold, or of its chosen tile where the level is none.
double Bounder::most_held(std::size_t tensor, std::size_t keeper, const Copies& copies) const {
  double most = 0.0;
  if (keeper == accelerator_.stages.size()) {
    most = held_words(tensor);
  } else {
    most = capacity_words(std::get<Level>(accelerator_.stages[keeper]), tensor);
  }
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    most *= static_cast<double>(copies[index]);
  }
  return most;
}

/// The words of all moves of a tile, at least, where copies that want the same words at one step share them: the
/// iterations over an index that the tensor does not depend on are divided by the copies.
double Bounder::shared_words(const Supplied& supplied, const Copies& copies) const {
  double words = tables_[supplied.way.tensor].elements;
  if (!supplied.closed) {
    return words;
  }
  const auto moves = [&](std::size_t index) {
    return static_cast<double>(ceil_div(supplied.iterations[index], copies[index]));
  };
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    words *= nest_.depends(supplied.way.tensor, index) ? 1.0 : moves(index);
  }
  for (const Window& window : windows_[supplied.way.tensor]) {
    if (supplied.way.slide_stage == PartialNest::most_stages) {
      words *= std::max(1.0, sums(window.size_a, window.size_b, moves(window.a), moves(window.b)) / window.positions);
    }
  }
  return words;
}

/// The words that the copies work on, at least, each counted for every copy.
double Bounder::words_of_copies(std::size_t tensor, const Copies& copies) const {
  double words = tables_[tensor].elements;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    words *= nest_.depends(tensor, index) ? 1.0 : static_cast<double>(copies[index]);
  }
  for (const Window& window : windows_[tensor]) {
    const auto a = static_cast<double>(copies[window.a]);
    const auto b = static_cast<double>(copies[window.b]);
    words *= std::max(1.0, sums(window.size_a, window.size_b, a, b) / window.positions);
  }
  return words;
}

/// The least that it costs to serve these words across the fanout, and to bring every element to the level that does.
double Bounder::supply_from_outside(std::size_t tensor, double words) const {
  const Table& table = tables_[tensor];
  const std::int64_t copies = copies_outside_[fanout_];
  const double again = copies > 1 ? 0.0 : std::max(0.0, words - table.most_elements);
  return least_supply(tensor, fanout_, again, [&](std::size_t outer) {
    // Copies of fanouts further out may share, too: of k sets the union is at least their sum divided by k.
    return std::max(table.elements, words / static_cast<double>(copies / copies_outside_[outer]));
  });
}

}  // namespace pj
