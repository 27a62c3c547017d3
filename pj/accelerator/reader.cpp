#include "pj/accelerator/reader.hpp"

#include <algorithm>

#include "pj/accelerator/cost_reader.hpp"
#include "pj/accelerator/equal_area.hpp"
#include "pj/accelerator/known_names.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// Reads one machine file from top to bottom.
class Reader : CostReader {
 public:
  explicit Reader(const YamlNode& file) : CostReader(file), names_(file) {}

  Accelerator read(const AcceleratorOptions& options) {
    file_.allow_keys(std::vector<std::string>{"name", "title", "source", "basis", "technology", "technology_file",
                                              "clock", "ert", "names", "compute", "stages", "conventions"});
    machine_.name = file_.at("name").text("name");
    machine_.title = text_or(file_, "title", machine_.name);
    machine_.source = text_or(file_, "source", "");
    if (const YamlNode* node = file_.find("technology")) {
      machine_.node_nm = static_cast<int>(std::min(1e6, positive(*node, "technology", node_units())));
    }
    if (const YamlNode* node = file_.find("clock")) {
      machine_.clock = {positive(*node, "clock", QuantityUnits{{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}})};
    }
    read_technologies(options.technologies);
    read_tables(options.reference_tables);
    read_compute(file_.at("compute"));
    for (const YamlNode& stage : file_.at("stages").sequence("stages")) {
      machine_.stages.push_back(read_stage(stage));
    }
    share_area();
    if (const YamlNode* node = file_.find("conventions")) {
      read_conventions(*node);
    }
    check_stages();
    if (const std::string unused = unused_components(); options.warn && !unused.empty()) {
      options.warn(machine_.name + " uses nothing of " + unused + "; a part's 'component' names what it is");
    }
    return machine_;
  }

 private:
  void read_compute(const YamlNode& node) {
    node.allow_keys(std::vector<std::string>{"name", "bits", "energy", "add", "precision", "numbers", "accumulator",
                                             "partial_sums", "area", "latches", "component", "gates", "skips"});
    Compute& compute = machine_.compute;
    compute.name = text_or(node, "name", compute.name);
    compute.bits = static_cast<int>(node.at("bits").integer("compute bits", 1, 64));
    if (const YamlNode* sums = node.find("partial_sums")) {
      constexpr std::int64_t widest = 1024;
      compute.partial_bits = static_cast<int>(std::min(size(*sums, compute.name + " partial_sums").value, widest));
    }
    read_compute_costs(node);
    if (const YamlNode* latches = node.find("latches")) {
      compute.latches = names_.tensors(*latches, "latches");
    }
    read_zeros(node, compute);
  }

  void read_zeros(const YamlNode& node, Compute& compute) {
    if (const YamlNode* gates = node.find("gates")) {
      compute.gates = names_.tensors(*gates, "gates");
    }
    if (const YamlNode* skips = node.find("skips")) {
      skips->allow_keys(std::vector<std::string>{"tensors", "lanes", "brick"});
      compute.skips.tensors = names_.tensors(skips->at("tensors"), "tensors");
      const auto count = [&](std::string_view key) {
        const YamlNode* value = skips->find(key);
        return value == nullptr ? 1 : value->integer(key, 1, 1 << 16);
      };
      compute.skips.lanes = count("lanes");
      compute.skips.brick = count("brick");
    }
  }

  void read_zeros(const YamlNode& node, Level& level) {
    if (const YamlNode* formats = node.find("formats")) {
      for (const auto& [tensor, position, value] : formats->map("formats")) {
        names_.check_tensor(tensor, position);
        try {
          level.formats[tensor] = parse_sparse_format(value.text("format of " + tensor));
        } catch (const InputError& fault) {
          throw InputError(value.position(), fault.what());
        }
      }
    }
    if (const YamlNode* gated = node.find("gated")) {
      for (const auto& [tensor, position, value] : gated->map("gated")) {
        names_.check_tensor(tensor, position);
        level.gated[tensor] = names_.tensors(value, "gated " + tensor);
      }
    }
  }

  Stage read_stage(const YamlNode& node) {
    if (node.find("level") != nullptr) {
      return read_level(node);
    }
    if (node.find("fanout") != nullptr) {
      return read_fanout(node);
    }
    throw InputError(node.position(), "a stage begins with 'level: NAME' or 'fanout: NAME'");
  }

