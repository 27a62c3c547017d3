#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pj/base/units.hpp"

namespace pj {

/// What a reference table of Accelergy says of one component. Of an action whose energy depends on its arguments it
/// has the energies of all.
struct ReferenceComponent {
  std::string name;  ///< `system.PE[0..15].buffer`
  std::map<std::string, std::vector<Picojoules>> actions;
  std::optional<SquareMicrons> area;

  bool operator==(const ReferenceComponent&) const = default;
};

/// The energies (ERT) and areas (ART) that a user's own tables give.
struct ReferenceTable {
  std::vector<std::string> files;
  std::vector<ReferenceComponent> components;

  bool operator==(const ReferenceTable&) const = default;
};

/// Reads files as Accelergy writes them, `ERT.yaml`, `ERT_summary.yaml` and `ART.yaml` of versions 0.2 to 0.4, or a
/// `.csv` with the columns component, action and energy. Energies are in pJ, areas in um2, all used unchanged.
ReferenceTable read_reference_tables(const std::vector<std::string>& files);

/// The component with this name: the whole, or the last part without its brackets where only one has that.
/// `InputError`.
const ReferenceComponent& find_component(const ReferenceTable& table, const std::string& name);

/// The energy of one action: the first of `names` that the component has, and of several energies the largest, as
/// Timeloop reads them (random data and addresses). `InputError` where it has none of them.
Picojoules action_energy(const ReferenceComponent& component, const std::vector<std::string>& names);

/// The files' names, for people.
std::string source_text(const ReferenceTable& table, const ReferenceComponent& component);

}  // namespace pj
