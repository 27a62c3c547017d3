#include "pj/accelerator/quantities.hpp"

#include <algorithm>

#include "pj/base/text.hpp"

namespace pj {

const QuantityUnits& size_units() {
  static const QuantityUnits units{
      {"bit", 1}, {"B", 8}, {"KiB", 8.0 * 1024}, {"MiB", 8.0 * 1024 * 1024}, {"GiB", 8.0 * 1024 * 1024 * 1024}};
  return units;
}

const QuantityUnits& energy_units() {
  static const QuantityUnits units{{"fJ", 1e-3}, {"pJ", 1}, {"nJ", 1e3}};
  return units;
}

const QuantityUnits& area_units() {
  static const QuantityUnits units{{"um2", 1}, {"mm2", 1e6}};
  return units;
}

const QuantityUnits& length_units() {
  static const QuantityUnits units{{"um", 1e-3}, {"mm", 1}};
  return units;
}

const QuantityUnits& node_units() {
  static const QuantityUnits units{{"nm", 1}};
  return units;
}

const std::vector<std::string>& bases() {
  static const std::vector<std::string> all{"measured", "simulated", "published", "estimated", "normalised"};
  return all;
}

const std::string& read_basis(const YamlNode& node) {
  const std::string& basis = node.text("basis");
  if (std::find(bases().begin(), bases().end(), basis) == bases().end()) {
    throw InputError(node.position(), "unknown basis '" + basis + "'" + did_you_mean(basis, bases()));
  }
  return basis;
}

}  // namespace pj
