#include "pj/accelerator/technology.hpp"

#include <algorithm>
#include <filesystem>

#include "pj/accelerator/quantities.hpp"
#include "pj/accelerator/technology_files.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr int most_bits = 64;
constexpr int most_nm = 1000;

/// Reads the entries of one file: what an entry does not say of node, basis and source, the file says for all.
class TechnologyFile {
 public:
  TechnologyFile(Technology& technology, const YamlNode& file) : technology_(technology), file_(file) {}

  void read() {
    file_.allow_keys(std::vector<std::string>{"title", "node", "basis", "source", "kinds", "storage", "arithmetic",
                                              "memories", "wires", "nodes"});
    each("arithmetic", &TechnologyFile::read_arithmetic);
    each("memories", &TechnologyFile::read_memory);
    each("wires", &TechnologyFile::read_wire);
    each("nodes", &TechnologyFile::read_node);
    if (file_.find("storage") != nullptr) {
      const std::filesystem::path path(file_.position().file);
      technology_.storage.push_back(parse_storage_table(file_, path.stem().string()));
    }
  }

 private:
  void each(std::string_view key, void (TechnologyFile::*read_entry)(const YamlNode&)) {
    if (const YamlNode* entries = file_.find(key)) {
      for (const YamlNode& entry : entries->sequence(key)) {
        (this->*read_entry)(entry);
      }
    }
  }

  /// The key of the entry, or where it has none, of the file; one of them must have it.
  const YamlNode& own_or_shared(const YamlNode& entry, std::string_view key) const {
    const YamlNode* shared = file_.find(key);
    return entry.find(key) != nullptr || shared == nullptr ? entry.at(key) : *shared;
  }

  Provenance provenance(const YamlNode& entry) const {
    return {own_or_shared(entry, "source").text("source"), read_basis(own_or_shared(entry, "basis"))};
  }

  static double positive(const YamlNode& node, std::string_view what, const QuantityUnits& units) {
    const double value = node.quantity(what, units);
    if (value <= 0.0) {
      throw InputError(node.position(), std::string(what) + " must be greater than 0");
    }
    return value;
  }

  static int nanometres(const YamlNode& node) {
    const double nm = positive(node, "node", node_units());
    if (nm < 1.0 || nm > most_nm) {
      throw InputError(node.position(), "node must be from 1 nm to " + std::to_string(most_nm) + " nm");
    }
    return static_cast<int>(nm);
  }

  /// `any` is 0.
  int node_of(const YamlNode& entry) const {
    const YamlNode& node = own_or_shared(entry, "node");
    return node.is_scalar() && node.text("node") == "any" ? 0 : nanometres(node);
  }

  void add(const YamlNode& entry, const std::string& component, const std::string& quantity, CostPoint point) {
    auto& tables = technology_.tables;
    auto table = std::find_if(tables.begin(), tables.end(),
                              [&](const CostTable& t) { return t.component == component && t.quantity == quantity; });
    if (table == tables.end()) {
      table = tables.insert(tables.end(), {component, quantity, {}});
    }
    point.node_nm = node_of(entry);
    point.provenance = provenance(entry);
    for (const CostPoint& before : table->points) {
      if (before.node_nm == point.node_nm && before.size >= point.size) {
        throw InputError(entry.position(), "the sizes of " + component + " at one node ascend");
      }
    }
    table->points.push_back(point);
  }

  void read_arithmetic(const YamlNode& entry) {
    entry.allow_keys(
        std::vector<std::string>{"operation", "numbers", "bits", "energy", "area", "node", "basis", "source"});
    const std::string component = entry.at("numbers").text("numbers") + " " + entry.at("operation").text("operation");
    const auto bits = static_cast<double>(entry.at("bits").integer("bits", 1, most_bits));
    if (const YamlNode* energy = entry.find("energy")) {
      add(entry, component, "energy", {bits, positive(*energy, "energy", energy_units())});
    }
    if (const YamlNode* area = entry.find("area")) {
      add(entry, component, "area", {bits, positive(*area, "area", area_units())});
    }
  }

  void read_memory(const YamlNode& entry) {
    entry.allow_keys(std::vector<std::string>{"kind", "capacity", "width", "read", "write", "area", "channels",
                                              "bandwidth", "node", "basis", "source"});
    const std::string& kind = entry.at("kind").text("kind");
    const YamlNode* capacity = entry.find("capacity");
    const double bytes = capacity == nullptr ? 0.0 : positive(*capacity, "capacity", size_units()) / 8.0;
    for (const std::string direction : {"read", "write"}) {
      if (const YamlNode* energy = entry.find(direction)) {
        const double width = positive(entry.at("width"), "width", size_units());
        add(entry, kind, direction, {bytes, positive(*energy, direction, energy_units()) / width});
      }
    }
    if (const YamlNode* area = entry.find("area")) {
      entry.at("capacity");
      add(entry, kind, "area", {bytes, positive(*area, "area", area_units())});
    }
    if (const YamlNode* channels = entry.find("channels")) {
      technology_.channels.push_back(
          {kind, static_cast<int>(channels->integer("channels", 1, most_dram_channels)),
           positive(entry.at("bandwidth"), "bandwidth", QuantityUnits{{"MB/s", 1e6}, {"GB/s", 1e9}}),
           provenance(entry)});
    }
  }

