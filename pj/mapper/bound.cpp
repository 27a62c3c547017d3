#include "pj/mapper/bound.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "pj/mapping/window.hpp"

namespace pj {

Value objective_pair(Objective objective, double energy, double delay) {
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
  std::int64_t copies = 1;
  for (const Stage& stage : accelerator.stages) {
    copies_outside_.push_back(copies);
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      copies *= fanout->copies();
    }
  }
  copies_outside_.push_back(copies);
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    tiles_.emplace_back(workload, accelerator, stage + 1);
  }
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
    result.serve.push_back(element.serve.value);
    result.drain.push_back(element.drain.value);
    result.fill.push_back(element.fill.value);
    result.update.push_back(element.update.value);
    result.hop.push_back(element.hop.value);
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

void Bounder::set_front(std::size_t stage, const SupplyFront* front) {
  fronts_[stage] = front;
  passing_at_[stage] = front == nullptr ? std::vector<std::size_t>{} : passing(stage);
  passing_ = 0;
  for (const auto& tensors : passing_at_) {
    for (const std::size_t tensor : tensors) {
      passing_ |= 1U << tensor;
    }
  }
}

std::vector<std::size_t> Bounder::passing(std::size_t stage) const {
  std::uint32_t kept_inside = 0;
  for (std::size_t inner = stage; inner < accelerator_.stages.size() && copies_outside_[inner] == 1 &&
                                  std::holds_alternative<Level>(accelerator_.stages[inner]);
       ++inner) {
    kept_inside |= keeps_[inner];
  }
  // A bounding box around holes is no lower bound of what the tiles inside it want.
  std::vector<std::size_t> passing;
  std::uint32_t rest = keeps_[stage - 1] & ~kept_inside & ~boxes_with_holes_;
  for (; rest != 0 && passing.size() < Supply::most_passing; rest &= rest - 1) {
    passing.push_back(static_cast<std::size_t>(std::countr_zero(rest)));
  }
  return passing;
}

void Bounder::push(const StageMapping& stage) {
  nest_.push(stage);
}

void Bounder::pop() {
  nest_.pop();
}

Value Bounder::bound(const Mapping& mapping) {
  fanouts_left_ = copies_outside_[nest_.first_stage()] > 1;
  delay_ = std::max(least_delay_, step_ * static_cast<double>(nest_.steps()) /
                                      static_cast<double>(copies_outside_[nest_.first_stage()]));
  collect_ways(mapping, nest_.first_stage());
  for (auto& shares : shares_) {
    shares.clear();
  }
  staying_.clear();
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    staying_.push_back(tensor_energy(tensor, {fanouts_left_ ? Outside::Kind::Least : Outside::Kind::Stays}));
  }
  energy_ = nest_.first_stage() > 0 && !fanouts_left_ ? least_over_innermost() : total(staying_, nest_.first_stage());
  return objective_pair(objective_, energy_, delay_);
}

/// The energy of the tensors together with the supplies of the levels outside the first so many `stages`, and of the
/// `tiles` of the one behind them.
double Bounder::total(const std::vector<Parts>& tensors, std::size_t stages, const SupplyFront* tiles) {
  double sum = compute_energy_;
  for (const Parts& tensor : tensors) {
    sum += tensor.done + tensor.open;
  }
  const auto add = [&](const SupplyFront& front, const std::vector<std::size_t>& passing) {
    Share share;
    double open = 0.0;
    for (std::size_t i = 0; i < passing.size(); ++i) {
      const Parts& passes = tensors[passing[i]];
      share.passing[i] = {passes.open, passes.holds};
      open += passes.open;
    }
    share.least = front.passes ? front.least(share.passing) : front.least({}) + open;
    sum += share.least - open;
    return share;
  };
  for (std::size_t stage = 0; stage < stages; ++stage) {
    if (fronts_[stage] != nullptr) {
      shares_[stage].push_back(add(*fronts_[stage], passing_at_[stage]));
    }
  }
  if (tiles != nullptr) {
    add(*tiles, tile_passing_);
  }
  for (std::size_t stage = 0; stage < stages; ++stage) {
    if (fronts_[stage] != nullptr) {
      shares_[stage].back().rest = sum - shares_[stage].back().least;
    }
  }
  return sum;
}

double Bounder::least_without_front(std::size_t stage) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Share& share : shares_[stage]) {
    least = std::min(least, share.rest);
  }
  return least;
}

bool Bounder::reaches(std::size_t stage, const Supply& supply, double limit) const {
  return std::any_of(shares_[stage].begin(), shares_[stage].end(),
                     [&](const Share& share) { return share.rest + supply.least(share.passing) < limit; });
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
      if (!open || !nest_.depends(tensor, index)) {
        continue;
      }
      if (nest_.slides(tensor, index)) {
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
