#pragma once

#include <string>

#include "pj/inference/observations.hpp"
#include "pj/network/densities.hpp"

namespace pj {

/// The value that hardware stores as a layer's result: what comes out of the activations behind it, where nothing else
/// reads what lies between.
ValueId stored_result(const Network& network, ValueId value);

/// The shares of non-zeros that were seen in the operands and results of the layers that multiply and accumulate, and
/// in their weights: what `evaluate --densities` takes. A result is what comes out of the activations behind the layer.
Densities observed_densities(const Network& network, const Observations& observations);

/// The layers that multiply and accumulate and the ReLUs with their zeros and ranges.
std::string observation_table(const Network& network, const Observations& observations);

/// Everything, with the densities of the layers as `load_densities` reads them.
std::string observation_json(const Network& network, const Observations& observations);

}  // namespace pj
