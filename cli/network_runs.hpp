#pragma once

#include <string>

#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/study/evaluate.hpp"

namespace pj {

/// Loads a network as the options say and evaluates it on an accelerator, with the progress shown. Throws `InputError`
/// where it has nothing to evaluate.
Estimate evaluate_network(const std::string& network, const Accelerator& accelerator, const Options& options,
                          const MappingCache& cache, Console& console);

/// Throws `InputError` where no layer multiplies and accumulates.
void check_has_layers(const std::string& network, const std::vector<LayerEstimate>& layers);

}  // namespace pj
