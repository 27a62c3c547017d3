#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
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

  /// The files of the key `technology_file`, whose paths are relative to the file, and those given by hand; each stands
  /// in the place of those before.
  void read_technologies(const std::vector<std::string>& files);
  const Technology& technology() const { return technology_ ? *technology_ : pj::technology(); }
  /// The tables given by hand, and those of the file's key `ert`, whose paths are relative to the file.
  void read_tables(const std::vector<std::string>& files);
  void read_compute_costs(const YamlNode& node);
  /// The level's capacity and word are known by then.
  void read_level_costs(const YamlNode& node, Level& level);
  void read_fanout_costs(const YamlNode& node, Fanout& fanout);
  /// The components of the tables that no part has used, for people; empty where there are none.
  std::string unused_components() const;

 private:
  using Estimator = std::function<Estimated()>;

  /// The texts of a key, relative to the file: one or a list.
  std::vector<std::string> paths(std::string_view key) const;
  const ReferenceComponent* component(const YamlNode& node, const std::string& name, bool must_be_there);
  double from_table(const YamlNode& node, const std::string& path, const ReferenceComponent& component,
                    const std::vector<std::string>& actions);
  /// Notes the rule; a fault is at the place of the node.
  double estimated(const YamlNode& node, const std::string& path, const Estimator& estimate);
  void read_compute_energy(const YamlNode& node, const ReferenceComponent* table);
  void read_add(const YamlNode& node);
  void read_compute_area(const YamlNode& node, const ReferenceComponent* table);
  Picojoules access(const YamlNode& node, const Level& level, const std::string& direction,
                    const ReferenceComponent* component);
  SquareMicrons level_area(const YamlNode& node, const Level& level, const ReferenceComponent* component);
  void read_channels(const YamlNode& node, Level& level);
  std::optional<double> table_area(const std::string& path, const ReferenceComponent* component);
  Memory memory(const YamlNode& node, const Level& level) const;

  std::optional<Technology> technology_;  ///< where the machine has files of its own
  std::optional<ReferenceTable> tables_;
  std::set<std::string> used_;  ///< components of the tables
  Arithmetic multiplier_, adder_;
};

}  // namespace pj
