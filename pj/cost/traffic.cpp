#include "pj/cost/traffic.hpp"

#include "pj/cost/path_counter.hpp"

namespace pj {

namespace {

/// Adds what the tiles at a path's inner end receive, or send outwards, and are filled with.
void add_tile(const Conventions& conventions, bool is_output, std::int64_t received, std::int64_t filled,
              Transfers& tile) {
  if (!conventions.free_handoff) {
    tile.filled += filled;
    tile.drained += is_output && conventions.drain_reads ? received : 0;
  } else if (is_output) {
    // A partial sum that arrives is added to at once, one that leaves goes on as it is made: neither is stored.
    tile.served -= filled;
    tile.updated -= received;
  }
}

/// Adds one path's words to the levels at its two ends, in all instances or in the first, which is the busiest.
void add_ends(const Workload& workload, const Accelerator& accelerator, PathCounter& counter, const Path& path,
              std::vector<std::vector<Transfers>>& levels, bool first_only) {
  const bool is_output = workload.is_output(path.tensor);
  const Copies at_outer_end{path.from, first_only};
  const Copies at_inner_end{path.to, first_only};
  const std::int64_t sent = counter.moved(path, at_outer_end);
  Transfers& outer = levels[path.from][path.tensor];
  outer.updated += is_output ? sent : 0;
  outer.served += is_output ? sent - counter.touched(path, at_outer_end) : sent;
  if (path.to < accelerator.stages.size()) {
    const std::int64_t received = counter.moved(path, at_inner_end);
    const std::int64_t filled = is_output ? received - counter.touched(path, at_inner_end) : received;
    add_tile(accelerator.conventions, is_output, received, filled, levels[path.to][path.tensor]);
  }
}

/// Adds the words that cross each fanout on the path: delivered to its copies, or collected from them. Partial sums
/// come back only to tiles; what compute units make is added up where it is kept. Along a chain a word that is added
/// to its neighbour's makes a hop.
void add_hops(const Workload& workload, const Accelerator& accelerator, PathCounter& counter, const Path& path,
              std::vector<std::vector<std::int64_t>>& hops) {
  for (std::size_t stage = path.from; stage < path.to; ++stage) {
    if (std::holds_alternative<Fanout>(accelerator.stages[stage])) {
      const Copies copies{stage + 1};
      const std::int64_t crossing = counter.moved(path, copies);
      if (workload.is_output(path.tensor) && std::get<Fanout>(accelerator.stages[stage]).chain) {
        hops[stage][path.tensor] += crossing - counter.moved(path, {stage});
        continue;
      }
      hops[stage][path.tensor] += crossing;
      const bool comes_back = workload.is_output(path.tensor) && path.to < accelerator.stages.size();
      hops[stage][path.tensor] += comes_back ? crossing - counter.touched(path, copies) : 0;
    }
  }
}

}  // namespace

Traffic traffic(const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  PathCounter counter(workload, accelerator);
  counter.use(flatten(workload, accelerator, mapping));
  const std::vector<Transfers> none(workload.tensors.size());
  const std::size_t stages = accelerator.stages.size();
  Traffic result{std::vector(stages, none), std::vector(stages, none),
                 std::vector(stages, std::vector<std::int64_t>(workload.tensors.size(), 0))};
  result.macs = workload.macs();
  result.steps = counter.count_iterations(true);
  result.units = counter.count_iterations(false);
  for (const Path& path : paths(workload, accelerator, mapping)) {
    add_ends(workload, accelerator, counter, path, result.levels, false);
    add_ends(workload, accelerator, counter, path, result.busiest, true);
    add_hops(workload, accelerator, counter, path, result.hops);
  }
  return result;
}

}  // namespace pj
