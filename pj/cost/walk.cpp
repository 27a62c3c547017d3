#include "pj/cost/walk.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "pj/cost/nest.hpp"

namespace pj {

namespace {

using Coordinates = std::vector<std::int64_t>;
using Elements = std::set<Coordinates>;

/// A loop as the mapping states it, with the elements inside one iteration.
struct WalkLoop {
  Loop loop;
  std::int64_t step = 1;
  std::size_t stage = 0;
};

/// One way to look at a path's words: copies are told apart by the loops marked in `apart`; the visitors that share
/// one memory of what has been seen, by those in `memory`.
struct View {
  std::vector<bool> apart, memory;
  std::int64_t moved = 0, returned = 0;              ///< words; those of them that the memory had seen before
  std::int64_t first_moved = 0, first_returned = 0;  ///< of the memory at the origin
  std::map<Coordinates, Elements> seen;
};

/// A tensor's way between two keepers, with the tiles at its inner end.
struct Way {
  std::size_t tensor = 0, from = 0, to = 0;
  std::map<Coordinates, Elements> tiles;  ///< by the copy's coordinates
  View outer, inner;
  std::map<std::size_t, View> fanouts, chains;  ///< words on the inner side of a fanout; on the outer side of a chain
};

class Walker {
 public:
  Walker(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping, const WalkOptions& options)
      : workload_(workload),
        accelerator_(accelerator),
        mapping_(mapping),
        options_(options),
        start_(workload.indices.size(), 0) {
    collect_loops();
    collect_ways();
  }

  Traffic run() {
    time_step(0, 0);
    return result();
  }

 private:
  bool resident() const { return accelerator_.conventions.halo == Conventions::Halo::Resident; }
  bool is_level(std::size_t stage) const { return std::holds_alternative<Level>(accelerator_.stages[stage]); }
  std::size_t compute() const { return accelerator_.stages.size(); }

  void collect_loops() {
    Coordinates inside(workload_.indices.size(), 1);
    for (std::size_t stage = compute(); stage-- > 0;) {
      for (std::size_t i = mapping_.stages[stage].loops.size(); i-- > 0;) {
        const Loop& loop = mapping_.stages[stage].loops[i];
        if (loop.factor == 1) {  // it changes nothing, and a file may hold thousands
          continue;
        }
        auto& loops = is_level(stage) ? time_ : space_;
        loops.insert(loops.begin(), {loop, inside[loop.index], stage});
        inside[loop.index] *= loop.factor;
      }
    }
  }

  void collect_ways() {
    for (std::size_t t = 0; t < workload_.tensors.size(); ++t) {
      std::size_t from = 0;
      for (std::size_t stage = 1; stage <= compute(); ++stage) {
        if (stage == compute() || (is_level(stage) && mapping_.stages[stage].keeps[t])) {
          ways_.push_back(make_way(t, from, stage));
          from = stage;
        }
      }
    }
  }

  Way make_way(std::size_t tensor, std::size_t from, std::size_t to) const {
    Way way{.tensor = tensor, .from = from, .to = to};
    way.outer = view(tensor, from);
    way.inner = view(tensor, to);
    for (std::size_t stage = from; stage < to; ++stage) {
      if (!is_level(stage)) {
        way.fanouts[stage] = view(tensor, stage + 1);
        if (workload_.is_output(tensor) && std::get<Fanout>(accelerator_.stages[stage]).chain) {
          way.chains[stage] = view(tensor, stage);
        }
      }
    }
    return way;
  }

  /// The copies behind the fanouts outside `stage` are apart; those inside share words where the fanout allows it.
  View view(std::size_t tensor, std::size_t stage) const {
    View result;
    for (const WalkLoop& loop : space_) {
      const auto& fanout = std::get<Fanout>(accelerator_.stages[loop.stage]);
      const bool shared = shares(fanout, workload_.indices[loop.loop.index].name, workload_.is_output(tensor));
      result.memory.push_back(loop.stage < stage);
      result.apart.push_back(loop.stage < stage || !shared);
    }
    return result;
  }

  /// Runs the loops in time from `depth` on; `changed` is the outermost one that has just advanced.
  void time_step(std::size_t depth, std::size_t changed) {
    if (depth == time_.size()) {
      step(changed);
      return;
    }
    const WalkLoop& at = time_[depth];
    const std::int64_t start = start_[at.loop.index];
    for (std::int64_t k = 0; k < at.loop.factor; ++k) {
      start_[at.loop.index] = start + k * at.step;
      if (start_[at.loop.index] < workload_.indices[at.loop.index].size) {
        time_step(depth + 1, k > 0 ? depth : changed);
      }
    }
    start_[at.loop.index] = start;
  }

