#pragma once

#include <string>

#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "pj/compression/energy_pruning.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/study/mapping_cache.hpp"

namespace pj {

/// Prices networks on the accelerator that was asked for.
class CompressionPricing {
 public:
  CompressionPricing(const Options& options, const MapperOptions& mapper, Console& console);
  CompressionPricing(const CompressionPricing&) = delete;
  CompressionPricing& operator=(const CompressionPricing&) = delete;
  ~CompressionPricing();

  const Accelerator& accelerator() const { return accelerator_; }
  Estimate estimate(const Network& network) const;
  /// All that the costs of a network depend on beside it, as text.
  std::string depends_on(const Network& network) const;

 private:
  Accelerator accelerator_;
  MappingCache cache_;
  EvaluateOptions wanted_;
  Console& console_;
};

/// What the layers of a network cost on the accelerator that was asked for, with the mappings of least energy.
LayerEnergies layer_energies(const Options& options, const Network& network, Console& console);

}  // namespace pj
