#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pj/base/arithmetic.hpp"
#include "pj/base/random.hpp"
#include "pj/mapping/mapping.hpp"

namespace pj {

/// Small random problems for the comparisons of closed forms and searches with their plain twins.

/// An Einsum of a random kind whose sizes are at most `largest` and whose MACs are at most `most_macs`.
inline Workload random_workload(Rng& rng, std::int64_t largest, std::int64_t most_macs) {
  static const std::vector<std::pair<std::string, std::string>> kinds{
      {"O[n,m,p,q] += I[n,c,U*p+D*r,V*q+s] * W[m,c,r,s]", "NMCPQRS"},
      {"O[n,g,m,p,q] += I[n,g,c,U*p+r,q+s] * W[g,m,c,r,s]", "NGMCPQRS"},
      {"O[g,p,q] += I[g,U*p+D*r,V*q+s] * W[g,r,s]", "GPQRS"},
      {"O[m,p] += I[c,U*p+D*r] * W[m,c,r]", "MCPR"},
      {"O[n,m,U*p+r,V*q+s] += I[n,c,p,q] * W[c,m,r,s]", "NMCPQRS"},
      {"O[n,m] += I[n,c] * W[m,c]", "NMC"},
      {"O[g,n,m] += I[g,n,c] * W[g,m,c]", "GNMC"},
      {"O[m,p,q] += I[c,U*p,V*q] * W[m,c]", "MCPQ"},
  };
  const auto& [text, letters] =
      kinds[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(kinds.size()) - 1))];
  std::vector<std::pair<std::string, std::int64_t>> sizes{
      {"U", rng.between(1, 3)}, {"V", rng.between(1, 2)}, {"D", rng.between(1, 2)}};
  std::int64_t macs = 1;
  for (const char letter : letters) {
    const std::int64_t size = std::min(rng.between(1, largest), std::max<std::int64_t>(1, most_macs / macs));
    sizes.emplace_back(std::string(1, letter), size);
    macs *= size;
  }
  Workload workload = einsum(text, sizes);
  workload.tensors.back().partial_bits = rng.chance(0.25) ? 28 : 0;
  return workload;
}

/// A free hand-off, and energies with which additions cost the less the further in they are.
inline void hand_off(Accelerator& machine) {
  machine.conventions.free_handoff = true;
  Picojoules inside;
  for (auto stage = machine.stages.rbegin(); stage != machine.stages.rend(); ++stage) {
    if (auto* level = std::get_if<Level>(&*stage)) {
      level->write += inside;
      inside = level->read + level->write;
    } else {
      auto& fanout = std::get<Fanout>(*stage);
      fanout.hop += inside;
      fanout.reduction = fanout.reduction && admits(fanout.hops, "Output");
    }
  }
  check(machine);
}

/// Copies in one or two dimensions with a random network.
inline Fanout random_fanout(Rng& rng, const std::string& name) {
  Fanout fanout{.name = name, .axes = {{"columns", rng.between(1, 4)}}};
  if (rng.chance(0.5)) {
    fanout.axes.push_back({"rows", rng.between(1, 4)});
  }
  fanout.multicast = rng.chance(0.6);
  fanout.reduction = rng.chance(0.6);
  fanout.one_axis = fanout.axes.size() > 1 && rng.chance(0.2);
  fanout.hop = {static_cast<double>(rng.between(0, 3))};
  fanout.chain = rng.chance(0.3);
  if (rng.chance(0.2)) {
    fanout.reduces = {"C", "R", "P"};
  }
  if (rng.chance(0.2)) {
    fanout.hops = {"Input", "Output"};
  }
  return fanout;
}