  void step(std::size_t changed) {
    ++steps_;
    Coordinates place;
    for_each_copy(compute(), 0, place, start_, [&](const Coordinates&) {
      ++macs_;
      units_.insert(place);
    });
    for (Way& way : ways_) {
      move(way, changed);
    }
    first_ = false;
    if (options_.interrupt != nullptr) {
      options_.interrupt->check();
    }
    if (options_.progress) {
      options_.progress(steps_);
    }
  }

  enum class Event { Stays, Slides, Fresh };

  Event event(const Way& way, std::size_t changed) const {
    const auto& latches = accelerator_.compute.latches;
    const std::string& name = workload_.tensors[way.tensor].name;
    const bool latched = std::find(latches.begin(), latches.end(), name) != latches.end();
    if (first_ || (way.to == compute() && !latched)) {
      return Event::Fresh;
    }
    if (time_[changed].stage < way.to &&
        !admits(std::get<Level>(accelerator_.stages[time_[changed].stage]).stays, name)) {
      return Event::Fresh;
    }
    bool any_inside = false;
    bool relevant_inside = false;
    for (std::size_t i = changed + 1; i < time_.size() && time_[i].stage < way.to; ++i) {
      any_inside = any_inside || time_[i].loop.factor > 1;
      relevant_inside = relevant_inside || (time_[i].loop.factor > 1 && moves(way, time_[i]));
    }
    const bool outside = time_[changed].stage < way.to;
    if (!outside || (!depends(way, time_[changed]) && !relevant_inside)) {
      return Event::Stays;
    }
    const bool may_slide = !relevant_inside && (resident() || !any_inside);
    return may_slide ? Event::Slides : Event::Fresh;
  }

  /// Does the loop move the tile, because its tensor depends on it or its level lets none stay?
  bool moves(const Way& way, const WalkLoop& loop) const {
    return depends(way, loop) ||
           !admits(std::get<Level>(accelerator_.stages[loop.stage]).stays, workload_.tensors[way.tensor].name);
  }

  bool depends(const Way& way, const WalkLoop& loop) const {
    return workload_.tensors[way.tensor].depends_on(loop.loop.index);
  }

  void move(Way& way, std::size_t changed) {
    const Event happens = event(way, changed);
    if (happens == Event::Stays) {
      return;
    }
    std::map<Coordinates, Elements> fresh;
    Coordinates place;
    for_each_copy(way.to, 0, place, start_, [&](const Coordinates& start) {
      Elements wanted = elements(way, start);
      Elements missing = wanted;
      if (happens == Event::Slides) {
        for (const Coordinates& element : way.tiles[place]) {
          missing.erase(element);
        }
      }
      way.tiles[place] = std::move(wanted);
      fresh[place] = std::move(missing);
    });
    look(way.outer, fresh);
    look(way.inner, fresh);
    for (auto* views : {&way.fanouts, &way.chains}) {
      for (auto& [stage, view] : *views) {
        look(view, fresh);
      }
    }
  }

  template <class Visit>
  void for_each_copy(std::size_t stage, std::size_t depth, Coordinates& place, Coordinates start,
                     const Visit& visit) const {
    if (depth == space_.size()) {
      visit(start);
      return;
    }
    const WalkLoop& at = space_[depth];
    for (std::int64_t k = 0; k < (at.stage < stage ? at.loop.factor : 1); ++k) {
      Coordinates next = start;
      next[at.loop.index] += k * at.step;
      if (next[at.loop.index] < workload_.indices[at.loop.index].size) {
        place.push_back(k);
        for_each_copy(stage, depth + 1, place, next, visit);
        place.pop_back();
      }
    }
  }

  /// The elements of the tile that starts at `start`.
  Elements elements(const Way& way, const Coordinates& start) const {
    Coordinates extents(start.size(), 1);
    if (way.to < compute()) {
      extents = tile_extents(workload_, mapping_, way.to, true);
    }
    std::vector<std::set<std::int64_t>> axes;
    for (const Axis& axis : workload_.tensors[way.tensor].axes) {
      std::set<std::int64_t> positions{0};
      for (const Term& term : axis) {
        std::set<std::int64_t> sums;
        const std::int64_t end = std::min(start[term.index] + extents[term.index], workload_.indices[term.index].size);
        for (const std::int64_t position : positions) {
          for (std::int64_t i = start[term.index]; i < end; ++i) {
            sums.insert(position + term.coefficient * i);
          }
        }
        positions = std::move(sums);
      }
      for (std::int64_t i = *positions.begin(); !resident() && i < *positions.rbegin(); ++i) {
        positions.insert(i);
      }
      axes.push_back(std::move(positions));
    }
    Elements all{{}};
    for (const auto& positions : axes) {
      Elements longer;
      for (const Coordinates& element : all) {
        for (const std::int64_t position : positions) {
          Coordinates next = element;
          next.push_back(position);
          longer.insert(std::move(next));
        }
      }
      all = std::move(longer);
    }
    return all;
  }

