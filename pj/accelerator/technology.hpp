#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/accelerator/storage_area.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

/// One value of a table of costs.
struct CostPoint {
  double size = 0.0;   ///< bits of an operand or bytes of a memory; 0: the value is the same for all sizes
  double value = 0.0;  ///< in pJ (of one bit, for memories) or um2
  int node_nm = 0;     ///< 0: whatever the node of the logic
  Provenance provenance;

  bool operator==(const CostPoint&) const = default;
};

/// One cost of one kind of component, at every size and node that is known: `sram` `read`, `fixed multiply` `area`.
struct CostTable {
  std::string component;
  std::string quantity;
  std::vector<CostPoint> points;  ///< sizes ascend within a node

  bool operator==(const CostTable&) const = default;
};

/// What changes from one node to the next (Stillmaker and Baas 2017).
struct ProcessNode {
  int nm = 0;
  double a = 0.0, b = 0.0, c = 0.0;  ///< energy at V volts ~ a V² + b V + c
  double area = 0.0;                 ///< of the same circuit, with the smallest node as 1
  double supply = 0.0;               ///< nominal, in volts

  bool operator==(const ProcessNode&) const = default;
};

/// A wire of 1 mm that carries one random bit.
struct WireCost {
  Picojoules energy;
  double supply = 0.0;
  Provenance provenance;

  bool operator==(const WireCost&) const = default;
};

/// The most channels that a memory's interface may have.
constexpr int most_dram_channels = 1 << 16;

/// How many channels the interface of a kind of memory has, and what each carries, in bytes a second.
struct ChannelBandwidth {
  std::string kind;
  int channels = 0;
  double bytes_per_second = 0.0;
  Provenance provenance;

  bool operator==(const ChannelBandwidth&) const = default;
};

/// All that the files of technologies/ say.
struct Technology {
  std::vector<CostTable> tables;
  std::vector<ProcessNode> nodes;  ///< the largest first
  std::vector<WireCost> wires;
  std::vector<ChannelBandwidth> channels;
  std::vector<StorageTable> storage;

  bool operator==(const Technology&) const = default;
};

/// Adds what one file says. Every value needs a node, a basis and a source, its own or the file's; `InputError`.
void add_technology(Technology& technology, const YamlNode& file);

/// The files that come with Picojoule.
const Technology& technology();

/// Puts what a file of one's own says in the place of what is there: of a cost of a component, of the interface of a
/// kind of memory, of the wires, and of the nodes; a storage table also in the place of other areas of its kinds.
/// `InputError` as for any such file, and where it says nothing.
void override_technology(Technology& technology, const YamlNode& file);

/// The table of one cost, or null.
const CostTable* find_table(const Technology& technology, const std::string& component, const std::string& quantity);

/// The interface of a kind of memory, or null where the tables have none.
const ChannelBandwidth* find_channels(const Technology& technology, const std::string& kind);

/// The storage table with this name. `InputError` with "did you mean", at the node.
const StorageTable& storage_named(const Technology& technology, const YamlNode& name);

/// The first storage table for memories of this kind, or null.
const StorageTable* find_storage(const Technology& technology, const std::string& kind);

/// The kinds of memory that the tables know.
std::vector<std::string> memory_kinds(const Technology& technology);

}  // namespace pj
