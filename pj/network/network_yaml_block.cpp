#include "pj/network/network_yaml_block.hpp"

#include "pj/base/text.hpp"

namespace pj {

namespace {

NetworkBlock::Parameter read_parameter(const std::string& text, const Position& position) {
  const std::size_t equals = text.find('=');
  NetworkBlock::Parameter parameter{.name = std::string(trimmed(text.substr(0, equals)))};
  if (!is_identifier(parameter.name)) {
    throw InputError(position, "'" + parameter.name + "' is not a parameter's name; use letters and digits");
  }
  refuse_size_letter(parameter.name, position);
  if (equals != std::string::npos) {
    parameter.fallback = trimmed(text.substr(equals + 1));
  }
  return parameter;
}

/// What is given in order; a single number stands for a list of one.
YamlNode::Sequence in_order(const YamlNode* given) {
  if (given == nullptr || given->is_map()) {
    return {};
  }
  if (given->is_sequence()) {
    return given->sequence("the numbers");
  }
  return given->text("the numbers").empty() ? YamlNode::Sequence{} : YamlNode::Sequence{*given};
}

}  // namespace

void refuse_size_letter(const std::string& name, const Position& position) {
  if (name == "C" || name == "H" || name == "W") {
    throw InputError(position, "C, H and W are the sizes of a layer's input; choose another name");
  }
}

NetworkBlock read_block(const YamlNode::Entry& entry) {
  const std::size_t open = entry.key.find('(');
  NetworkBlock block{
      .name = std::string(trimmed(entry.key.substr(0, open))), .position = entry.position, .layers = &entry.value};
  if (!is_identifier(block.name) || (open != std::string::npos && !entry.key.ends_with(')'))) {
    throw InputError(entry.position, "'" + entry.key + "' is not a block's name; write 'name' or 'name(a, b = 1)'");
  }
  if (open != std::string::npos) {
    for (const std::string& part : split(entry.key.substr(open + 1, entry.key.size() - open - 2), ',')) {
      block.parameters.push_back(read_parameter(part, entry.position));
    }
  }
  return block;
}

Numbers block_numbers(const NetworkBlock& block, const YamlNode* given, const Position& position, const Numbers& here,
                      const Numbers& parameters) {
  std::vector<std::string> names;
  for (const NetworkBlock::Parameter& parameter : block.parameters) {
    names.push_back(parameter.name);
  }
  if (given != nullptr && given->is_map()) {
    given->allow_keys(names);
  }
  const YamlNode::Sequence list = in_order(given);
  if (list.size() > names.size()) {
    throw InputError(position, "'" + block.name + "' takes (" + join(names, ", ") + "), not " +
                                   std::to_string(list.size()) + " numbers");
  }
  Numbers numbers = parameters;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const YamlNode* own = given == nullptr ? nullptr : given->find(names[i]);
    own = i < list.size() ? &list[i] : own;
    const auto& fallback = block.parameters[i].fallback;
    const std::string what = "the " + names[i] + " of '" + block.name + "'";
    if (own == nullptr && !fallback) {
      throw InputError(position, what + " is missing");
    }
    numbers[names[i]] = own != nullptr ? evaluate(own->text(what), here, own->position(), what)
                                       : evaluate(*fallback, numbers, block.position, what);
  }
  return numbers;
}

}  // namespace pj