/// A machine of 1 to `most_levels` levels with fanouts between some of them, without limits of capacity.
inline Accelerator random_accelerator(Rng& rng, std::int64_t most_levels) {
  Accelerator machine{.name = "random"};
  const std::int64_t levels = rng.between(1, most_levels);
  for (std::int64_t i = 0; i < levels; ++i) {
    const std::string number = std::to_string(i);
    machine.stages.push_back(Level{.name = "level" + number,
                                   .read = {static_cast<double>(rng.between(1, 50))},
                                   .write = {static_cast<double>(rng.between(1, 50))}});
    if (rng.chance(0.3)) {
      auto& level = std::get<Level>(machine.stages.back());
      level.bandwidth = static_cast<double>(rng.between(4, 64));
      for (const char* tensor : {"Input", "Output"}) {
        if (rng.chance(0.2)) {
          level.exposed.push_back(tensor);
        }
      }
    }
    if (rng.chance(0.2)) {
      std::get<Level>(machine.stages.back()).stays = {rng.chance(0.5) ? "Input" : "Output"};
    }
    if (rng.chance(0.5)) {
      machine.stages.push_back(random_fanout(rng, "array" + number));
    }
  }
  machine.compute.energy = {1.0};
  machine.conventions.halo = rng.chance(0.7) ? Conventions::Halo::Resident : Conventions::Halo::InnermostOnly;
  machine.conventions.drain_reads = rng.chance(0.5);
  if (rng.chance(0.3)) {
    machine.compute.latches.push_back(rng.chance(0.5) ? "Weight" : "Output");
  }
  if (machine.conventions.halo == Conventions::Halo::Resident && rng.chance(0.4)) {
    hand_off(machine);
  }
  return machine;
}

/// The copies that a stage can spread over, per axis; a level has one axis without a limit to speak of.
inline std::vector<std::int64_t> rooms(const Fanout* fanout) {
  if (fanout == nullptr) {
    return {1 << 20};
  }
  std::vector<std::int64_t> rooms;
  for (const FanoutAxis& axis : fanout->axes) {
    rooms.push_back(axis.size);
  }
  return rooms;
}

/// Adds a loop at a random place (or outermost), but outside the loops of the same index that are there.
inline void insert_loop(Rng& rng, StageMapping& stage, const Loop& added, bool outermost) {
  const auto at = outermost ? 0 : rng.between(0, static_cast<std::int64_t>(stage.loops.size()));
  auto place = stage.loops.begin() + at;
  for (auto loop = stage.loops.begin(); loop < place; ++loop) {
    if (loop->index == added.index) {
      place = loop;
      break;
    }
  }
  stage.loops.insert(place, added);
}

/// A mapping that covers the workload with random, also ragged, factors, orders and bypasses; an index has up to
/// `most_loops` loops in a stage.
inline Mapping random_mapping(Rng& rng, const Workload& workload, const Accelerator& machine, int most_loops = 2) {
  Mapping mapping{std::vector<StageMapping>(machine.stages.size())};
  std::vector<std::int64_t> inside(workload.indices.size(), 1);
  for (std::size_t stage = machine.stages.size(); stage-- > 0;) {
    const auto* fanout = std::get_if<Fanout>(&machine.stages[stage]);
    auto& here = mapping.stages[stage];
    std::vector<std::int64_t> room = rooms(fanout);
    for (int round = 0; round < most_loops; ++round) {
      for (std::size_t i = 0; i < inside.size(); ++i) {
        const std::int64_t tiles = ceil_div(workload.indices[i].size, inside[i]);
        int axis = static_cast<int>(rng.between(0, static_cast<std::int64_t>(room.size()) - 1));
        for (const Loop& loop : here.loops) {
          axis = fanout != nullptr && fanout->one_axis && loop.index == i ? loop.axis : axis;
        }
        auto& space = room[static_cast<std::size_t>(axis)];
        const bool rest = stage == 0 && round + 1 == most_loops && fanout == nullptr;
        const std::int64_t factor = rest ? tiles : rng.chance(0.5) ? rng.between(1, std::min(tiles, space)) : 1;
        if (factor > 1) {
          insert_loop(rng, here, {i, factor, axis}, rest);
          space /= factor;
          inside[i] *= factor;
        }
      }
    }
    for (std::size_t t = 0; fanout == nullptr && t < workload.tensors.size(); ++t) {
      here.keeps.push_back(stage == 0 || rng.chance(0.7));
    }
  }
  return mapping;
}

}  // namespace pj
