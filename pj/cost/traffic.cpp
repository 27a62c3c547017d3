#include "pj/cost/traffic.hpp"

#include <functional>

#include "pj/cost/nest.hpp"

namespace pj {

namespace {

/// Counts the words on the paths of one mapped workload.
class Counter {
 public:
  Counter(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping)
      : workload_(workload), accelerator_(accelerator), mapping_(mapping),
        nest_(flatten(workload, accelerator, mapping)) {}

  Traffic count() {
    const std::vector<Transfers> none(workload_.tensors.size());
    const std::size_t stages = accelerator_.stages.size();
    Traffic result{std::vector(stages, none), std::vector(stages, none),
                   std::vector(stages, std::vector<std::int64_t>(workload_.tensors.size(), 0))};
    result.macs = workload_.macs();
    const auto in_time = [](const NestLoop& loop) { return loop.in_time; };
    result.steps = count_iterations(in_time);
    result.units = count_iterations([](const NestLoop& loop) { return !loop.in_time; });
    for (const Path& path : paths(workload_, accelerator_, mapping_)) {
      add_ends(path, result.levels, false);
      add_ends(path, result.busiest, true);
      add_hops(path, result.hops);
    }
    return result;
  }

 private:
  using PassOf = std::function<Pass(const NestLoop&)>;

  std::int64_t count_iterations(const std::function<bool(const NestLoop&)>& counted) const {
    TileSequence sequence{std::vector<std::int64_t>(workload_.indices.size(), 1), {}};
    for (const NestLoop& loop : nest_) {
      sequence.loops.push_back({loop.index, loop.factor, loop.step, counted(loop) ? Pass::Each : Pass::Once});
    }
    return iterations(workload_, sequence);
  }

  /// The tile at the inner end of the path and the loops outside it, each with the pass it is given.
  TileSequence sequence(const Path& path, const PassOf& pass) const {
    TileSequence result{path.to == accelerator_.stages.size()
                            ? std::vector<std::int64_t>(workload_.indices.size(), 1)
                            : tile_extents(workload_, mapping_, path.to, true),
                        {}};
    for (const NestLoop& loop : nest_) {
      if (loop.stage < path.to) {
        result.loops.push_back({loop.index, loop.factor, loop.step, pass(loop)});
      }
    }
    return result;
  }

  bool boxes() const { return accelerator_.conventions.halo == Conventions::Halo::InnermostOnly; }

  /// All words that the tile's moves bring in, over the whole run; `space` says how copies are counted.
  std::int64_t moved(const Path& path, const PassOf& space) const {
    std::vector<NestLoop> outside;
    for (const NestLoop& loop : nest_) {
      if (loop.in_time && loop.stage < path.to) {
        outside.push_back(loop);
      }
    }
    const Reuse kept = reuse(workload_, accelerator_, path, outside);
    const std::size_t first_kept = outside.size() - kept.stays;
    std::size_t at = 0;
    TileSequence tiles = sequence(path, [&](const NestLoop& loop) {
      return !loop.in_time ? space(loop) : at++ < first_kept ? Pass::Each : Pass::Once;
    });
    if (kept.slides) {
      const NestLoop& window = outside[first_kept - 1];
      for (OuterLoop& loop : tiles.loops) {
        loop.slides = loop.slides || (loop.index == window.index && loop.step == window.step);
      }
    }
    return words(workload_, path.tensor, tiles, boxes());
  }

  /// The different elements that the copies ever see: the first visit of each needs no earlier partial sum.
  std::int64_t touched(const Path& path, const PassOf& space) const {
    return words(workload_, path.tensor,
                 sequence(path, [&](const NestLoop& loop) { return loop.in_time ? Pass::Union : space(loop); }), boxes());
  }

  /// How the copies behind a loop of a fanout share the words of a path.
  Pass merged(const NestLoop& loop, const Path& path) const {
    const auto& fanout = std::get<Fanout>(accelerator_.stages[loop.stage]);
    const bool shares = workload_.is_output(path.tensor) ? fanout.reduction : fanout.multicast;
    return !shares ? Pass::Each : boxes() ? Pass::Distinct : Pass::Union;
  }

  /// Adds one path's words to the levels at its two ends, in all instances or in the first, which is the busiest.
  void add_ends(const Path& path, std::vector<std::vector<Transfers>>& levels, bool first_instance) {
    const bool is_output = workload_.is_output(path.tensor);
    const Pass instance = first_instance ? Pass::Once : Pass::Each;
    const std::int64_t sent =
        moved(path, [&](const NestLoop& loop) { return loop.stage < path.from ? instance : merged(loop, path); });
    Transfers& outer = levels[path.from][path.tensor];
    if (is_output) {
      outer.updated += sent;
      outer.served += sent - touched(path, [&](const NestLoop& loop) {
                        return loop.stage < path.from ? instance : Pass::Union;
                      });
    } else {
      outer.served += sent;
    }
    if (path.to == accelerator_.stages.size()) {
      return;
    }
    const auto space = [&](const NestLoop&) { return instance; };
    const std::int64_t received = moved(path, space);
    Transfers& inner = levels[path.to][path.tensor];
    inner.filled += is_output ? received - touched(path, space) : received;
    inner.drained += is_output && accelerator_.conventions.drain_reads ? received : 0;
  }

  /// Adds the words that cross each fanout on the path: delivered to its copies, or collected from them.
  void add_hops(const Path& path, std::vector<std::vector<std::int64_t>>& hops) {
    for (std::size_t stage = path.from; stage < path.to; ++stage) {
      if (!std::holds_alternative<Fanout>(accelerator_.stages[stage])) {
        continue;
      }
      const auto delivered = [&](const NestLoop& loop) { return loop.stage <= stage ? Pass::Each : merged(loop, path); };
      const std::int64_t inwards = moved(path, delivered);
      hops[stage][path.tensor] += inwards;
      if (workload_.is_output(path.tensor)) {
        hops[stage][path.tensor] += inwards - touched(path, [&](const NestLoop& loop) {
                                      return loop.stage <= stage ? Pass::Each : Pass::Union;
                                    });
      }
    }
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const Mapping& mapping_;
  std::vector<NestLoop> nest_;
};

}  // namespace

Traffic traffic(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  return Counter(workload, accelerator, mapping).count();
}

}  // namespace pj