  static Coordinates pick(const Coordinates& place, const std::vector<bool>& marks) {
    Coordinates picked;
    for (std::size_t i = 0; i < place.size(); ++i) {
      picked.push_back(marks[i] ? place[i] : 0);
    }
    return picked;
  }

  void look(View& view, const std::map<Coordinates, Elements>& fresh) const {
    std::map<Coordinates, std::set<Elements>> groups;
    for (const auto& [place, elements] : fresh) {
      groups[pick(place, view.apart)].insert(elements);
    }
    for (auto& [place, wishes] : groups) {
      Elements together;
      for (const Elements& wish : wishes) {
        together.insert(wish.begin(), wish.end());
      }
      if (resident()) {
        wishes = {together};
      }
      const Coordinates memory = pick(place, view.memory);
      const bool at_origin = std::all_of(memory.begin(), memory.end(), [](std::int64_t k) { return k == 0; });
      for (const Elements& wish : wishes) {
        for (const Coordinates& element : wish) {
          const bool again = !view.seen[memory].insert(element).second;
          view.moved += 1;
          view.returned += again ? 1 : 0;
          view.first_moved += at_origin ? 1 : 0;
          view.first_returned += at_origin && again ? 1 : 0;
        }
      }
    }
  }

  Traffic result() const {
    const std::vector<Transfers> none(workload_.tensors.size());
    Traffic traffic{std::vector(compute(), none), std::vector(compute(), none),
                    std::vector(compute(), std::vector<std::int64_t>(workload_.tensors.size(), 0))};
    traffic.macs = workload_.multiplies ? macs_ : 0;
    traffic.steps = steps_;
    traffic.units = static_cast<std::int64_t>(units_.size());
    for (const Way& way : ways_) {
      report(way, traffic.levels, way.outer.moved, way.outer.returned, way.inner.moved, way.inner.returned);
      report(way, traffic.busiest, way.outer.first_moved, way.outer.first_returned, way.inner.first_moved,
             way.inner.first_returned);
      for (const auto& [stage, view] : way.fanouts) {
        const auto chain = way.chains.find(stage);
        traffic.hops[stage][way.tensor] += chain != way.chains.end() ? view.moved - chain->second.moved
                                           : workload_.is_output(way.tensor) && way.to < compute()
                                               ? view.moved + view.returned
                                               : view.moved;
      }
    }
    return traffic;
  }

  void report(const Way& way, std::vector<std::vector<Transfers>>& levels, std::int64_t sent, std::int64_t resent,
              std::int64_t received, std::int64_t received_again) const {
    Transfers& outer = levels[way.from][way.tensor];
    const bool is_output = workload_.is_output(way.tensor);
    outer.updated += is_output ? sent : 0;
    outer.served += is_output ? resent : sent;
    if (way.to == compute()) {
      return;
    }
    Transfers& inner = levels[way.to][way.tensor];
    if (accelerator_.conventions.free_handoff) {
      inner.served -= is_output ? received_again : 0;
      inner.updated -= is_output ? received : 0;
    } else {
      inner.filled += is_output ? received_again : received;
      inner.drained += is_output && accelerator_.conventions.drain_reads ? received : 0;
    }
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const Mapping& mapping_;
  const WalkOptions& options_;
  std::vector<WalkLoop> time_, space_;
  std::vector<Way> ways_;
  Coordinates start_;
  bool first_ = true;
  std::int64_t macs_ = 0;
  std::int64_t steps_ = 0;
  std::set<Coordinates> units_;
};

}  // namespace

Traffic walk(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping,
             const WalkOptions& options) {
  return Walker(workload, accelerator, mapping, options).run();
}

double walk_size(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  const bool boxes = accelerator.conventions.halo == Conventions::Halo::InnermostOnly;
  const std::vector<NestLoop> nest = flatten(workload, accelerator, mapping);
  double size = 0.0;
  for (const Path& path : paths(workload, accelerator, mapping)) {
    const bool is_tile = path.to < accelerator.stages.size();
    const std::vector<std::int64_t> extents = is_tile ? tile_extents(workload, mapping, path.to, true)
                                                      : std::vector<std::int64_t>(workload.indices.size(), 1);
    bool stays = is_tile;  // under the loops from here inwards
    double tiles = 1.0;
    for (auto loop = nest.rbegin(); loop != nest.rend(); ++loop) {
      const bool outside = loop->stage < path.to;
      stays = stays && (!outside || !loop->in_time || !workload.tensors[path.tensor].depends_on(loop->index));
      tiles *= outside && !(stays && loop->in_time) ? static_cast<double>(loop->factor) : 1.0;
    }
    size += tiles * static_cast<double>(tile_words(workload, path.tensor, extents, boxes));
  }
  return size;
}

}  // namespace pj
