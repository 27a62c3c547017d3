#include "pj/accelerator/cost_reader.hpp"

#include <algorithm>
#include <filesystem>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t widest = 64;
constexpr int most_ports = 64;

const std::vector<std::string> compute_actions{"compute", "mac_random", "mac"};
const std::vector<std::string> hop_actions{"transfer", "transfer_random"};

/// The actions of a memory that pay for one direction; registers have one for both.
std::vector<std::string> access_actions(const std::string& direction) {
  return direction == "read" ? std::vector<std::string>{"read", "access"}
                             : std::vector<std::string>{"write", "fill", "access"};
}

/// The word, which must be one of these.
std::string choice(const YamlNode& node, const std::string& what, const std::vector<std::string>& known) {
  const std::string& word = node.text(what);
  if (std::find(known.begin(), known.end(), word) == known.end()) {
    throw InputError(node.position(), "unknown " + what + " '" + word + "'" + did_you_mean(word, known));
  }
  return word;
}

}  // namespace

std::vector<std::string> CostReader::paths(std::string_view key) const {
  std::vector<std::string> result;
  if (const YamlNode* own = file_.find(key)) {
    const YamlNode::Sequence names = own->is_sequence() ? own->sequence(key) : YamlNode::Sequence{*own};
    const std::filesystem::path folder = std::filesystem::path(file_.position().file).parent_path();
    for (const YamlNode& name : names) {
      result.push_back((folder / name.text(key)).string());
    }
  }
  return result;
}

void CostReader::read_technologies(const std::vector<std::string>& files) {
  std::vector<std::string> all = paths("technology_file");
  all.insert(all.end(), files.begin(), files.end());
  for (const std::string& path : all) {
    if (!technology_) {
      technology_ = pj::technology();
    }
    override_technology(*technology_, read_yaml(path));
  }
}

void CostReader::read_tables(const std::vector<std::string>& files) {
  std::vector<std::string> all = files;
  const std::vector<std::string> own = paths("ert");
  all.insert(all.end(), own.begin(), own.end());
  if (!all.empty()) {
    tables_ = read_reference_tables(all);
  }
}

const ReferenceComponent* CostReader::component(const YamlNode& node, const std::string& name, bool must_be_there) {
  const YamlNode* given = node.find("component");
  if (!tables_) {
    return nullptr;
  }
  const std::string wanted = given == nullptr ? name : given->text("component");
  try {
    const ReferenceComponent& found = find_component(*tables_, wanted);
    used_.insert(found.name);
    return &found;
  } catch (const InputError& fault) {
    if (!must_be_there && given == nullptr) {
      return nullptr;
    }
    throw InputError((given == nullptr ? node : *given).position(), fault.what());
  }
}

std::string CostReader::unused_components() const {
  std::vector<std::string> unused;
  for (const ReferenceComponent& component : tables_ ? tables_->components : std::vector<ReferenceComponent>{}) {
    if (!used_.contains(component.name)) {
      unused.push_back(component.name);
    }
  }
  return unused.empty() ? "" : join(unused, ", ") + " (" + join(tables_->files, ", ") + ")";
}

double CostReader::from_table(const YamlNode& node, const std::string& path, const ReferenceComponent& component,
                              const std::vector<std::string>& actions) {
  try {
    const Picojoules energy = action_energy(component, actions);
    machine_.provenance[path] = {source_text(*tables_, component), "estimated", Provenance::Origin::Table};
    return energy.value;
  } catch (const InputError& fault) {
    throw InputError(node.position(), fault.what());
  }
}

double CostReader::estimated(const YamlNode& node, const std::string& path, const Estimator& estimate) {
  try {
    const Estimated found = estimate();
    machine_.provenance[path] = {found.rule, "estimated", Provenance::Origin::Model};
    return found.value;
  } catch (const InputError& fault) {
    throw InputError(node.position(), fault.what());
  }
}

std::optional<double> CostReader::table_area(const std::string& path, const ReferenceComponent* component) {
  if (component == nullptr || !component->area) {
    return std::nullopt;
  }
  machine_.provenance[path] = {source_text(*tables_, *component), "estimated", Provenance::Origin::Table};
  return component->area->value;
}