  Level read_level(const YamlNode& node) {
    node.allow_keys(std::vector<std::string>{
        "level",      "capacity", "partitions",     "keeps",           "must_keep", "double_buffered", "word",
        "read",       "write",    "read_bandwidth", "write_bandwidth", "bandwidth", "exposed",         "area",
        "loops",      "whole",    "kind",           "ports",           "channels",  "component",       "stays",
        "equal_area", "formats",  "gated"});
    Level level{.name = node.at("level").text("level")};
    level.word = Bits{machine_.compute.bits};
    if (const YamlNode* word = node.find("word")) {
      level.word = size(*word, level.name + " word");
    }
    read_capacity(node, level);
    read_bandwidths(node, level);
    read_level_costs(node, level);
    read_constraints(node, level);
    read_zeros(node, level);
    return level;
  }

  void read_capacity(const YamlNode& node, Level& level) {
    const YamlNode* partitions = node.find("partitions");
    if (const YamlNode* capacity = node.find("capacity")) {
      if (partitions != nullptr) {
        throw InputError(capacity->position(), "a level has a shared 'capacity' or 'partitions'; remove one");
      }
      level.capacity = size(*capacity, level.name + " capacity");
    }
    if (const YamlNode* area = node.find("equal_area")) {
      if (level.capacity || partitions != nullptr || equal_area_ != nullptr) {
        throw InputError(area->position(),
                         "one level of a machine has 'equal_area', without 'capacity' or 'partitions'");
      }
      equal_area_ = area;
      equal_area_stage_ = machine_.stages.size();
    }
    if (partitions != nullptr) {
      for (const auto& [tensor, position, value] : partitions->map("partitions")) {
        names_.check_tensor(tensor, position);
        level.partitions[tensor] = size(value, level.name + " partition " + tensor);
      }
    }
    if (const YamlNode* buffered = node.find("double_buffered")) {
      level.double_buffered = buffered->boolean("double_buffered");
    }
  }

  void share_area() {
    if (equal_area_ != nullptr) {
      equal_area_->allow_keys(std::vector<std::string>{"technology", "shared", "own"});
      const auto bytes = [&](const char* key) { return positive(equal_area_->at(key), key, size_units()) / 8.0; };
      const StorageTable& table = storage_named(technology(), equal_area_->at("technology"));
      const Bits left = capacity_left(machine_, table, bytes("shared"), bytes("own"));
      if (left.value == 0) {
        throw InputError(equal_area_->position(), "the memories inside the fanouts leave no area; make them smaller");
      }
      std::get<Level>(machine_.stages[equal_area_stage_]).capacity = left;
    }
  }

  void read_bandwidths(const YamlNode& node, Level& level) {
    const auto read = [&](std::string_view key, std::optional<double>& into) {
      if (const YamlNode* value = node.find(key)) {
        into = bandwidth(*value, level.name + " " + std::string(key));
      }
    };
    read("read_bandwidth", level.read_bandwidth);
    read("write_bandwidth", level.write_bandwidth);
    read("bandwidth", level.bandwidth);
    if (const YamlNode* exposed = node.find("exposed")) {
      level.exposed = names_.tensors(*exposed, "exposed");
      if (!level.read_bandwidth && !level.write_bandwidth && !level.bandwidth) {
        throw InputError(exposed->position(), "nothing waits for transfers without a bandwidth; give '" + level.name +
                                                  "' one or remove 'exposed'");
      }
    }
  }

  void read_constraints(const YamlNode& node, Level& level) {
    if (const YamlNode* keeps = node.find("keeps")) {
      level.keeps = names_.tensors(*keeps, "keeps");
    }
    if (const YamlNode* must = node.find("must_keep")) {
      level.must_keep = names_.tensors(*must, "must_keep");
      for (const std::string& tensor : level.must_keep) {
        if (!may_keep(level, tensor)) {
          throw InputError(must->position(),
                           "'" + tensor + "' must be kept here but may not be; add it to 'keeps' " + "or 'partitions'");
        }
      }
    }
    if (const YamlNode* loops = node.find("loops")) {
      level.loops = names_.indices(*loops, "loops");
    }
    if (const YamlNode* whole = node.find("whole")) {
      level.whole = names_.indices(*whole, "whole");
    }
    if (const YamlNode* stays = node.find("stays")) {
      level.stays = names_.tensors(*stays, "stays");
    }
  }

