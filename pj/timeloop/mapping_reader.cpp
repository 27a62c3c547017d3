#include <algorithm>
#include <optional>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"
#include "pj/timeloop/directive.hpp"
#include "pj/timeloop/mapping.hpp"
#include "pj/timeloop/remainders.hpp"

namespace pj {

namespace {

std::string dummy_name(const std::string& fanout) {
  return "inter_" + fanout + "_spatial";  // the storage that version 0.4 puts before a fanout
}

/// Keys of directives that say how the hardware shares words; empty lists of them say nothing.
const std::vector<std::string> extras{
    "no_link_transfer", "no_multicast_no_reduction", "no_temporal_reuse", "rmw_on_first_writeback", "passthrough",
    "no_reuse",         "rmw_first_update",          "no_coalesce"};

/// The loops that a directive gives a stage.
struct Nest {
  std::vector<TimeloopFactor> factors;  ///< by index
  std::vector<std::size_t> order;       ///< innermost first
  std::size_t split = 0;                ///< of the order, so many lie along X
  Position position;
};

/// Reads one mapping, directive by directive.
class MappingReader {
 public:
  MappingReader(const Workload& workload, const Accelerator& accelerator, const YamlNode& directives)
      : workload_(workload), accelerator_(accelerator), directives_(directives), nests_(accelerator.stages.size()) {
    for (const Stage& stage : accelerator.stages) {
      const bool is_level = std::holds_alternative<Level>(stage);
      mapping_.stages.push_back({{}, std::vector<bool>(is_level ? workload.tensors.size() : 0, true)});
    }
    has_keeps_.assign(accelerator.stages.size(), false);
  }

  Mapping read() {
    for (const YamlNode& directive : directives_.sequence("mapping")) {
      read_directive(directive);
    }
    for (std::size_t index = 0; index < workload_.indices.size(); ++index) {
      fill_rest(index);
      check_cover(index);
    }
    for (std::size_t s = 0; s < nests_.size(); ++s) {
      if (nests_[s]) {
        add_loops(s, *nests_[s]);
      }
    }
    return mapping_;
  }

 private:
  void read_directive(const YamlNode& node) {
    refuse_what_has_no_counterpart(node);
    std::vector<std::string> keys{"target", "type", "factors", "permutation", "split", "keep", "bypass", "keep_only"};
    keys.insert(keys.end(), extras.begin(), extras.end());
    node.allow_keys(keys);
    const YamlNode& type = node.at("type");
    const std::vector<std::string> known{"temporal", "spatial", "datatype", "bypass", "dataspace"};
    const auto kind = std::find(known.begin(), known.end(), type.text("type"));
    if (kind == known.end()) {
      throw InputError(type.position(),
                       "unknown type '" + type.text("type") + "'" + did_you_mean(type.text("type"), known));
    }
    const bool is_spatial = *kind == "spatial";
    const std::size_t stage = target(node.at("target"), is_spatial);
    const bool is_dummy = !is_spatial && std::holds_alternative<Fanout>(accelerator_.stages[stage]);
    if (*kind != "temporal" && !is_spatial) {
      read_keeps(node, stage, is_dummy);
    } else if (is_dummy) {
      check_idle(node);
    } else {
      read_nest(node, stage);
    }
  }

  static void refuse_what_has_no_counterpart(const YamlNode& node) {
    for (const YamlNode::Entry& entry : node.map("a directive")) {
      const bool is_empty = entry.value.is_sequence() && entry.value.sequence(entry.key).empty();
      const bool is_extra = std::find(extras.begin(), extras.end(), entry.key) != extras.end();
      if (is_extra && !is_empty) {
        throw InputError(entry.position, "'" + entry.key + "' has no counterpart in a mapping here; the accelerator " +
                                             "says what multicasts and reduces (docs/timeloop.md)");
      }
    }
  }

