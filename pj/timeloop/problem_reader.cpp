#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "pj/base/text.hpp"
#include "pj/timeloop/problem.hpp"
#include "pj/workload/workload_file.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_coefficient = 1 << 24;

bool is_name(const std::string& text) {
  const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !text.empty() && std::isupper(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), fits);
}

/// The value under one of the two spellings of a key: with `_` since version 0.4, with `-` before.
const YamlNode* find_either(const YamlNode& map, const std::string& key) {
  std::string old = key;
  std::replace(old.begin(), old.end(), '_', '-');
  const YamlNode* value = map.find(key);
  return value != nullptr ? value : map.find(old);
}

/// Reads one problem from top to bottom. The usual tensors are put in the order Input, Weight, Output.
class ProblemReader {
 public:
  explicit ProblemReader(const YamlNode& problem) : problem_(problem) {}

  Workload read() {
    check_version();
    const YamlNode* shape = &problem_.at("shape");
    YamlNode named;
    if (shape->is_scalar()) {
      named = built_in_shape(*shape);
      shape = &named;
    }
    read_shape(*shape);
    const YamlNode* instance = problem_.find("instance");  // older files give the sizes beside the shape
    read_instance(instance != nullptr ? *instance : problem_, instance == nullptr);
    read_data_spaces(*shape);
    rename_filters();
    try {
      check(workload_);
    } catch (const InputError& fault) {
      throw InputError(problem_.position(), fault.what());
    }
    check_countable(workload_, problem_.position());
    return workload_;
  }

 private:
  void check_version() const {
    if (const YamlNode* version = problem_.find("version")) {
      const std::vector<std::string> known{"0.2", "0.3", "0.4"};
      const std::string& text = version->text("version");
      if (std::find(known.begin(), known.end(), text) == known.end()) {
        throw InputError(version->position(), "a problem of version '" + text + "'; known: " + join(known, ", "));
      }
    }
    if (problem_.find("instance") != nullptr) {
      problem_.allow_keys(std::vector<std::string>{"version", "shape", "instance"});
    }
  }

  /// Timeloop's own convolution, which files name instead of writing it.
  static YamlNode built_in_shape(const YamlNode& name) {
    if (name.text("shape") != "cnn-layer" && name.text("shape") != "cnn_layer") {
      throw InputError(name.position(), "the shape '" + name.text("shape") +
                                            "' stands in a file of its own; write it here (only cnn-layer is known)");
    }
    return parse_yaml(
        "name: cnn-layer\n"
        "dimensions: [R, S, P, Q, C, K, N]\n"
        "coefficients:\n"
        "  [{name: Wstride, default: 1}, {name: Hstride, default: 1}, {name: Wdilation, default: 1},\n"
        "   {name: Hdilation, default: 1}]\n"
        "data_spaces:\n"
        "  - {name: Inputs, projection: [[[N]], [[C]], [[P, Wstride], [R, Wdilation]], [[Q, Hstride], [S, "
        "Hdilation]]]}\n"
        "  - {name: Weights, projection: [[[K]], [[C]], [[R]], [[S]]]}\n"
        "  - {name: Outputs, projection: [[[N]], [[K]], [[P]], [[Q]]], read_write: true}\n",
        name.position().file);
  }

  void read_shape(const YamlNode& shape) {
    if (const YamlNode* flatten = shape.find("flatten")) {
      throw InputError(flatten->position(), "flattened dimensions have no counterpart here; write the dimensions out");
    }
    shape.allow_keys(
        std::vector<std::string>{"version", "name", "dimensions", "coefficients", "data_spaces", "data-spaces"});
    const YamlNode* name = shape.find("name");
    workload_.name = name != nullptr && !name->text("name").empty()
                         ? name->text("name")
                         : std::filesystem::path(problem_.position().file).stem().string();
    for (const YamlNode& dimension : shape.at("dimensions").sequence("dimensions")) {
      const std::string& letter = dimension.text("a dimension");
      if (!is_name(letter)) {
        throw InputError(dimension.position(), "a dimension is named by a capital letter, not '" + letter + "'");
      }
      if (workload_.find_index(letter) < workload_.indices.size()) {
        throw InputError(dimension.position(), "the dimension '" + letter + "' stands here twice; remove one");
      }
      workload_.indices.push_back({letter, 0});
    }
    if (const YamlNode* coefficients = shape.find("coefficients")) {
      for (const YamlNode& coefficient : coefficients->sequence("coefficients")) {
        coefficient.allow_keys(std::vector<std::string>{"name", "default"});
        const YamlNode* otherwise = coefficient.find("default");
        coefficients_[coefficient.at("name").text("name")] =
            otherwise == nullptr ? 1 : otherwise->integer("default", 1, largest_coefficient);
      }
    }
  }

  /// Sizes and coefficients; `beside`: they stand in the problem itself, beside its shape.
  void read_instance(const YamlNode& instance, bool beside) {
    // The sizes of the input and its padding follow from the other sizes; Timeloop does not read them.
    std::vector<std::string> known{"densities", "commonDensity", "H", "W", "Hpad", "Wpad", "Hpadding", "Wpadding"};
    if (beside) {
      known.insert(known.end(), {"version", "shape"});
    }
    for (Index& index : workload_.indices) {
      known.push_back(index.name);
      if (instance.find(index.name) == nullptr) {
        throw InputError(instance.position(), "the size of dimension '" + index.name + "' is missing here");
      }
      index.size = instance.at(index.name).integer("size " + index.name, 1, largest_index);
    }
    for (auto& [name, value] : coefficients_) {
      known.push_back(name);
      if (const YamlNode* given = instance.find(name)) {
        value = given->integer(name, 1, largest_coefficient);
      }
    }
    instance.allow_keys(known);
    refuse_density(instance.find("densities"));
    refuse_density(instance.find("commonDensity"));
  }

