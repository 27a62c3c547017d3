#include "pj/mapper/bound.hpp"

#include <algorithm>
#include <limits>

#include "pj/mapping/window.hpp"

namespace pj {

OrderedPair objective_pair(Objective objective, double energy, double delay) {
  switch (objective) {
    case Objective::Energy:
      return {energy, delay};
    case Objective::Delay:
      return {delay, energy};
    case Objective::EnergyDelay:
      return {energy * delay, energy};
  }
  return {};
}

Bounder::Bounder(const Workload& workload, const Accelerator& accelerator, Objective objective)
    : workload_(workload),
      accelerator_(accelerator),
      objective_(objective),
      nest_(workload, accelerator, accelerator.stages.size()),
      ways_(workload.tensors.size()),
      from_(workload.tensors.size()),
      fronts_(accelerator.stages.size(), nullptr),
      shares_(accelerator.stages.size()),
      passing_at_(accelerator.stages.size()),
      keeps_(accelerator.stages.size(), ~std::uint32_t{0}),
      tensor_keeps_(workload.tensors.size(), 0) {
  const Prices price = prices(workload, accelerator);
  for (std::size_t tensor = 0; tensor < workload.tensors.size(); ++tensor) {
    tables_.push_back(table(tensor, price));
    windows_.push_back(windows(tensor));
    for (const Axis& axis : workload.tensors[tensor].axes) {
      const bool holes = std::any_of(axis.begin(), axis.end(), [](const Term& term) { return term.coefficient > 1; });
      const bool boxes = accelerator.conventions.halo == Conventions::Halo::InnermostOnly;
      boxes_with_holes_ |= boxes && holes ? 1U << tensor : 0;
    }
  }
  compute_energy_ = static_cast<double>(workload.macs()) * price.operation.value;
  step_ = price.step;
  least_delay_ = least_delay();
  collect_outside();
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    tiles_.emplace_back(workload, accelerator, stage + 1);
  }
}

/// The indices that a stage may have a loop over, as a mask.
std::uint32_t Bounder::loops_of(const Stage& stage) const {
  std::uint32_t loops = 0;
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    const std::string& name = workload_.indices[index].name;
    const auto* fanout = std::get_if<Fanout>(&stage);
    const bool may_loop = fanout == nullptr ? admits(std::get<Level>(stage).loops, name)
                                            : std::any_of(fanout->axes.begin(), fanout->axes.end(),
                                                          [&](const auto& axis) { return admits(axis.indices, name); });
    loops |= may_loop ? 1U << index : 0;
  }
  return loops;
}

/// What the stages outside each stage have to offer.
void Bounder::collect_outside() {
  std::int64_t copies = 1;
  std::uint32_t loops = 0;
  for (const Stage& stage : accelerator_.stages) {
    copies_outside_.push_back(copies);
    loops_outside_.push_back(loops);
    const auto* fanout = std::get_if<Fanout>(&stage);
    copies *= fanout != nullptr ? fanout->copies() : 1;
    loops_at_.push_back(loops_of(stage));
    loops |= loops_at_.back();
  }
  copies_outside_.push_back(copies);
  loops_outside_.push_back(loops);
}

/// Can the stages outside run through so many tiles of the index?
bool Bounder::can_cover(std::size_t stage, std::size_t index, std::int64_t left) const {
  return left == 1 || (loops_outside_[stage] >> index & 1U) != 0;
}

/// Every input is read from the outermost level once, and every output written there.
double Bounder::least_delay() const {
  const auto& outermost = std::get<Level>(accelerator_.stages.front());
  double read = 0.0;
  double written = 0.0;
  for (std::size_t tensor = 0; tensor < tables_.size(); ++tensor) {
    (workload_.is_output(tensor) ? written : read) += tables_[tensor].elements * tables_[tensor].bits.front();
  }
  const auto time = [](double bits, const std::optional<double>& bandwidth) {
    return bandwidth ? bits / *bandwidth : 0.0;
  };
  return std::max({step_, time(read, outermost.read_bandwidth), time(written, outermost.write_bandwidth),
                   time(read + written, outermost.bandwidth)});
}