  void read_wire(const YamlNode& entry) {
    entry.allow_keys(std::vector<std::string>{"length", "width", "supply", "energy", "node", "basis", "source"});
    node_of(entry);
    const double millimetres = positive(entry.at("length"), "length", length_units());
    const double bits = positive(entry.at("width"), "width", size_units());
    technology_.wires.push_back({{positive(entry.at("energy"), "energy", energy_units()) / (millimetres * bits)},
                                 positive(entry.at("supply"), "supply", QuantityUnits{{"V", 1}}),
                                 provenance(entry)});
  }

  void read_node(const YamlNode& entry) {
    entry.allow_keys(std::vector<std::string>{"node", "energy", "area", "supply", "supply_source", "supply_basis",
                                              "basis", "source"});
    provenance(entry);
    entry.at("supply_source").text("supply_source");
    read_basis(entry.at("supply_basis"));
    const YamlNode::Sequence& energy = entry.at("energy").sequence("energy");
    if (energy.size() != 3) {
      throw InputError(entry.at("energy").position(), "the energy of a node has the three coefficients [a, b, c]");
    }
    const ProcessNode node{
        nanometres(entry.at("node")),    energy[0].number("energy"),
        energy[1].number("energy"),      energy[2].number("energy"),
        entry.at("area").number("area"), positive(entry.at("supply"), "supply", QuantityUnits{{"V", 1}})};
    if (!technology_.nodes.empty() && technology_.nodes.back().nm <= node.nm) {
      throw InputError(entry.position(), "nodes descend");
    }
    technology_.nodes.push_back(node);
  }

  Technology& technology_;
  const YamlNode& file_;
};

Technology read_files() {
  Technology result;
  for (const EmbeddedFile& file : technology_files()) {
    add_technology(result, parse_yaml(std::string(file.text), "technologies/" + std::string(file.name) + ".yaml"));
  }
  return result;
}

/// What is the same as an entry of `own` goes, and `own` comes first.
template <class Entry, class Same>
void replace(std::vector<Entry>& all, const std::vector<Entry>& own, const Same& same) {
  std::erase_if(all, [&](const Entry& old) {
    return std::any_of(own.begin(), own.end(), [&](const Entry& entry) { return same(old, entry); });
  });
  all.insert(all.begin(), own.begin(), own.end());
}

/// Areas are in two forms, of which one's own must win: points and storage tables.
void replace_areas(Technology& technology, const Technology& own) {
  for (const StorageTable& storage : own.storage) {
    for (const std::string& kind : storage.kinds) {
      std::erase_if(technology.tables, [&](const CostTable& t) { return t.component == kind && t.quantity == "area"; });
    }
  }
  for (const CostTable& points : own.tables) {
    for (StorageTable& storage : technology.storage) {
      std::erase_if(storage.kinds,
                    [&](const std::string& kind) { return points.quantity == "area" && points.component == kind; });
    }
  }
}

}  // namespace

void override_technology(Technology& technology, const YamlNode& file) {
  Technology own;
  add_technology(own, file);
  if (own == Technology{}) {
    throw InputError(file.position(), "no technology; it has 'arithmetic', 'memories', 'wires', 'nodes' or 'storage'");
  }
  replace_areas(technology, own);
  replace(technology.tables, own.tables, [](const CostTable& old, const CostTable& entry) {
    return old.component == entry.component && old.quantity == entry.quantity;
  });
  replace(technology.channels, own.channels,
          [](const ChannelBandwidth& old, const ChannelBandwidth& entry) { return old.kind == entry.kind; });
  replace(technology.storage, own.storage,
          [](const StorageTable& old, const StorageTable& entry) { return old.name == entry.name; });
  technology.wires = own.wires.empty() ? technology.wires : own.wires;
  technology.nodes = own.nodes.empty() ? technology.nodes : own.nodes;
}

void add_technology(Technology& technology, const YamlNode& file) {
  TechnologyFile(technology, file).read();
}

const Technology& technology() {
  static const Technology all = read_files();
  return all;
}

const CostTable* find_table(const Technology& technology, const std::string& component, const std::string& quantity) {
  const auto found = std::find_if(technology.tables.begin(), technology.tables.end(), [&](const CostTable& table) {
    return table.component == component && table.quantity == quantity;
  });
  return found == technology.tables.end() ? nullptr : &*found;
}

const ChannelBandwidth* find_channels(const Technology& technology, const std::string& kind) {
  const auto found = std::find_if(technology.channels.begin(), technology.channels.end(),
                                  [&](const ChannelBandwidth& memory) { return memory.kind == kind; });
  return found == technology.channels.end() ? nullptr : &*found;
}

const StorageTable& storage_named(const Technology& technology, const YamlNode& name) {
  const std::string& wanted = name.text("technology");
  std::vector<std::string> known;
  for (const StorageTable& table : technology.storage) {
    if (table.name == wanted) {
      return table;
    }
    known.push_back(table.name);
  }
  throw InputError(name.position(), "unknown storage table '" + wanted + "'" + did_you_mean(wanted, known));
}

const StorageTable* find_storage(const Technology& technology, const std::string& kind) {
  const auto found = std::find_if(technology.storage.begin(), technology.storage.end(), [&](const StorageTable& table) {
    return std::find(table.kinds.begin(), table.kinds.end(), kind) != table.kinds.end();
  });
  return found == technology.storage.end() ? nullptr : &*found;
}

std::vector<std::string> memory_kinds(const Technology& technology) {
  std::vector<std::string> kinds;
  for (const CostTable& table : technology.tables) {
    if (table.quantity == "read") {
      kinds.push_back(table.component);
    }
  }
  return kinds;
}

}  // namespace pj