  /// Only dense tensors: no density at all, or 1.
  static void refuse_density(const YamlNode* density) {
    if (density == nullptr) {
      return;
    }
    const bool is_one = density->is_scalar() && density->number("density") == 1.0;
    const bool is_empty = density->is_map() && density->map("densities").empty();
    if (!is_one && !is_empty) {
      throw InputError(
          density->position(),
          "densities are not read from Timeloop's files; remove them, or write a workload file with 'density'");
    }
  }

  void read_data_spaces(const YamlNode& shape) {
    const YamlNode* spaces = find_either(shape, "data_spaces");
    if (spaces == nullptr) {
      throw InputError(shape.position(), "the key 'data_spaces' is missing here");
    }
    std::vector<Operand> outputs;
    for (const YamlNode& space : spaces->sequence("data_spaces")) {
      space.allow_keys(std::vector<std::string>{"name", "projection", "read_write", "read-write", "ranks"});
      const std::string& name = space.at("name").text("name");
      if (!is_name(name)) {
        throw InputError(space.at("name").position(),
                         "a data space is named by a capital, letters and digits; not '" + name + "'");
      }
      Operand tensor{.name = from_timeloop(name)};
      for (const YamlNode& axis : space.at("projection").sequence("projection")) {
        tensor.axes.push_back(read_axis(axis));
      }
      const YamlNode* read_write = find_either(space, "read_write");
      const bool is_output = read_write != nullptr && is_true(*read_write);
      (is_output ? outputs : workload_.tensors).push_back(std::move(tensor));
    }
    if (outputs.size() != 1 || workload_.tensors.empty()) {
      throw InputError(spaces->position(),
                       "found " + counted(std::ssize(workload_.tensors), "data space") + " to read and " +
                           std::to_string(outputs.size()) +
                           " to read and write; there must be inputs and one output (read_write: true)");
    }
    const bool weights_first =
        workload_.tensors.size() == 2 && workload_.tensors[0].name == "Weight" && workload_.tensors[1].name == "Input";
    if (weights_first) {
      std::swap(workload_.tensors[0], workload_.tensors[1]);
    }
    workload_.tensors.push_back(std::move(outputs.front()));
  }

  /// `True` is how Timeloop's own files write it.
  static bool is_true(const YamlNode& node) {
    const std::string& text = node.text("read_write");
    return text == "True" || text == "TRUE" || text == "1" ||
           (text != "False" && text != "0" && node.boolean("read_write"));
  }

  /// An axis is a sum of terms `[P]` or `[P, Wstride]`; an axis of one index may be its name alone.
  Axis read_axis(const YamlNode& node) {
    Axis axis;
    if (node.is_scalar()) {
      return {{dimension(node), 1}};
    }
    for (const YamlNode& item : node.sequence("an axis of the projection")) {
      const YamlNode::Sequence& parts = item.sequence("a term of the projection");
      if (parts.empty() || parts.size() > 2) {
        throw InputError(item.position(), "a term of a projection is [DIMENSION] or [DIMENSION, COEFFICIENT]");
      }
      axis.push_back({dimension(parts[0]), parts.size() == 2 ? coefficient(parts[1]) : 1});
    }
    if (axis.empty()) {
      throw InputError(node.position(), "an axis of a projection has at least one term, as [[P]]");
    }
    return axis;
  }

  std::size_t dimension(const YamlNode& node) const {
    const std::size_t index = workload_.find_index(node.text("a dimension"));
    if (index == workload_.indices.size()) {
      std::vector<std::string> known;
      for (const Index& each : workload_.indices) {
        known.push_back(each.name);
      }
      throw InputError(node.position(), "unknown dimension '" + node.text("a dimension") + "'" +
                                            did_you_mean(node.text("a dimension"), known));
    }
    return index;
  }

  std::int64_t coefficient(const YamlNode& node) const {
    const auto found = coefficients_.find(node.text("a coefficient"));
    if (found == coefficients_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, value] : coefficients_) {
        known.push_back(name);
      }
      throw InputError(node.position(), "unknown coefficient '" + node.text("a coefficient") + "'" +
                                            did_you_mean(node.text("a coefficient"), known));
    }
    return found->second;
  }

  /// Older convolutions count the filters by K; here, as in newer ones, M does.
  void rename_filters() {
    const auto slides = [](const Operand& tensor) {
      return std::any_of(tensor.axes.begin(), tensor.axes.end(), [](const Axis& axis) { return axis.size() > 1; });
    };
    const std::size_t filters = workload_.find_index("K");
    const bool has_m = workload_.find_index("M") < workload_.indices.size();
    if (filters < workload_.indices.size() && !has_m &&
        std::any_of(workload_.tensors.begin(), workload_.tensors.end(), slides)) {
      workload_.indices[filters].name = "M";
    }
  }

  const YamlNode& problem_;
  Workload workload_;
  std::map<std::string, std::int64_t> coefficients_;
};

}  // namespace

bool is_timeloop_problem(const YamlNode& file) {
  return file.find("problem") != nullptr;
}

Workload parse_timeloop_problem(const YamlNode& file) {
  return ProblemReader(file.at("problem")).read();
}

}  // namespace pj