  Fanout read_fanout(const YamlNode& node) {
    node.allow_keys(std::vector<std::string>{"fanout", "columns", "rows", "multicast", "reduction", "chain", "one_axis",
                                             "hop", "wire", "sum_hop", "hops", "area", "component"});
    Fanout fanout{.name = node.at("fanout").text("fanout")};
    for (const std::string name : {"columns", "rows"}) {
      if (const YamlNode* axis = node.find(name)) {
        fanout.axes.push_back(read_axis(*axis, name));
      }
    }
    if (fanout.axes.empty()) {
      throw InputError(node.position(), "a fanout needs 'columns', 'rows' or both");
    }
    if (const YamlNode* multicast = node.find("multicast")) {
      fanout.multicast = multicast->boolean("multicast");
    }
    if (const YamlNode* one_axis = node.find("one_axis")) {
      fanout.one_axis = one_axis->boolean("one_axis");
    }
    read_fanout_costs(node, fanout);
    read_network(node, fanout);
    return fanout;
  }

  /// What the fanout's network adds up, and what its hops cost.
  void read_network(const YamlNode& node, Fanout& fanout) {
    if (const YamlNode* reduction = node.find("reduction")) {
      if (reduction->is_sequence()) {
        fanout.reduces = names_.indices(*reduction, "reduction");
      } else {
        fanout.reduction = reduction->boolean("reduction");
      }
    }
    if (const YamlNode* chain = node.find("chain")) {
      fanout.chain = chain->boolean("chain");
    }
    if (const YamlNode* hop = node.find("sum_hop")) {
      fanout.sum_hop = energy(*hop, fanout.name + " sum_hop", true);
    }
    if (const YamlNode* hops = node.find("hops")) {
      fanout.hops = names_.tensors(*hops, "hops");
    }
  }

  FanoutAxis read_axis(const YamlNode& node, const std::string& name) {
    FanoutAxis axis{.name = name};
    if (!node.is_map()) {
      axis.size = node.integer(name, 1, 1 << 24);
      return axis;
    }
    node.allow_keys(std::vector<std::string>{"size", "indices"});
    axis.size = node.at("size").integer(name + " size", 1, 1 << 24);
    if (const YamlNode* indices = node.find("indices")) {
      axis.indices = names_.indices(*indices, "indices");
    }
    return axis;
  }

  /// Of the two rules of a convention, the second?
  static bool is_second(const YamlNode& node, const std::string& what, const char* first, const char* second) {
    const std::string& rule = node.text(what);
    const std::vector<std::string> known{first, second};
    if (std::find(known.begin(), known.end(), rule) == known.end()) {
      throw InputError(node.position(), "unknown " + what + " rule '" + rule + "'" + did_you_mean(rule, known));
    }
    return rule == second;
  }

  void read_conventions(const YamlNode& node) {
    node.allow_keys(std::vector<std::string>{"halo", "drain_reads", "handoff"});
    if (const YamlNode* halo = node.find("halo")) {
      machine_.conventions.halo = is_second(*halo, "halo", "resident", "innermost-only")
                                      ? Conventions::Halo::InnermostOnly
                                      : Conventions::Halo::Resident;
    }
    if (const YamlNode* handoff = node.find("handoff")) {
      machine_.conventions.free_handoff = is_second(*handoff, "handoff", "stored", "free");
    }
    if (const YamlNode* drains = node.find("drain_reads")) {
      machine_.conventions.drain_reads = drains->boolean("drain_reads");
    }
  }

  /// The checks of the whole machine, with the place of the stages in front.
  void check_stages() const {
    try {
      check(machine_);
    } catch (const InputError& fault) {
      throw InputError(file_.at("stages").position(), fault.what());
    }
  }

  KnownNames names_;
  const YamlNode* equal_area_ = nullptr;  ///< of one level
  std::size_t equal_area_stage_ = 0;
};

}  // namespace

Accelerator parse_accelerator(const YamlNode& file, const AcceleratorOptions& options) {
  return Reader(file).read(options);
}

Accelerator read_accelerator(const std::string& path, const AcceleratorOptions& options) {
  return parse_accelerator(read_yaml(path), options);
}

}  // namespace pj
