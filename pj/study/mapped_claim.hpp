#pragma once

#include <optional>
#include <string>

#include "pj/base/yaml.hpp"
#include "pj/cost/cost.hpp"
#include "pj/study/mapping_cache.hpp"

namespace pj {

/// A layer on an accelerator, with its loop nest and what it costs: what claims about chips are computed from.
struct MappedLayer {
  std::string layer;
  Workload workload;
  Accelerator accelerator;
  Mapping mapping;
  Traffic traffic;
  Cost cost;
};

/// The layer that the parameters of a claim name, under the loop nest that they name: `{of: alexnet, layer: conv1,
/// batch: 4, on: eyeriss, mapping: eyeriss_alexnet_conv1}`. Throws `InputError` where the nest does not fit.
MappedLayer mapped_as_claimed(const YamlNode& with);

/// The same layer under the nest with the least product of energy and delay.
MappedLayer mapped_at_best(const YamlNode& with, const MappingCache* cache);

/// The number under `count`; its parameters say of which level, and without what.
double count_of(const MappedLayer& mapped, const YamlNode& with);

/// `buffer accesses`, `active elements`: what the count counts, for people.
std::string counted_thing(const YamlNode& with);

}  // namespace pj
