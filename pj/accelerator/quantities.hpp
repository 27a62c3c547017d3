#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pj/base/yaml.hpp"

namespace pj {

/// The units that a quantity may be written in, with their factors.
using QuantityUnits = std::vector<std::pair<std::string, double>>;

const QuantityUnits& size_units();    ///< in bits
const QuantityUnits& energy_units();  ///< in picojoules
const QuantityUnits& area_units();    ///< in square micrometres
const QuantityUnits& length_units();  ///< in millimetres
const QuantityUnits& node_units();    ///< in nanometres

/// How a value may have come to be known: measured, simulated, published, estimated or normalised.
const std::vector<std::string>& bases();

/// The text of a basis; throws `InputError` with "did you mean" for any other word.
const std::string& read_basis(const YamlNode& node);

}  // namespace pj