  /// The stage that a directive speaks of: a level, or a fanout (by its own name, by that of the storage that
  /// version 0.4 puts before it, or, for a spatial directive, by the level outside it).
  std::size_t target(const YamlNode& node, bool is_spatial) const {
    const std::string& name = node.text("target");
    std::vector<std::string> known;
    std::vector<std::size_t> levels;
    for (std::size_t s = 0; s < accelerator_.stages.size(); ++s) {
      const bool is_level = std::holds_alternative<Level>(accelerator_.stages[s]);
      const std::string& own = stage_name(accelerator_.stages[s]);
      if (own == name || (!is_level && dummy_name(own) == name)) {
        return is_spatial && is_level ? fanout_inside(s, node) : s;
      }
      known.push_back(own);
      if (is_level) {
        levels.push_back(s);
      }
    }
    if (!name.empty() && name.size() < 4 && name.find_first_not_of("0123456789") == std::string::npos) {
      const auto number = static_cast<std::size_t>(node.integer("target", 0, std::ssize(levels) - 1));
      const std::size_t level = levels[levels.size() - 1 - number];  // Timeloop counts from the innermost level
      return is_spatial ? fanout_inside(level, node) : level;
    }
    throw InputError(node.position(), "the accelerator has no level '" + name + "'" + did_you_mean(name, known));
  }

  std::size_t fanout_inside(std::size_t level, const YamlNode& node) const {
    std::size_t end = level + 1;
    while (end < accelerator_.stages.size() && std::holds_alternative<Fanout>(accelerator_.stages[end])) {
      ++end;
    }
    if (end == level + 1) {
      throw InputError(node.position(), "no fanout stands just inside '" + stage_name(accelerator_.stages[level]) +
                                            "'; a spatial directive is for the level outside a fanout");
    }
    if (end > level + 2) {
      throw InputError(node.position(), "several fanouts stand inside '" + stage_name(accelerator_.stages[level]) +
                                            "'; name the fanout itself, as '" +
                                            stage_name(accelerator_.stages[level + 1]) + "'");
    }
    return level + 1;
  }

  void read_nest(const YamlNode& node, std::size_t stage) {
    if (nests_[stage]) {
      throw InputError(node.position(), "the loops of '" + stage_name(accelerator_.stages[stage]) +
                                            "' are given twice; remove one directive");
    }
    const std::size_t dimensions = workload_.indices.size();
    Nest nest{std::vector<TimeloopFactor>(dimensions), parse_permutation(node.find("permutation"), workload_),
              dimensions, node.position()};
    if (const YamlNode* factors = node.find("factors")) {
      nest.factors = parse_factors(*factors, workload_);
    }
    if (const YamlNode* split = node.find("split")) {
      nest.split = static_cast<std::size_t>(split->integer("split", 0, 999));
    }
    nests_[stage] = std::move(nest);
  }

  /// The storage before a fanout has no loops in time.
  void check_idle(const YamlNode& node) const {
    const YamlNode* factors = node.find("factors");
    if (factors == nullptr) {
      return;
    }
    for (const TimeloopFactor& factor : parse_factors(*factors, workload_)) {
      if (factor.count != 1) {
        throw InputError(factors->position(), "a fanout has no loops in time; give these factors to a level");
      }
    }
  }

  void read_keeps(const YamlNode& node, std::size_t stage, bool is_dummy) {
    if (has_keeps_[stage]) {
      throw InputError(node.position(), "what '" + stage_name(accelerator_.stages[stage]) +
                                            "' keeps is given twice; remove one directive");
    }
    has_keeps_[stage] = true;
    const YamlNode* only = node.find("keep_only");
    const std::vector<bool> kept = tensors(only != nullptr ? only : node.find("keep"));
    const std::vector<bool> bypassed = tensors(node.find("bypass"));
    for (std::size_t t = 0; t < kept.size(); ++t) {
      if (kept[t] && bypassed[t]) {
        throw InputError(node.position(), "'" + to_timeloop(workload_.tensors[t].name) +
                                              "' is both kept and bypassed here; remove it from one list");
      }
      if (is_dummy && kept[t]) {
        throw InputError(node.position(),
                         "a fanout keeps nothing; bypass '" + to_timeloop(workload_.tensors[t].name) + "' here");
      }
      if (!is_dummy) {  // what is not bypassed is kept
        mapping_.stages[stage].keeps[t] = only != nullptr ? bool(kept[t]) : !bypassed[t];
      }
    }
  }

