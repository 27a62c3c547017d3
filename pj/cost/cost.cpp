#include "pj/cost/cost.hpp"

#include <algorithm>
#include <optional>

#include "pj/cost/prices.hpp"

namespace pj {

namespace {

double per_cycle(double bits, const std::optional<double>& bandwidth) {
  return bandwidth ? bits / *bandwidth : 0.0;
}

/// The cycles that the busiest instance of a level needs for its transfers of the tensors that count.
Cycles transfer_time(const Level& level, const std::vector<Prices::Element>& prices,
                     const std::vector<Transfers>& busiest, const std::vector<bool>& counts) {
  double read = 0.0;
  double written = 0.0;
  for (std::size_t t = 0; t < busiest.size(); ++t) {
    if (!counts[t]) {
      continue;
    }
    const double partial = prices[t].bits_of_partial * static_cast<double>(busiest[t].served);
    read += prices[t].bits * static_cast<double>(busiest[t].reads()) + partial;
    written += prices[t].bits * static_cast<double>(busiest[t].writes()) + partial;
  }
  return {std::max({per_cycle(read, level.read_bandwidth), per_cycle(written, level.write_bandwidth),
                    per_cycle(read + written, level.bandwidth)})};
}

/// Which tensors' transfers at a level the arithmetic waits for.
std::vector<bool> exposed_tensors(const Workload& workload, const Level& level) {
  std::vector<bool> exposed;
  for (const Operand& tensor : workload.tensors) {
    exposed.push_back(std::find(level.exposed.begin(), level.exposed.end(), tensor.name) != level.exposed.end());
  }
  return exposed;
}

/// The time of a level's transfers that overlap with the arithmetic.
Cycles hidden(const Cost& cost, std::size_t stage) {
  return cost.level_cycles[stage] - cost.exposed_cycles[stage];
}

}  // namespace

Picojoules Cost::energy() const {
  Picojoules total = compute;
  for (const auto& level : levels) {
    for (const Picojoules tensor : level) {
      total += tensor;
    }
  }
  for (const Picojoules network : networks) {
    total += network;
  }
  return total;
}

Cycles Cost::cycles() const {
  Cycles total = overlapped_cycles();
  for (const Cycles waits : exposed_cycles) {
    total += waits;
  }
  return total;
}

Cycles Cost::overlapped_cycles() const {
  const std::size_t stage = bottleneck();
  return stage == level_cycles.size() ? compute_cycles : hidden(*this, stage);
}

std::size_t Cost::bottleneck() const {
  std::size_t slowest = level_cycles.size();
  for (std::size_t stage = 0; stage < level_cycles.size(); ++stage) {
    const Cycles most = slowest == level_cycles.size() ? compute_cycles : hidden(*this, slowest);
    slowest = hidden(*this, stage) > most ? stage : slowest;
  }
  return slowest;
}

Cost cost(const Workload& workload, const Accelerator& accelerator, const Traffic& traffic) {
  const std::size_t stages = accelerator.stages.size();
  const Prices price = prices(workload, accelerator);
  Cost result{std::vector(stages, std::vector<Picojoules>(workload.tensors.size())),
              std::vector<Picojoules>(stages),
              traffic.macs * price.operation,
              Cycles{price.step * static_cast<double>(traffic.steps)},
              std::vector<Cycles>(stages),
              std::vector<Cycles>(stages)};
  for (std::size_t s = 0; s < stages; ++s) {
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      const Prices::Element& element = price.stages[s][t];
      const Transfers& moved = traffic.levels[s][t];
      result.levels[s][t] = moved.served * element.serve + moved.drained * element.drain + moved.filled * element.fill +
                            moved.updated * element.update;
      result.networks[s] += traffic.hops[s][t] * element.hop;
    }
    if (const auto* level = std::get_if<Level>(&accelerator.stages[s])) {
      const std::vector<bool> all(workload.tensors.size(), true);
      result.level_cycles[s] = transfer_time(*level, price.stages[s], traffic.busiest[s], all);
      result.exposed_cycles[s] =
          transfer_time(*level, price.stages[s], traffic.busiest[s], exposed_tensors(workload, *level));
    }
  }
  return result;
}

double utilisation(const Workload& workload, const Accelerator& accelerator, const Traffic& traffic, const Cost& cost) {
  if (cost.cycles().value == 0.0) {
    return 0.0;  // every operation was skipped
  }
  const double work = static_cast<double>(traffic.macs) * density_of(workload, accelerator.compute.skips.tensors);
  return work / (cost.cycles().value * static_cast<double>(accelerator.compute_units()));
}

SquareMicrons area(const Accelerator& accelerator) {
  SquareMicrons total;
  std::int64_t copies = 1;
  for (const Stage& stage : accelerator.stages) {
    if (const auto* level = std::get_if<Level>(&stage)) {
      total += copies * level->area;
    } else {
      const auto& fanout = std::get<Fanout>(stage);
      total += copies * fanout.area;
      copies *= fanout.copies();
    }
  }
  return total + copies * accelerator.compute.area;
}

}  // namespace pj
