#pragma once

#include <string>

#include "pj/accelerator/accelerator.hpp"
#include "pj/accelerator/quantities.hpp"

namespace pj {

/// Reads the values of a machine file, and keeps where each comes from.
class ValueReader {
 protected:
  explicit ValueReader(const YamlNode& file) : file_(file) {}

  /// A quantity of at least 0, or of more than 0. A value is written plainly (`6 pJ`), and is then as the file's own
  /// `basis` and `source` say, or with where it comes from (`{value: 6 pJ, basis: measured, source: …}`).
  double amount(const YamlNode& node, const std::string& path, const QuantityUnits& units);
  double positive(const YamlNode& node, const std::string& path, const QuantityUnits& units);
  Bits size(const YamlNode& node, const std::string& path);
  /// `MAC` is the energy of one multiply-accumulate of this machine, for costs that are published relative to it.
  Picojoules energy(const YamlNode& node, const std::string& path, bool relative);
  double bandwidth(const YamlNode& node, const std::string& path);

  static std::string text_or(const YamlNode& map, std::string_view key, const std::string& otherwise);

  const YamlNode& file_;
  Accelerator machine_;

 private:
  const YamlNode& valued(const YamlNode& node, const std::string& path);
};

}  // namespace pj
