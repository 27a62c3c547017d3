#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pj/accelerator/component.hpp"
#include "pj/accelerator/reference_table.hpp"
#include "pj/accelerator/value_reader.hpp"

namespace pj {

/// Reads what the parts of a machine cost. A reference table comes first, then what the file says, then the estimate
/// from technologies/ where the file says what a part is; every value that the file did not give is marked with its
/// rule.
class CostReader : protected ValueReader {
 protected:
  explicit CostReader(const YamlNode& file) : ValueReader(file) {}

  /// The tables given by hand, and those of the file's key `ert`, whose paths are relative to the file.
  void read_tables(const std::vector<std::string>& files);
  void read_compute_costs(const YamlNode& node);
  /// The level's capacity and word are known by then.
  void read_level_costs(const YamlNode& node, Level& level);
  void read_fanout_costs(const YamlNode& node, Fanout& fanout);

 private:
  using Estimator = std::function<Estimated()>;

  const ReferenceComponent* component(const YamlNode& node, const std::string& name, bool must_be_there) const;
  double from_table(const YamlNode& node, const std::string& path, const ReferenceComponent& component,
                    const std::vector<std::string>& actions);
  /// Notes the rule; a fault is at the place of the node.
  double estimated(const YamlNode& node, const std::string& path, const Estimator& estimate);
  void estimate_compute(const YamlNode& node, bool is_open);
  Picojoules access(const YamlNode& node, const Level& level, const std::string& direction,
                    const ReferenceComponent* component);
  SquareMicrons level_area(const YamlNode& node, const Level& level, const ReferenceComponent* component);
  void read_channels(const YamlNode& node, Level& level);
  std::optional<double> table_area(const std::string& path, const ReferenceComponent* component);
  Memory memory(const YamlNode& node, const Level& level) const;

  std::optional<ReferenceTable> tables_;
};

}  // namespace pj
