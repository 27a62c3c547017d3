#include "pj/mapper/bound.hpp"

#include <algorithm>
#include <limits>

namespace pj {

namespace {

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

double scaled(std::int64_t count, double energy) { return static_cast<double>(count) * energy; }

}  // namespace

Bounder::Bounder(const Workload& workload, const Accelerator& accelerator, Objective objective)
    : workload_(workload), accelerator_(accelerator), objective_(objective), counter_(workload, accelerator) {
  for (std::size_t tensor = 0; tensor < workload.tensors.size(); ++tensor) {
    tables_.push_back(table(tensor));
  }
  std::int64_t copies = 1;
  for (const Stage& stage : accelerator.stages) {
    copies_outside_.push_back(copies);
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      copies *= fanout->copies();
    } else {
      const auto& level = std::get<Level>(stage);
      has_bandwidth_ = has_bandwidth_ || level.bandwidth || level.read_bandwidth || level.write_bandwidth;
    }
  }
  copies_outside_.push_back(copies);
}

Bounder::Table Bounder::table(std::size_t tensor) const {
  const Operand& operand = workload_.tensors[tensor];
  Table result;
  for (const Stage& stage : accelerator_.stages) {
    const auto* level = std::get_if<Level>(&stage);
    const auto* fanout = std::get_if<Fanout>(&stage);
    const double width = level == nullptr ? 0.0 : static_cast<double>(operand.bits) / static_cast<double>(level->word.value);
    result.read.push_back(level == nullptr ? 0.0 : level->read.value * width);
    result.write.push_back(level == nullptr ? 0.0 : level->write.value * width);
    result.hop.push_back(fanout == nullptr ? 0.0 : hop_energy(accelerator_, *fanout, operand).value);
    result.may_keep.push_back(level != nullptr && may_keep(*level, operand.name));
    result.must_keep.push_back(level != nullptr && (result.read.size() == 1 || must_keep(*level, operand.name)));
  }
  std::vector<std::int64_t> whole;
  for (const Index& index : workload_.indices) {
    whole.push_back(index.size);
  }
  // Bounding boxes only add positions, so the exact footprint bounds both conventions.
  result.elements = static_cast<double>(words(workload_, tensor, {whole, {}}, false));
  const bool boxes = accelerator_.conventions.halo == Conventions::Halo::InnermostOnly;
  result.most_elements = static_cast<double>(words(workload_, tensor, {whole, {}}, boxes));
  add_supply(result, workload_.is_output(tensor));
  return result;
}

/// supply(j) = V · write(j) + min over the next outer keeper k of V · read(k) + supply(k), and for an output the
/// same with the directions swapped: every element crosses every boundary on its way at least once.
void Bounder::add_supply(Table& table, bool is_output) const {
  const double volume = table.elements;
  const bool drains = accelerator_.conventions.drain_reads;
  for (std::size_t stage = 0; stage < accelerator_.stages.size(); ++stage) {
    double least = stage == 0 ? 0.0 : std::numeric_limits<double>::infinity();
    for (std::size_t outer = stage; outer-- > 0;) {
      if (table.may_keep[outer]) {
        least = std::min(least, volume * (is_output ? table.write[outer] : table.read[outer]) + table.supply[outer]);
      }
      if (table.must_keep[outer]) {
        break;
      }
    }
    const double here = stage == 0 ? 0.0 : is_output ? (drains ? table.read[stage] : 0.0) : table.write[stage];
    table.supply.push_back(volume * here + least);
  }
}

Value Bounder::bound(const Mapping& mapping, std::size_t stage, const std::vector<std::int64_t>& left) {
  counter_.use(flatten(workload_, accelerator_, mapping, stage), left);
  fanouts_left_ = copies_outside_[stage] > 1;
  return objective_pair(objective_, energy(mapping, stage), delay(stage));
}

Value Bounder::value(const Mapping& mapping) {
  counter_.use(flatten(workload_, accelerator_, mapping));
  const double time =
      has_bandwidth_ ? cost(workload_, accelerator_, traffic(workload_, accelerator_, mapping)).cycles().value : delay(0);
  return objective_pair(objective_, energy(mapping, 0), time);
}

