#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/study/evaluate.hpp"

namespace pj {

struct ParetoOptions {
  MapperOptions mapper;  ///< its objective is not used: the front has both
  const MappingCache* cache = nullptr;
  int threads = 0;                  ///< of a network's layers; 0: one per core
  std::size_t most_points = 100;    ///< of one layer; further ones are left out but for the fastest
  std::size_t most_sums = 100'000;  ///< of a network; beyond that the front is thinned
  std::function<void(const std::string& line)> progress;
};

/// The mappings of a layer of which no other has less of one, energy or cycles, and no more of the other; of several
/// with the same energy and cycles one. From the least energy to the fewest cycles.
struct ParetoFront {
  std::vector<MapperResult> points;
  bool is_cut = false;      ///< before the last point there are more
  bool is_stopped = false;  ///< a search was stopped, so that points may be missing, or be above the front
};

/// Searches the least energy again and again, each time with fewer cycles than the mapping before. Throws as
/// `map_layer` does where nothing fits; `Interrupted` on request.
ParetoFront pareto_front(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoOptions& options = {});

/// One choice of a point of every layer's front.
struct NetworkPoint {
  Picojoules energy;
  Cycles cycles;
  std::vector<std::size_t> choice;  ///< for each layer the place in its front
};

/// The front of the sums over all layers.
struct NetworkFront {
  std::string network;
  Accelerator accelerator;
  std::vector<LayerEstimate> layers;  ///< without results
  std::vector<ParetoFront> fronts;    ///< for each layer
  std::vector<NetworkPoint> points;   ///< from the least energy to the fewest cycles
  /// For every point of the whole front one is here with no more energy and at most this share more cycles.
  double thinned = 0.0;
};

/// Combines the fronts of all layers; equal layers share their searches.
NetworkFront pareto_front(const Network& network, const Accelerator& accelerator, const ParetoOptions& options = {});

/// A pair of sums with how it came to be: a point of the sums before, and one of the front that was added.
struct ParetoSum {
  double energy = 0.0, cycles = 0.0;
  std::size_t before = 0, added = 0;
};
using ParetoSums = std::vector<ParetoSum>;

/// All sums of one of each that no other sum dominates, from the least energy on; both are ordered so.
ParetoSums add_fronts(const ParetoSums& a, const ParetoSums& b);

/// Leaves out points for which one is kept with less energy and at most `1 + tolerance` times the cycles.
ParetoSums thinned(const ParetoSums& front, double tolerance);

}  // namespace pj