Bounder::Table Bounder::table(std::size_t tensor, const Prices& prices) const {
  const Operand& operand = workload_.tensors[tensor];
  Table result;
  for (std::size_t stage = 0; stage < accelerator_.stages.size(); ++stage) {
    const auto* level = std::get_if<Level>(&accelerator_.stages[stage]);
    const Prices::Element& element = prices.stages[stage][tensor];
    const auto* fanout = std::get_if<Fanout>(&accelerator_.stages[stage]);
    const bool chain = fanout != nullptr && fanout->chain && workload_.is_output(tensor);
    const bool free_fill = accelerator_.conventions.free_handoff && !workload_.is_output(tensor);
    result.serve.push_back(element.serve.value);
    result.drain.push_back(element.drain.value);
    result.fill.push_back(free_fill ? 0.0 : element.fill.value);
    result.update.push_back(element.update.value);
    result.hop.push_back(chain ? 0.0 : element.hop.value);
    result.chain_hop.push_back(chain ? element.hop.value : 0.0);
    result.bits.push_back(element.bits);
    result.may_keep.push_back(level != nullptr && may_keep(*level, operand.name));
    result.must_keep.push_back(level != nullptr && (stage == 0 || must_keep(*level, operand.name)));
  }
  result.free_may_keep = result.may_keep;
  result.free_must_keep = result.must_keep;
  std::vector<std::int64_t> whole;
  for (const Index& index : workload_.indices) {
    whole.push_back(index.size);
  }
  // Bounding boxes only add positions, so the exact footprint bounds both conventions.
  result.elements = static_cast<double>(tile_words(workload_, tensor, whole));
  const bool boxes = accelerator_.conventions.halo == Conventions::Halo::InnermostOnly;
  result.most_elements = static_cast<double>(tile_words(workload_, tensor, whole, boxes));
  add_supply(result, workload_.is_output(tensor));
  return result;
}

std::vector<Bounder::Window> Bounder::windows(std::size_t tensor) const {
  std::vector<Window> result;
  for (const Axis& axis : workload_.tensors[tensor].axes) {
    std::vector<std::int64_t> whole(workload_.indices.size(), 1);
    std::vector<std::size_t> varying;
    for (const Term& term : axis) {
      whole[term.index] = workload_.indices[term.index].size;
      if (whole[term.index] > 1) {
        varying.push_back(term.index);
      }
    }
    if (varying.size() == 2) {
      result.push_back({varying[0], varying[1], static_cast<double>(whole[varying[0]]),
                        static_cast<double>(whole[varying[1]]),
                        static_cast<double>(window_size(workload_, axis, whole, false))});
    }
  }
  return result;
}

/// supply(j) = V · fill(j) + min over the next outer keeper k of V · serve(k) + supply(k), and for an output the
/// same with the directions swapped: every element crosses every boundary on its way at least once.
void Bounder::add_supply(Table& table, bool is_output) const {
  const double volume = table.elements;
  const bool drains = accelerator_.conventions.drain_reads;
  table.supply.clear();
  for (std::size_t stage = 0; stage < accelerator_.stages.size(); ++stage) {
    double least = stage == 0 ? 0.0 : std::numeric_limits<double>::infinity();
    for (std::size_t outer = stage; outer-- > 0;) {
      if (table.may_keep[outer]) {
        least = std::min(least, volume * (is_output ? table.update[outer] : table.serve[outer]) + table.supply[outer]);
      }
      if (table.must_keep[outer]) {
        break;
      }
    }
    const double here = stage == 0 ? 0.0 : is_output ? (drains ? table.drain[stage] : 0.0) : table.fill[stage];
    table.supply.push_back(volume * here + least);
  }
}

void Bounder::decide_keeps(std::size_t stage, std::uint32_t mask) {
  keeps_[stage] = mask;
  for (std::size_t tensor = 0; tensor < tables_.size(); ++tensor) {
    Table& table = tables_[tensor];
    table.may_keep[stage] = table.must_keep[stage] = (mask >> tensor & 1U) != 0;
    tensor_keeps_[tensor] = (tensor_keeps_[tensor] & ~(3U << 2 * stage)) | (2U + (mask >> tensor & 1U)) << 2 * stage;
    add_supply(table, workload_.is_output(tensor));
  }
}

void Bounder::forget_keeps(std::size_t stage) {
  keeps_[stage] = ~std::uint32_t{0};
  for (std::size_t tensor = 0; tensor < tables_.size(); ++tensor) {
    Table& table = tables_[tensor];
    tensor_keeps_[tensor] &= ~(3U << 2 * stage);
    table.may_keep[stage] = table.free_may_keep[stage];
    table.must_keep[stage] = table.free_must_keep[stage];
    add_supply(table, workload_.is_output(tensor));
  }
}

void Bounder::push(const StageMapping& stage) {
  nest_.push(stage);
}

void Bounder::pop() {
  nest_.pop();
}

