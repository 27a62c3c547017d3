#include "pj/accelerator/value_reader.hpp"

#include <cmath>

namespace pj {

namespace {

/// Larger numbers, in any base unit, are slips of the exponent.
constexpr double most = 0x1.0p60;

}  // namespace

const YamlNode& ValueReader::valued(const YamlNode& node, const std::string& path) {
  if (!node.is_map()) {
    if (const YamlNode* basis = file_.find("basis")) {
      machine_.provenance[path] = {file_.at("source").text("source"), read_basis(*basis)};
    }
    return node;
  }
  node.allow_keys(std::vector<std::string>{"value", "basis", "source"});
  const std::string& basis = read_basis(node.at("basis"));
  machine_.provenance[path] = {node.at("source").text("source"), basis};
  return node.at("value");
}

double ValueReader::amount(const YamlNode& node, const std::string& path, const QuantityUnits& units) {
  const YamlNode& value = valued(node, path);
  const double result = value.quantity(path, units);
  if (result < 0.0) {
    throw InputError(value.position(), path + " must not be negative");
  }
  if (result > most) {
    throw InputError(value.position(), path + " is too large; write it in a smaller unit or check its exponent");
  }
  return result;
}

double ValueReader::positive(const YamlNode& node, const std::string& path, const QuantityUnits& units) {
  const double result = amount(node, path, units);
  if (result <= 0.0) {
    throw InputError(node.position(), path + " must be greater than 0");
  }
  return result;
}

Bits ValueReader::size(const YamlNode& node, const std::string& path) {
  const double bits = positive(node, path, size_units());
  if (bits != std::floor(bits)) {
    throw InputError(node.position(), path + " must be a whole number of bits, at most 2^60");
  }
  return Bits{static_cast<std::int64_t>(bits)};
}

Picojoules ValueReader::energy(const YamlNode& node, const std::string& path, bool relative) {
  QuantityUnits units = energy_units();
  if (relative) {
    units.emplace_back("MAC", machine_.compute.energy.value);
  }
  return {amount(node, path, units)};
}

double ValueReader::bandwidth(const YamlNode& node, const std::string& path) {
  const double cycle = machine_.clock.value;
  return positive(node, path,
                  QuantityUnits{{"bit/cycle", 1}, {"B/cycle", 8}, {"MB/s", 8e6 / cycle}, {"GB/s", 8e9 / cycle}});
}

std::string ValueReader::text_or(const YamlNode& map, std::string_view key, const std::string& otherwise) {
  const YamlNode* node = map.find(key);
  return node == nullptr ? otherwise : node->text(key);
}

}  // namespace pj