  std::vector<bool> tensors(const YamlNode* list) const {
    std::vector<bool> named(workload_.tensors.size(), false);
    const std::vector<std::string> known = data_spaces(workload_);
    for (std::size_t i = 0; list != nullptr && i < list->sequence("a list of data spaces").size(); ++i) {
      const YamlNode& item = list->sequence("a list of data spaces")[i];
      const std::string& name = item.text("a data space");
      const auto found = std::find_if(workload_.tensors.begin(), workload_.tensors.end(),
                                      [&](const Operand& tensor) { return tensor.name == from_timeloop(name); });
      if (found == workload_.tensors.end()) {
        throw InputError(item.position(), "unknown data space '" + name + "'" + did_you_mean(name, known));
      }
      named[static_cast<std::size_t>(found - workload_.tensors.begin())] = true;
    }
    return named;
  }

  /// Gives the one factor 0 of an index what the other loops leave.
  void fill_rest(std::size_t index) {
    TimeloopFactor* open = nullptr;
    std::int64_t others = 1;
    for (auto& nest : nests_) {
      if (!nest) {
        continue;
      }
      TimeloopFactor& factor = nest->factors[index];
      if (factor.count == 0 && open != nullptr) {
        throw InputError(factor.position, "the factor 0, which takes what is left of '" +
                                              workload_.indices[index].name + "', can stand at one place only");
      }
      open = factor.count == 0 ? &factor : open;
      others = factor.count == 0 ? others : std::min(others * factor.count, workload_.indices[index].size);
    }
    if (open != nullptr) {
      open->count = ceil_div(workload_.indices[index].size, others);
      open->last = open->count;
    }
  }

  void check_cover(std::size_t index) const {
    std::vector<std::int64_t> factors;
    std::vector<std::int64_t> last;
    Position position = directives_.position();
    for (const auto& nest : nests_) {
      if (nest && nest->factors[index].given) {
        factors.push_back(nest->factors[index].count);
        last.push_back(nest->factors[index].last);
        position = nest->factors[index].position;
      }
    }
    const std::int64_t size = workload_.indices[index].size;
    const std::int64_t found = covered(factors, last, size);
    if (found == size) {
      return;
    }
    const std::string& name = workload_.indices[index].name;
    const std::string most = found > size ? "more than " + std::to_string(size) : std::to_string(found);
    throw InputError(position, "the factors of '" + name + "' make " + most + ", and its size is " +
                                   std::to_string(size) +
                                   (found > size ? "; a ragged loop has a remainder, as " + name + "4,1" : ""));
  }

  void add_loops(std::size_t s, const Nest& nest) {
    const auto* fanout = std::get_if<Fanout>(&accelerator_.stages[s]);
    auto& loops = mapping_.stages[s].loops;
    bool both[2] = {false, false};
    for (std::size_t place = nest.order.size(); place-- > 0;) {
      const TimeloopFactor& factor = nest.factors[nest.order[place]];
      if (factor.count == 1) {
        continue;
      }
      int axis = fanout != nullptr && place >= nest.split ? 1 : 0;
      both[axis] = true;
      axis = fanout != nullptr && fanout->axes.size() == 1 ? 0 : axis;
      loops.push_back({nest.order[place], factor.count, axis});
    }
    std::stable_sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.axis < b.axis; });
    if (fanout != nullptr && fanout->axes.size() == 1 && both[0] && both[1]) {
      throw InputError(nest.position, "'split' puts loops along X and Y, and '" + fanout->name + "' has one axis");
    }
  }

  const Workload& workload_;
  const Accelerator& accelerator_;
  const YamlNode& directives_;
  std::vector<std::optional<Nest>> nests_;
  std::vector<bool> has_keeps_;
  Mapping mapping_;
};

}  // namespace

bool is_timeloop_mapping(const YamlNode& file) {
  return file.find("mapping") != nullptr;
}

Mapping parse_timeloop_mapping(const Workload& workload, const Accelerator& accelerator, const YamlNode& file) {
  return MappingReader(workload, accelerator, file.at("mapping")).read();
}

}  // namespace pj
