#pragma once

#include <string>

#include "pj/study/pareto.hpp"

namespace pj {

/// A layer's front: energy and cycles of each point, and which stages change from one to the next.
std::string pareto_table(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoFront& front);
std::string pareto_csv(const Accelerator& accelerator, const ParetoFront& front);
std::string pareto_json(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoFront& front);

/// A network's front: of a long one some points, evenly chosen, and which layers change from one shown to the next.
std::string pareto_table(const NetworkFront& front);
/// All points of it.
std::string pareto_csv(const NetworkFront& front);
std::string pareto_json(const NetworkFront& front);

}  // namespace pj
