#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pj/base/yaml.hpp"

namespace pj {

/// The names of tensors and indices that a machine file may use: those of the layers of networks, and those that its
/// key `names` declares for Einsums of one's own. All others are slips, and refused where they stand.
class KnownNames {
 public:
  explicit KnownNames(const YamlNode& file);

  /// A list of tensors, or of indices. `InputError` with "did you mean".
  std::vector<std::string> tensors(const YamlNode& list, std::string_view what) const;
  std::vector<std::string> indices(const YamlNode& list, std::string_view what) const;
  /// The key of a map by tensors.
  void check_tensor(const std::string& name, const Position& place) const;

 private:
  std::vector<std::string> tensors_, indices_;
};

}  // namespace pj