void CostReader::read_compute_costs(const YamlNode& node) {
  Compute& compute = machine_.compute;
  const ReferenceComponent* table = component(node, compute.name, true);
  const YamlNode* numbers = node.find("numbers");
  const std::string kind = numbers == nullptr ? "fixed" : choice(*numbers, "numbers", {"fixed", "float"});
  multiplier_ = {kind, "multiply", compute.bits};
  adder_ = {kind, "add", kind == "float" ? compute.bits : 2 * compute.bits};
  if (const YamlNode* accumulator = node.find("accumulator")) {
    adder_.bits = static_cast<int>(std::min(size(*accumulator, "accumulator").value, 2 * widest));
  }
  if (const YamlNode* precision = node.find("precision")) {
    const bool scales = choice(*precision, "precision", {"fixed", "scalable"}) == "scalable";
    compute.precision = scales ? Compute::Precision::Scalable : Compute::Precision::Fixed;
  }
  read_compute_energy(node, table);
  read_add(node);
  read_compute_area(node, table);
}

void CostReader::read_compute_energy(const YamlNode& node, const ReferenceComponent* table) {
  Compute& compute = machine_.compute;
  const std::string path = compute.name + " energy";
  if (table != nullptr) {
    compute.energy = {from_table(node, path, *table, compute_actions)};
    return;
  }
  const YamlNode* numbers = node.find("numbers");
  if (node.find("energy") != nullptr || numbers == nullptr) {
    compute.energy = energy(node.at("energy"), path, false);
    return;
  }
  compute.energy = {estimated(*numbers, path, [&] {
    Estimated both = operation_energy(technology(), multiplier_, machine_.node_nm);
    both.value += operation_energy(technology(), adder_, machine_.node_nm).value;
    return both;
  })};
}

/// The adder's part of the energy: given, or as large a part as the tables say.
void CostReader::read_add(const YamlNode& node) {
  Compute& compute = machine_.compute;
  const std::string path = compute.name + " add";
  if (const YamlNode* given = node.find("add")) {
    compute.add = energy(*given, path, false);
    if (compute.add > compute.energy) {
      throw InputError(given->position(),
                       "the adder takes a part of the energy of a multiply-accumulate; 'add' is more");
    }
  } else if (compute.precision == Compute::Precision::Scalable) {
    compute.add = {estimated(node, path, [&] {
      const int node_nm = machine_.node_nm == 0 ? 45 : machine_.node_nm;  // at all nodes the part is the same
      const Estimated sum = operation_energy(technology(), adder_, node_nm);
      const double whole = sum.value + operation_energy(technology(), multiplier_, node_nm).value;
      return Estimated{compute.energy.value * sum.value / whole, "share of the energy: " + sum.rule};
    })};
  }
}

void CostReader::read_compute_area(const YamlNode& node, const ReferenceComponent* table) {
  Compute& compute = machine_.compute;
  const std::string path = compute.name + " area";
  const YamlNode* numbers = node.find("numbers");
  if (const auto area = table_area(path, table)) {
    compute.area = {*area};
  } else if (const YamlNode* given = node.find("area")) {
    compute.area = {amount(*given, path, area_units())};
  } else if (numbers != nullptr && machine_.node_nm > 0) {
    compute.area = {estimated(*numbers, path, [&] {
      Estimated both = operation_area(technology(), multiplier_, machine_.node_nm);
      both.value += operation_area(technology(), adder_, machine_.node_nm).value;
      return both;
    })};
  }
}

Memory CostReader::memory(const YamlNode& node, const Level& level) const {
  Memory memory{.kind = node.at("kind").text("kind"), .capacity = level.capacity, .word = level.word};
  for (const auto& [tensor, size] : level.partitions) {
    memory.capacity = std::max(memory.capacity.value_or(Bits{0}), size);  // all cost what the largest does
  }
  if (const YamlNode* ports = node.find("ports")) {
    memory.ports = static_cast<int>(ports->integer("ports", 1, most_ports));
  }
  return memory;
}

