#include "pj/accelerator/reference_table.hpp"

#include <algorithm>

#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/base/yaml.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_file_bytes = 1 << 24;

/// Gathers the components of several files.
class TableReader {
 public:
  explicit TableReader(ReferenceTable& table) : table_(table) {}

  void read(const std::string& file) {
    if (file.ends_with(".csv")) {
      read_csv(file);
      return;
    }
    const YamlNode root = read_yaml(file);
    const YamlNode* energies = root.find("ERT");
    const YamlNode* summary = root.find("ERT_summary");
    const YamlNode* areas = root.find("ART");
    if (energies == nullptr && summary == nullptr && areas == nullptr) {
      throw InputError(root.position(), "no reference table of Accelergy; it begins with ERT, ERT_summary or ART");
    }
    if (energies != nullptr) {
      read_energies(energies->at("tables"));
    }
    if (summary != nullptr) {
      read_energies(summary->at("table_summary"));
    }
    if (areas != nullptr) {
      for (const YamlNode& entry : areas->at("tables").sequence("tables")) {
        component(entry.at("name").text("name")).area = {number(entry.at("area"), "area")};
      }
    }
  }

 private:
  static double number(const YamlNode& node, const std::string& what) {
    const double value = node.number(what);
    if (value < 0.0) {
      throw InputError(node.position(), what + " must not be negative");
    }
    return value;
  }

  ReferenceComponent& component(const std::string& name) {
    for (ReferenceComponent& known : table_.components) {
      if (known.name == name) {
        return known;
      }
    }
    return table_.components.emplace_back(ReferenceComponent{name, {}, {}});
  }

  void add(const std::string& name, const std::string& action, double energy) {
    component(name).actions[action].push_back({energy});
  }

  /// Version 0.2 has maps by name, the later ones lists.
  void read_energies(const YamlNode& tables) {
    if (tables.is_map()) {
      for (const auto& [name, position, actions] : tables.map("tables")) {
        read_old_actions(name, actions);
      }
      return;
    }
    for (const YamlNode& entry : tables.sequence("tables")) {
      const std::string& name = entry.at("name").text("name");
      for (const YamlNode& action : entry.at("actions").sequence("actions")) {
        // A summary gives the mean, the largest and the smallest of an action with arguments.
        const YamlNode* largest = action.find("max_energy");
        add(name, action.at("name").text("name"),
            number(largest == nullptr ? action.at("energy") : *largest, "energy"));
      }
    }
  }

  void read_old_actions(const std::string& name, const YamlNode& actions) {
    for (const auto& [action, position, value] : actions.map("actions")) {
      const YamlNode::Sequence all = value.is_sequence() ? value.sequence(action) : YamlNode::Sequence{value};
      for (const YamlNode& one : all) {
        add(name, action, number(one.at("energy"), "energy"));
      }
    }
  }

  void read_csv(const std::string& file) {
    const std::vector<std::string> lines = split(read_file(file, most_file_bytes), '\n');
    if (lines.empty() || trimmed(lines.front()) != "component,action,energy") {
      throw InputError({file, 1, 1}, "the first line must be component,action,energy");
    }
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::string line(trimmed(lines[i]));
      const std::vector<std::string> fields = split(line, ',');
      const Position here{file, static_cast<int>(i) + 1, 1};
      if (line.empty() || line.front() == '#') {
        continue;
      }
      if (fields.size() != 3) {
        throw InputError(here, "a line has a component, an action and an energy in pJ, not " +
                                   counted(static_cast<std::int64_t>(fields.size()), "field"));
      }
      const YamlNode energy(here, std::string(trimmed(fields[2])));
      add(std::string(trimmed(fields[0])), std::string(trimmed(fields[1])), number(energy, "energy"));
    }
  }

  ReferenceTable& table_;
};

/// `buffer` of `system.PE[0..15].buffer[0..3]`.
std::string last_part(const std::string& name) {
  std::string result;
  int depth = 0;
  for (const char sign : name) {
    depth += sign == '[' ? 1 : 0;
    if (depth == 0) {
      result = sign == '.' ? "" : result + sign;
    }
    depth -= sign == ']' ? 1 : 0;
  }
  return result;
}

}  // namespace

ReferenceTable read_reference_tables(const std::vector<std::string>& files) {
  ReferenceTable table{.files = files};
  TableReader reader(table);
  for (const std::string& file : files) {
    reader.read(file);
  }
  return table;
}

const ReferenceComponent& find_component(const ReferenceTable& table, const std::string& name) {
  std::vector<std::string> known;
  std::vector<const ReferenceComponent*> found;
  for (const ReferenceComponent& component : table.components) {
    if (component.name == name) {
      return component;
    }
    known.push_back(last_part(component.name));
    if (known.back() == name) {
      found.push_back(&component);
    }
  }
  if (found.size() > 1) {
    throw InputError("several components of " + join(table.files, ", ") + " are called '" + name +
                     "': " + found[0]->name + ", " + found[1]->name + "; name one with 'component'");
  }
  if (found.empty()) {
    throw InputError("no component '" + name + "' in " + join(table.files, ", ") + did_you_mean(name, known) +
                     "; name the one that is meant with 'component'");
  }
  return *found.front();
}

Picojoules action_energy(const ReferenceComponent& component, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto action = component.actions.find(name); action != component.actions.end()) {
      return *std::max_element(action->second.begin(), action->second.end());
    }
  }
  std::vector<std::string> known;
  for (const auto& [name, energies] : component.actions) {
    known.push_back(name);
  }
  throw InputError("component '" + component.name + "' has no action " + join(names, " or ") +
                   (known.empty() ? std::string("; it has none") : "; it has " + join(known, ", ")));
}

std::string source_text(const ReferenceTable& table, const ReferenceComponent& component) {
  return join(table.files, ", ") + ": " + component.name;
}

}  // namespace pj
