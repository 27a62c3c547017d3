#include "pj/accelerator/scaling.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"

namespace pj {

namespace {

/// Stillmaker and Baas 2017, equation for energy, at the node's own supply.
double energy_of(const ProcessNode& node) {
  return node.a * node.supply * node.supply + node.b * node.supply + node.c;
}
double area_of(const ProcessNode& node) {
  return node.area;
}
double supply_of(const ProcessNode& node) {
  return node.supply;
}

/// The value at a node: that of the table, or the power law through its two neighbours.
double at_node(const Technology& technology, int nm, double (*value)(const ProcessNode&)) {
  const auto& nodes = technology.nodes;
  const auto smaller = std::find_if(nodes.begin(), nodes.end(), [&](const ProcessNode& n) { return n.nm <= nm; });
  if (smaller == nodes.end() || (smaller == nodes.begin() && smaller->nm != nm)) {
    const std::string known =
        nodes.empty() ? "none" : std::to_string(nodes.back().nm) + " to " + std::to_string(nodes.front().nm) + " nm";
    throw InputError("no scaling is known for " + std::to_string(nm) + " nm (only " + known +
                     "); give the costs themselves");
  }
  if (smaller->nm == nm) {
    return value(*smaller);
  }
  const ProcessNode& larger = *(smaller - 1);
  const double share =
      std::log(static_cast<double>(nm) / smaller->nm) / std::log(static_cast<double>(larger.nm) / smaller->nm);
  return value(*smaller) * std::pow(value(larger) / value(*smaller), share);
}

}  // namespace

double energy_scale(const Technology& technology, int from_nm, int to_nm) {
  return from_nm == to_nm ? 1.0 : at_node(technology, to_nm, energy_of) / at_node(technology, from_nm, energy_of);
}

double area_scale(const Technology& technology, int from_nm, int to_nm) {
  return from_nm == to_nm ? 1.0 : at_node(technology, to_nm, area_of) / at_node(technology, from_nm, area_of);
}

double supply(const Technology& technology, int nm) {
  return at_node(technology, nm, supply_of);
}

}  // namespace pj