double Bounder::energy(const Mapping& mapping, std::size_t stage) {
  double total = scaled(workload_.macs(), accelerator_.compute.energy.value);
  for (std::size_t tensor = 0; tensor < workload_.tensors.size(); ++tensor) {
    std::size_t to = accelerator_.stages.size();
    for (std::size_t s = accelerator_.stages.size(); s-- > stage;) {
      if (!mapping.stages[s].keeps.empty() && mapping.stages[s].keeps[tensor]) {
        const Path path{tensor, s, to};
        total += inner_end(path) + outer_end(path) + hops(path, s);
        to = s;
      }
    }
    if (stage > 0) {
      total += unfinished(tensor, to, stage);
    }
  }
  return total;
}

/// What the tiles at the path's inner end cost to fill and to send out.
double Bounder::inner_end(const Path& path) {
  if (path.to == accelerator_.stages.size()) {
    return 0.0;
  }
  const Table& table = tables_[path.tensor];
  const Copies copies{path.to};
  const std::int64_t received = counter_.moved(path, copies);
  if (!workload_.is_output(path.tensor)) {
    return scaled(received, table.write[path.to]);
  }
  const std::int64_t again = std::max<std::int64_t>(0, received - counter_.touched(path, copies, fanouts_left_));
  return scaled(again, table.write[path.to]) +
         (accelerator_.conventions.drain_reads ? scaled(received, table.read[path.to]) : 0.0);
}

/// What serving the path costs the level at its outer end, which is chosen.
double Bounder::outer_end(const Path& path) {
  const Table& table = tables_[path.tensor];
  const Copies copies{path.from};
  const std::int64_t sent = counter_.moved(path, copies);
  if (!workload_.is_output(path.tensor)) {
    return scaled(sent, table.read[path.from]);
  }
  const std::int64_t again = std::max<std::int64_t>(0, sent - counter_.touched(path, copies, fanouts_left_));
  return scaled(sent, table.write[path.from]) + scaled(again, table.read[path.from]);
}

double Bounder::hops(const Path& path, std::size_t first_stage) {
  double total = 0.0;
  for (std::size_t stage = first_stage; stage < path.to; ++stage) {
    const double hop = tables_[path.tensor].hop[stage];
    if (hop > 0.0) {
      const Copies copies{stage + 1};
      const std::int64_t crossing = counter_.moved(path, copies);
      const bool is_output = workload_.is_output(path.tensor);
      const std::int64_t again =
          is_output && path.to < accelerator_.stages.size() ? std::max<std::int64_t>(0, crossing - counter_.touched(path, copies, fanouts_left_)) : 0;
      total += scaled(crossing + again, hop);
    }
  }
  return total;
}

/// The least that a path costs whose outer end is still to be chosen among the stages outside `stage`.
double Bounder::unfinished(std::size_t tensor, std::size_t to, std::size_t stage) {
  const Table& table = tables_[tensor];
  const bool is_output = workload_.is_output(tensor);
  const Path path{tensor, 0, to};
  const std::int64_t sent = counter_.moved(path, {0}, fanouts_left_);
  const double again = is_output && !fanouts_left_ ? std::max(0.0, static_cast<double>(sent) - table.most_elements) : 0.0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t outer = stage; outer-- > 0;) {
    if (table.may_keep[outer]) {
      const double serve = is_output ? scaled(sent, table.write[outer]) + again * table.read[outer]
                                     : scaled(sent, table.read[outer]);
      least = std::min(least, serve + table.supply[outer]);
    }
    if (table.must_keep[outer]) {
      break;
    }
  }
  return least + inner_end(path) + hops(path, stage);
}

double Bounder::delay(std::size_t stage) {
  const auto steps = static_cast<double>(counter_.count_iterations(true));
  return std::max(1.0, steps / static_cast<double>(copies_outside_[stage]));
}

}  // namespace pj
