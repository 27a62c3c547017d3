#pragma once

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

#include "pj/study/roofline.hpp"

namespace pj {

/// The roofs with their ridge points, and a row for each layer: its intensity, what it could reach and what it does.
std::string roofline_table(const Roofline& roofline);
/// A row for each layer of all networks.
std::string roofline_csv(std::span<const Roofline> rooflines);
/// Every number (docs/json.md).
std::string roofline_json(std::span<const Roofline> rooflines);
/// Of one network, as a part of other results: `peak_ops_per_s`, `roofs` and `layers`.
nlohmann::ordered_json roofline_part(const Roofline& roofline);

}  // namespace pj
