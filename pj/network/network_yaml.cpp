#include "pj/network/network_yaml.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "pj/base/text.hpp"
#include "pj/network/network_yaml_expander.hpp"

namespace pj {

namespace {

const std::vector<std::string> known_keys{"title",    "source", "parameters", "variants", "input",  "inputs",
                                          "defaults", "blocks", "layers",     "output",   "outputs"};

std::string text_under(const YamlNode* node, const std::string& key, const std::string& otherwise) {
  const YamlNode* found = node == nullptr ? nullptr : node->find(key);
  return found == nullptr ? otherwise : found->text("the " + key);
}

/// The variant's map, or null for the file's own network. Refuses variants that set what is no parameter.
const YamlNode* find_variant(const YamlNode& file, const std::string& name, const std::string& variant) {
  const YamlNode* variants = file.find("variants");
  const YamlNode* found = variants == nullptr ? nullptr : variants->find(variant);
  if (found == nullptr) {
    ensure(variant == name, "only variants of the file are asked for");
    return nullptr;
  }
  std::vector<std::string> keys{"title", "source"};
  if (const YamlNode* parameters = file.find("parameters")) {
    for (const YamlNode::Entry& entry : parameters->map("parameters")) {
      keys.push_back(entry.key);
    }
  }
  found->allow_keys(keys);
  return found;
}

std::int64_t read_parameter(const YamlNode& node, const std::string& name, const Numbers& before) {
  const std::string& text = node.text("the parameter '" + name + "'");
  if (text == "yes" || text == "true") {
    return 1;
  }
  if (text == "no" || text == "false") {
    return 0;
  }
  return evaluate(text, before, node.position(), "the parameter '" + name + "'");
}

Numbers read_parameters(const YamlNode& file, const YamlNode* variant) {
  Numbers numbers;
  const YamlNode* parameters = file.find("parameters");
  if (parameters == nullptr) {
    return numbers;
  }
  for (const YamlNode::Entry& entry : parameters->map("parameters")) {
    if (!is_identifier(entry.key)) {
      throw InputError(entry.position, "'" + entry.key + "' is not a parameter's name; use letters and digits");
    }
    refuse_size_letter(entry.key, entry.position);
    const YamlNode* other = variant == nullptr ? nullptr : variant->find(entry.key);
    numbers[entry.key] = read_parameter(other == nullptr ? entry.value : *other, entry.key, numbers);
  }
  return numbers;
}

/// `[3, 224, 224]` or `{shape: [64], format: int64}`; the batch comes first and is not written.
ValueId add_input(NetworkBuilder& builder, const YamlNode::Entry& entry, const Numbers& parameters,
                  std::int64_t batch) {
  NumberFormat format;
  const YamlNode* shape = &entry.value;
  if (entry.value.is_map()) {
    entry.value.allow_keys(std::vector<std::string>{"shape", "format"});
    shape = &entry.value.at("shape");
    if (const YamlNode* written = entry.value.find("format")) {
      try {
        format = parse_format(written->text("the format"));
      } catch (const InputError& fault) {
        throw InputError(written->position(), fault.what());
      }
    }
  }
  Sizes sizes{batch};
  for (const YamlNode& item : shape->sequence("the shape of '" + entry.key + "'")) {
    const std::string& text = item.text("a size of '" + entry.key + "'");
    sizes.push_back(evaluate(text, parameters, item.position(), "a size of '" + entry.key + "'"));
    if (sizes.back() < 1 || sizes.back() > largest_size) {
      throw InputError(item.position(), "a size of '" + entry.key + "' must be from 1 to " + grouped(largest_size) +
                                            ", not " + grouped(sizes.back()));
    }
  }
  try {
    return builder.input(entry.key, sizes, format);
  } catch (const InputError& fault) {
    throw InputError(entry.position, fault.what());
  }
}

YamlNode::Map inputs_of(const YamlNode& file) {
  if (const YamlNode* inputs = file.find("inputs")) {
    if (file.find("input") != nullptr || inputs->map("inputs").empty()) {
      throw InputError(inputs->position(), "name either one 'input' or a map of 'inputs'");
    }
    return inputs->map("inputs");
  }
  const YamlNode& input = file.at("input");
  return {{"input", input.position(), input}};
}

/// Each result must be read or be an output: a layer that feeds nothing is a slip of the pen.
void refuse_idle_layers(const Network& network, const NetworkExpander& expander, const Position& layers) {
  std::unordered_set<ValueId> read(network.outputs.begin(), network.outputs.end());
  for (const Node& node : network.nodes) {
    read.insert(node.inputs.begin(), node.inputs.end());
  }
  const auto is_idle = [&](ValueId id) { return !read.contains(id); };
  for (const Node& node : network.nodes) {
    if (std::all_of(node.outputs.begin(), node.outputs.end(), is_idle)) {
      throw InputError(expander.position_of(node.name, layers),
                       "the layer '" + node.name + "' feeds nothing; use it or name it under 'outputs'");
    }
  }
  for (const ValueId id : network.inputs) {
    if (is_idle(id)) {
      const std::string& name = network.values[id].name;
      throw InputError(expander.position_of(name, layers), "the input '" + name + "' feeds nothing");
    }
  }
}

}  // namespace

std::vector<ZooEntry> networks_in(const YamlNode& file, const std::string& name) {
  file.allow_keys(known_keys);
  const ZooEntry own{name, text_under(&file, "title", name), text_under(&file, "source", "")};
  std::vector<ZooEntry> entries{own};
  if (const YamlNode* variants = file.find("variants")) {
    for (const YamlNode::Entry& entry : variants->map("variants")) {
      entries.push_back(
          {entry.key, text_under(&entry.value, "title", entry.key), text_under(&entry.value, "source", own.source)});
    }
  }
  return entries;
}

Network build_network(const YamlNode& file, const std::string& name, const std::string& variant, std::int64_t batch) {
  file.allow_keys(known_keys);
  if (batch < 1 || batch > largest_size) {
    throw InputError("the batch must be from 1 to " + grouped(largest_size) + ", not " + grouped(batch));
  }
  const Numbers parameters = read_parameters(file, find_variant(file, name, variant));
  NetworkBuilder builder(variant);
  NetworkExpander expander(file, parameters, builder);
  for (const YamlNode::Entry& entry : inputs_of(file)) {
    expander.add_input(entry, add_input(builder, entry, parameters, batch));
  }
  std::vector<ValueId> outputs{expander.expand(file.at("layers"))};
  if (const YamlNode* output = file.find("output")) {
    outputs = {expander.result(*output)};
  }
  if (const YamlNode* list = file.find("outputs")) {
    outputs.clear();
    for (const YamlNode& item : list->sequence("outputs")) {
      outputs.push_back(expander.result(item));
    }
  }
  Network network = builder.finish(std::move(outputs));
  refuse_idle_layers(network, expander, file.at("layers").position());
  return network;
}

Network read_network_yaml(const std::string& path, std::int64_t batch) {
  const std::string name = std::filesystem::path(path).stem().string();
  return build_network(read_yaml(path), name, name, batch);
}

}  // namespace pj
