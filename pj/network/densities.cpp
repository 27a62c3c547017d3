#include "pj/network/densities.hpp"

#include <algorithm>
#include <string_view>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/density_files.hpp"

namespace pj {

namespace {

const std::vector<std::string> tensor_names{"Input", "Weight", "Output"};

double read_density(const YamlNode& node, const std::string& tensor) {
  const double density = node.number("density of " + tensor);
  if (!(density >= 0.0) || density > 1.0) {
    throw InputError(node.position(), "the density of " + tensor + " is a share from 0 to 1, not " + exact(density));
  }
  return density;
}

/// The value that a layer knows as Input, Weight or Output.
ValueId value_of(const Node& node, const std::string& tensor) {
  if (tensor == "Output") {
    return node.outputs.empty() ? no_value : node.outputs.front();
  }
  const std::size_t place = tensor == "Input" ? 0 : 1;
  return place < node.inputs.size() ? node.inputs[place] : no_value;
}

const Node& node_named(const Network& network, const std::string& name, const Position& position) {
  std::vector<std::string> known;
  for (const Node& node : network.nodes) {
    if (node.name == name) {
      return node;
    }
    known.push_back(node.name);
  }
  throw InputError(position, "network '" + network.name + "' has no layer '" + name + "'" + did_you_mean(name, known));
}

/// Any text as a YAML scalar (YAML 1.2, section 7.3.1).
std::string double_quoted(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      quoted += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    } else {
      quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
  }
  return quoted + "\"";
}

}  // namespace

Densities parse_densities(const YamlNode& file) {
  file.allow_keys(std::vector<std::string>{"source", "layers", "nodes", "tensors"});
  Densities densities;
  if (const YamlNode* source = file.find("source")) {
    densities.source = source->text("source");
  }
  for (const auto& [layer, position, tensors] : file.at("layers").map("layers")) {
    tensors.allow_keys(tensor_names);
    densities.positions[layer] = position;
    for (const auto& [tensor, where, value] : tensors.map(layer)) {
      densities.layers[layer][tensor] = read_density(value, tensor);
    }
  }
  return densities;
}

std::vector<std::string> built_in_densities() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : density_files()) {
    names.emplace_back(file.name);
  }
  return names;
}

Densities load_densities(const std::string& name_or_path) {
  for (const EmbeddedFile& file : density_files()) {
    if (file.name == name_or_path) {
      return parse_densities(parse_yaml(std::string(file.text), "densities/" + name_or_path + ".yaml"));
    }
  }
  if (name_or_path.ends_with(".yaml") || name_or_path.ends_with(".yml") || name_or_path.ends_with(".json")) {
    return parse_densities(read_yaml(name_or_path));
  }
  throw InputError("unknown densities '" + name_or_path + "'" + did_you_mean(name_or_path, built_in_densities()) +
                   " (a file's name ends in .yaml or .json)");
}

std::string to_yaml(const Densities& densities) {
  std::string text = densities.source.empty() ? "" : "source: " + double_quoted(densities.source) + "\n";
  text += densities.layers.empty() ? "layers: {}\n" : "layers:\n";
  for (const auto& [layer, tensors] : densities.layers) {
    std::vector<std::string> parts;
    for (const auto& [tensor, density] : tensors) {
      parts.push_back(tensor + ": " + exact(density));
    }
    text += "  " + double_quoted(layer) + ": {" + join(parts, ", ") + "}\n";
  }
  return text;
}

void apply(const Densities& densities, Network& network) {
  std::map<ValueId, std::pair<double, std::string>> given;
  for (const auto& [layer, tensors] : densities.layers) {
    const auto place = densities.positions.find(layer);
    const Position position = place == densities.positions.end() ? Position{} : place->second;
    const Node& node = node_named(network, layer, position);
    for (const auto& [tensor, density] : tensors) {
      const ValueId value = value_of(node, tensor);
      if (value == no_value) {
        throw InputError(position, "layer '" + layer + "' has no " + tensor + "; remove its density");
      }
      const std::string what = "the " + tensor + " of " + layer;
      const auto [before, is_first] = given.try_emplace(value, density, what);
      if (!is_first && before->second.first != density) {
        throw InputError(position, what + " has density " + exact(density) + ", but is also " + before->second.second +
                                       ", with " + exact(before->second.first) + "; give one of them");
      }
      network.values[value].storage.density = density;
    }
  }
}

}  // namespace pj
