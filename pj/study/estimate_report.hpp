#pragma once

#include <string>

#include "pj/study/evaluate.hpp"

namespace pj {

std::string energy_text(Picojoules energy);

/// An estimate as people read it: a row for each layer, totals, where the energy goes and what sets the time.
std::string estimate_table(const Estimate& estimate);
/// A row for each layer, with every level's energy and words and every metric.
std::string estimate_csv(const Estimate& estimate);
/// Every number (docs/json.md).
std::string estimate_json(const Estimate& estimate);

/// One mapped layer: the loop nest, what each level moves of each tensor and what it costs, and why it is the best.
std::string mapping_report(const LayerEstimate& layer, const Accelerator& accelerator, const MapperOptions& options);
std::string mapping_json(const LayerEstimate& layer, const Accelerator& accelerator, const MapperOptions& options);

/// The accelerators that come with Picojoule, as a table.
std::string accelerators_table();
/// One accelerator: its hierarchy as a drawing, its constraints and where its values come from.
std::string accelerator_report(const Accelerator& accelerator);

/// The stage, or the compute units, that set the time of a layer.
std::string bound_by(const Accelerator& accelerator, const Cost& cost);

}  // namespace pj