Picojoules CostReader::access(const YamlNode& node, const Level& level, const std::string& direction,
                              const ReferenceComponent* component) {
  const std::string path = level.name + " " + direction;
  if (component != nullptr) {
    return {from_table(node, path, *component, access_actions(direction))};
  }
  const YamlNode* kind = node.find("kind");
  if (node.find(direction) != nullptr || kind == nullptr) {
    return energy(node.at(direction), path, true);
  }
  return {estimated(*kind, path,
                    [&] { return access_energy(technology(), memory(node, level), direction, machine_.node_nm); })};
}

SquareMicrons CostReader::level_area(const YamlNode& node, const Level& level, const ReferenceComponent* component) {
  const std::string path = level.name + " area";
  if (const auto area = table_area(path, component)) {
    return {*area};
  }
  if (const YamlNode* area = node.find("area")) {
    return {amount(*area, path, area_units())};
  }
  const YamlNode* kind = node.find("kind");
  if (kind == nullptr || machine_.node_nm == 0) {
    return {};
  }
  std::vector<Bits> memories;
  for (const auto& [tensor, size] : level.partitions) {
    memories.push_back(size);
  }
  if (level.capacity) {
    memories.push_back(*level.capacity);
  }
  SquareMicrons total;
  for (const Bits capacity : memories) {
    Memory one = memory(node, level);
    one.capacity = capacity;
    const auto found = storage_area(technology(), one, machine_.node_nm);
    if (!found) {
      return {};
    }
    total += SquareMicrons{estimated(*kind, path, [&] { return *found; })};
  }
  return total;
}

void CostReader::read_level_costs(const YamlNode& node, Level& level) {
  const ReferenceComponent* table = component(node, level.name, true);
  if (const YamlNode* kind = node.find("kind")) {
    const std::vector<std::string> known = memory_kinds(technology());
    if (std::find(known.begin(), known.end(), kind->text("kind")) == known.end()) {
      throw InputError(kind->position(),
                       "unknown kind of memory '" + kind->text("kind") + "'" + did_you_mean(kind->text("kind"), known));
    }
  } else if (const YamlNode* ports = node.find("ports")) {
    throw InputError(ports->position(), "'ports' serves to estimate costs; say the 'kind' of memory too");
  }
  level.read = access(node, level, "read", table);
  level.write = access(node, level, "write", table);
  level.area = level_area(node, level, table);
  read_channels(node, level);
}

void CostReader::read_channels(const YamlNode& node, Level& level) {
  const YamlNode* kind = node.find("kind");
  const YamlNode* given = node.find("channels");
  std::optional<int> channels;
  if (given != nullptr) {
    channels = static_cast<int>(given->integer("channels", 1, most_dram_channels));
  }
  const auto bandwidth = kind == nullptr ? std::nullopt : memory_bandwidth(technology(), kind->text("kind"), channels);
  if (given != nullptr && !bandwidth) {
    throw InputError(given->position(), "no channels are known of this kind of memory; give its 'bandwidth'");
  }
  if (bandwidth && !level.bandwidth && !level.read_bandwidth && !level.write_bandwidth) {
    const double bits = estimated(*kind, level.name + " bandwidth", [&] { return *bandwidth; }) * 8.0;
    level.bandwidth = bits / machine_.clock.value;
  }
}

void CostReader::read_fanout_costs(const YamlNode& node, Fanout& fanout) {
  const ReferenceComponent* table = component(node, fanout.name, false);
  const std::string path = fanout.name + " hop";
  const YamlNode* wire = node.find("wire");
  const double length = wire == nullptr ? 0.0 : positive(*wire, fanout.name + " wire", length_units());
  if (table != nullptr) {
    fanout.hop = {from_table(node, path, *table, hop_actions)};
  } else if (const YamlNode* hop = node.find("hop")) {
    fanout.hop = energy(*hop, path, true);
  } else if (wire != nullptr) {
    const Wire word{length, Bits{machine_.compute.bits}};
    fanout.hop = {estimated(*wire, path, [&] { return wire_energy(technology(), word, machine_.node_nm); })};
  }
  if (const YamlNode* area = node.find("area")) {
    fanout.area = {amount(*area, fanout.name + " area", area_units())};
  }
  if (const auto area = table_area(fanout.name + " area", table)) {
    fanout.area = {*area};
  }
}

}  // namespace pj
