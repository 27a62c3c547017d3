#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/mapper/mapper.hpp"
#include "pj/network/network.hpp"
#include "pj/network/stored_format.hpp"
#include "pj/study/mapping_cache.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

/// What one layer costs on an accelerator, under the best mapping that there is or that was found in time.
struct LayerEstimate {
  std::string name;
  std::string kind;
  Workload workload;
  MapperResult result;
};

/// What a network costs on an accelerator.
struct Estimate {
  std::string network;
  Accelerator accelerator;
  std::vector<LayerEstimate> layers;  ///< those that multiply and accumulate, in the network's order
  std::size_t searched = 0;           ///< different layers: equal ones are mapped once
  Objective objective = Objective::Energy;
  std::int64_t batch = 1;  ///< inputs that the network takes at a time

  /// Is every layer's mapping proved to be the best?
  bool proved() const;
  /// How far the sum of what the objective makes small can be above the least: Σ values ÷ Σ lower bounds − 1.
  double gap() const;
  Picojoules energy() const;
  Cycles cycles() const;
  std::int64_t macs() const;
  Seconds time() const { return cycles() / accelerator.clock; }
  /// Words of all tensors that a level reads and writes.
  std::int64_t accesses(std::size_t stage) const;
  /// The energy at a stage (a level or a fanout's network).
  Picojoules energy_at(std::size_t stage) const;
  Picojoules compute_energy() const;
};

struct EvaluateOptions {
  MapperOptions mapper;
  const MappingCache* cache = nullptr;  ///< results that are there are not searched for again
  int threads = 0;                      ///< 0: one per core
  std::int64_t batch = 1;               ///< that the network was loaded with
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// The spine of the product: network → layers → Einsums → best mappings → traffic → cost.
/// Throws as `map_layer` does; `Interrupted` on request.
Estimate evaluate(const Network& network, const Accelerator& accelerator, const EvaluateOptions& options = {});

/// The same for layers that have been lowered.
Estimate evaluate(const std::string& network, std::vector<LoweredLayer> layers, const Accelerator& accelerator,
                  const EvaluateOptions& options = {});

/// The layer with the best mapping of its workload, or the best that was found before the search was stopped. Throws
/// `InputError` naming the layer where no mapping fits, and why, or where none was found within the time limit;
/// `Interrupted` where a stop was asked for before one was found.
LayerEstimate map_layer(LayerEstimate layer, const Accelerator& accelerator, const EvaluateOptions& options = {});

/// The workload with the stored bits that the accelerator works with: whole numbers of fewer bits keep theirs, all
/// else is stored in the accelerator's own format; and partial sums as wide as the accelerator keeps them.
Workload in_formats_of(const Accelerator& accelerator, Workload workload);

/// Throws `InputError` where a format that was asked for is wider than the accelerator's numbers: a network's own
/// formats are cut to these, but what is asked for is not.
void check_formats(const Accelerator& accelerator, const Formats& formats);

/// For each layer the first one that has the same workload; equal layers share its search.
std::vector<std::size_t> first_of_equals(const std::vector<LayerEstimate>& layers);

/// The energy of a mapped layer at a stage: a level's, or that of a fanout's network.
Picojoules stage_energy(const Cost& cost, std::size_t stage);

/// Words that a stage moves for a mapped layer: reads and writes of all tensors.
std::int64_t accesses(const Traffic& traffic, std::size_t stage);

}  // namespace pj