OrderedPair Bounder::bound(const Mapping& mapping) {
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    if (!can_cover(nest_.first_stage(), index, nest_.left(index))) {
      return nothing();
    }
  }
  fanouts_left_ = copies_outside_[nest_.first_stage()] > 1;
  delay_ = std::max(least_delay_, step_ * static_cast<double>(nest_.steps()) /
                                      static_cast<double>(copies_outside_[nest_.first_stage()]));
  collect_ways(mapping, nest_.first_stage());
  forget_shares();
  staying_.clear();
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    staying_.push_back(tensor_energy(tensor, {fanouts_left_ ? Outside::Kind::Least : Outside::Kind::Stays}));
  }
  energy_ = nest_.first_stage() > 0 && !fanouts_left_ ? least_over_innermost() : total(staying_, nest_.first_stage());
  return objective_pair(objective_, energy_, delay_);
}

/// The bound of no mapping at all.
OrderedPair Bounder::nothing() {
  energy_ = delay_ = std::numeric_limits<double>::infinity();
  return {energy_, delay_};
}

/// The ways of every tensor, as far as the loops from `outermost` inwards decide them.
void Bounder::collect_ways(const Mapping& mapping, std::size_t outermost) {
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    ways_[tensor].assign(1, nest_.way(tensor, accelerator_.stages.size(), outermost));
    from_[tensor].clear();
    for (std::size_t stage = accelerator_.stages.size(); stage-- > outermost;) {
      if (!mapping.stages[stage].keeps.empty() && mapping.stages[stage].keeps[tensor]) {
        from_[tensor].push_back(stage);
        ways_[tensor].push_back(nest_.way(tensor, stage, outermost));
      }
    }
  }
}

bool Bounder::copies_meet(std::size_t index, const std::vector<bool>& keeps) const {
  const bool boxes = accelerator_.conventions.halo == Conventions::Halo::InnermostOnly;
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    if (nest_.slides(tensor, index) && (boxes || !keeps[tensor])) {
      return true;
    }
  }
  return false;
}

bool Bounder::all_closed(const Mapping& mapping) {
  collect_ways(mapping, nest_.first_stage());
  return std::none_of(ways_.begin(), ways_.end(), [](const std::vector<Way>& ways) {
    return std::any_of(ways.begin(), ways.end(), [](const Way& way) { return way.open; });
  });
}

/// The least energy where some loop is the innermost one outside the chosen part.
double Bounder::least_over_innermost() {
  double least = std::numeric_limits<double>::infinity();
  moving_.assign(staying_.size(), {-1.0, 0.0});
  for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
    if (nest_.left(index) == 1) {
      continue;
    }
    over_index_ = staying_;
    for (std::size_t tensor = 0; tensor < staying_.size(); ++tensor) {
      const bool open = std::any_of(ways_[tensor].begin(), ways_[tensor].end(), [](const Way& w) { return w.open; });
      const bool never_stays = nest_.never_stays(tensor, nest_.first_stage());
      if (!open || !(never_stays || nest_.depends(tensor, index))) {
        continue;
      }
      if (!never_stays && nest_.slides(tensor, index)) {
        over_index_[tensor] = tensor_energy(tensor, {Outside::Kind::Slides, index});
        continue;
      }
      if (moving_[tensor].done < 0.0) {
        moving_[tensor] = tensor_energy(tensor, {Outside::Kind::Moves});
      }
      over_index_[tensor] = moving_[tensor];
    }
    least = std::min(least, total(over_index_, nest_.first_stage()));
  }
  return least == std::numeric_limits<double>::infinity() ? total(staying_, nest_.first_stage()) : least;
}

Bounder::Parts Bounder::tensor_energy(std::size_t tensor, const Outside& outside) {
  if (is_handed_on(tensor)) {
    return sums_energy(tensor, ways_[tensor], from_[tensor], outside);
  }
  Parts total;
  for (std::size_t way = 0; way < ways_[tensor].size(); ++way) {
    total += way_energy(tensor, way, outside);
  }
  return total;
}

Bounder::Parts Bounder::way_energy(std::size_t tensor, std::size_t way, const Outside& outside) {
  const Way& which = ways_[tensor][way];
  if (way < from_[tensor].size()) {
    return path_energy(which, from_[tensor][way], outside);
  }
  if (nest_.first_stage() == 0) {
    return {};  // the outermost level's own tiles are at no way's inner end
  }
  Parts energy = path_energy(which, accelerator_.stages.size(), outside);
  energy.holds = which.open && (passing_ >> tensor & 1U) != 0 ? held_words(tensor) : 0.0;
  return energy;
}

}  // namespace pj
