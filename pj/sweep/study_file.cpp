#include "pj/sweep/study_file.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "pj/accelerator/reader.hpp"
#include "pj/accelerator/settings.hpp"
#include "pj/base/text.hpp"
#include "pj/study/metrics_report.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t largest_batch = 1 << 20;
constexpr double longest_search = 1e6;  // seconds

/// A file beside the study, or a name.
std::string beside(const Position& study, const std::string& name) {
  const fs::path file(name);
  const bool is_file = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".onnx");
  return is_file && file.is_relative() ? (fs::path(study.file).parent_path() / file).string() : name;
}

/// What `read` throws without a place gets that of the node.
template <class Read>
auto at_place(const Position& position, const Read& read) {
  try {
    return read();
  } catch (const InputError& fault) {
    const std::string place = to_string(position);
    throw std::string(fault.what()).starts_with(place) ? fault : InputError(position, fault.what());
  }
}

/// A list with at least one item, or its only item alone.
YamlNode::Sequence items(const YamlNode& node, const std::string& what) {
  if (!node.is_sequence()) {
    return {node};
  }
  if (node.sequence(what).empty()) {
    throw InputError(node.position(), "there is nothing in '" + what + "'; name at least one");
  }
  return node.sequence(what);
}

class StudyReader {
 public:
  explicit StudyReader(const YamlNode& file) : file_(file) {}

  Study read() {
    file_.allow_keys(
        std::vector<std::string>{"name", "networks", "machines", "parameters", "limits", "objectives", "mapper"});
    study_.name = file_.at("name").text("name");
    for (const YamlNode& node : items(file_.at("networks"), "networks")) {
      read_network(node);
    }
    for (const YamlNode& node : items(file_.at("machines"), "machines")) {
      const std::string& name = node.text("a machine");
      const std::string path = beside(node.position(), name);
      study_.machines.push_back(
          {name, at_place(node.position(), [&] { return accelerator_file(path); }), node.position()});
    }
    if (const YamlNode* node = file_.find("parameters")) {
      read_parameters(*node);
    }
    if (const YamlNode* node = file_.find("limits")) {
      study_.limits = read_limits(*node);
    }
    for (const YamlNode& node : items(file_.at("objectives"), "objectives")) {
      study_.objectives.push_back(&read_metric(node));
    }
    study_.mapper.perfect_factors = true;
    if (const YamlNode* node = file_.find("mapper")) {
      read_mapper(*node);
    }
    return std::move(study_);
  }

 private:
  void read_network(const YamlNode& node) {
    StudyNetwork network{.position = node.position()};
    std::vector<std::int64_t> batches{1};
    const YamlNode* name = &node;
    if (node.is_map()) {
      node.allow_keys(std::vector<std::string>{"network", "batch", "weights", "activations", "densities"});
      name = &node.at("network");
      if (const YamlNode* batch = node.find("batch")) {
        batches.clear();
        for (const YamlNode& item : items(*batch, "batch")) {
          batches.push_back(item.integer("batch", 1, largest_batch));
        }
      }
      read_formats(node, network.load);
    }
    network.name = name->text("a network");
    network.path = beside(node.position(), network.name);
    for (const std::int64_t batch : batches) {
      network.load.batch = batch;
      study_.networks.push_back(network);
    }
  }

  static void read_formats(const YamlNode& node, LoadOptions& load) {
    const auto format = [&](const char* key, std::optional<NumberFormat>& into) {
      if (const YamlNode* text = node.find(key)) {
        into = at_place(text->position(), [&] { return parse_format(text->text(key)); });
      }
    };
    format("weights", load.formats.weights);
    format("activations", load.formats.activations);
    if (const YamlNode* densities = node.find("densities")) {
      load.densities = beside(densities->position(), densities->text("densities"));
    }
  }

  void read_parameters(const YamlNode& node) {
    std::vector<std::string> known;
    for (const auto& [name, position, value] : node.map("parameters")) {
      SweepParameter parameter = read_parameter(name, value);
      parameter.position = position;
      for (const std::string& path : parameter.paths) {
        if (std::find(known.begin(), known.end(), path) != known.end()) {
          throw InputError(position, "'" + path + "' is set by two parameters; leave one out");
        }
        known.push_back(path);
      }
      study_.parameters.push_back(std::move(parameter));
    }
  }

  void read_mapper(const YamlNode& node) {
    node.allow_keys(std::vector<std::string>{"objective", "perfect_factors", "time_limit"});
    if (const YamlNode* goal = node.find("objective")) {
      study_.mapper.objective = at_place(goal->position(), [&] { return parse_objective(goal->text("objective")); });
    }
    if (const YamlNode* perfect = node.find("perfect_factors")) {
      study_.mapper.perfect_factors = perfect->boolean("perfect_factors");
    }
    if (const YamlNode* limit = node.find("time_limit")) {
      const double seconds =
          limit->quantity("time_limit", std::vector<std::pair<std::string, double>>{{"ms", 1e-3}, {"s", 1.0}});
      if (!(seconds > 0.0) || seconds > longest_search) {
        throw InputError(limit->position(), "a search may take more than 0 s and at most 1,000,000 s");
      }
      study_.mapper.time_limit = Seconds{seconds};
    }
  }

  const YamlNode& file_;
  Study study_;
};

}  // namespace

Study read_study(const std::string& path) {
  const YamlNode file = read_yaml(path);
  return StudyReader(file).read();
}

void try_choices(const Study& study) {
  for (const StudyMachine& machine : study.machines) {
    at_place(machine.position, [&] { return disclosure(parse_accelerator(machine.file)); });
    for (const SweepParameter& parameter : study.parameters) {
      for (const auto& choice : parameter.choices) {
        at_place(parameter.position, [&] {
          YamlNode file = machine.file;
          for (std::size_t i = 0; i < choice.size(); ++i) {
            file = with_setting(file, parameter.paths[i] + "=" + choice[i]);
          }
          return parse_accelerator(file);
        });
      }
    }
  }
}

std::int64_t point_count(const Study& study) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  auto count = static_cast<std::int64_t>(study.networks.size() * study.machines.size());
  for (const SweepParameter& parameter : study.parameters) {
    const auto choices = static_cast<std::int64_t>(parameter.choices.size());
    if (count > most / choices) {
      return most;
    }
    count *= choices;
  }
  return count;
}

StudyPoint point_of(const Study& study, std::int64_t number) {
  StudyPoint point{.choices = std::vector<std::size_t>(study.parameters.size())};
  auto rest = static_cast<std::size_t>(number);
  for (std::size_t i = study.parameters.size(); i-- > 0;) {
    point.choices[i] = rest % study.parameters[i].choices.size();
    rest /= study.parameters[i].choices.size();
  }
  point.machine = rest % study.machines.size();
  point.network = rest / study.machines.size();
  return point;
}

std::vector<std::string> settings_of(const Study& study, const StudyPoint& point) {
  std::vector<std::string> settings;
  for (std::size_t p = 0; p < study.parameters.size(); ++p) {
    const SweepParameter& parameter = study.parameters[p];
    for (std::size_t i = 0; i < parameter.paths.size(); ++i) {
      settings.push_back(parameter.paths[i] + "=" + parameter.choices[point.choices[p]][i]);
    }
  }
  return settings;
}

}  // namespace pj
