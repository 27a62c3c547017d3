#include "pj/compression/rules.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/compression/rule_table.hpp"

namespace pj {

namespace {

std::vector<std::string> texts_of(const YamlNode* node, const std::string& what) {
  std::vector<std::string> texts;
  if (node != nullptr && node->is_scalar()) {
    return {node->text(what)};
  }
  if (node != nullptr) {
    for (const YamlNode& item : node->sequence(what)) {
      texts.push_back(item.text("one of the " + what));
    }
    if (texts.empty()) {
      throw InputError(node->position(), "the " + what + " are none; name some, or leave the key out");
    }
  }
  return texts;
}

std::string text_of(const YamlNode::Entry& entry) {
  std::string text = entry.key;
  for (const YamlNode::Entry& parameter : entry.value.map(entry.key)) {
    text += " " + parameter.key + " " + parameter.value.text(parameter.key);
  }
  return text;
}

const RuleRow& row_of(const YamlNode::Entry& entry) {
  std::vector<std::string> known;
  for (const RuleRow& row : rule_rows()) {
    if (entry.key == row.name) {
      return row;
    }
    known.emplace_back(row.name);
  }
  throw InputError(entry.position, "unknown rule '" + entry.key + "'" + did_you_mean(entry.key, known));
}

Approximation approximation_of(const YamlNode::Entry& entry) {
  const RuleRow& row = row_of(entry);
  const Parameters given(entry.value, entry.key);
  entry.value.allow_keys(row.keys);
  try {
    return row.read(given);
  } catch (const InputError& fault) {
    const std::string message = fault.what();
    const bool has_place = message.starts_with(entry.position.file + ":");
    throw has_place ? fault : InputError(entry.position, message);
  }
}

const std::vector<std::string> selecting{"layers", "kinds", "except"};

Selector selector_of(const YamlNode& node) {
  return {texts_of(node.find("layers"), "layers"), texts_of(node.find("kinds"), "kinds"),
          texts_of(node.find("except"), "except"), node.position()};
}

Rule rule_of(const YamlNode& node) {
  Rule rule;
  int count = 0;
  for (const YamlNode::Entry& entry : node.map("a rule")) {
    if (std::ranges::find(selecting, entry.key) == selecting.end()) {
      rule.approximation = approximation_of(entry);
      rule.text = text_of(entry);
      ++count;
    }
  }
  if (count != 1) {
    throw InputError(node.position(), "this rule has " + counted(count, "approximation") +
                                          "; give one, as codebook: {entries: 16}, and layers, kinds, except");
  }
  rule.selector = selector_of(node);
  return rule;
}

std::vector<Rule> rules_in(const YamlNode& list, const std::string& what) {
  std::vector<Rule> rules;
  for (const YamlNode& node : list.sequence(what)) {
    rules.push_back(rule_of(node));
  }
  if (rules.empty()) {
    throw InputError(list.position(), "there are no rules; give at least one");
  }
  return rules;
}

/// Each is a rule, or a list of rules that go together.
std::vector<Choice> choices_in(const YamlNode& list) {
  std::vector<Choice> choices;
  for (const YamlNode& node : list.sequence("the choices")) {
    Choice choice;
    choice.rules = node.is_sequence() ? rules_in(node, "a choice") : std::vector<Rule>{rule_of(node)};
    for (const Rule& rule : choice.rules) {
      choice.text += (choice.text.empty() ? "" : "; ") + rule.text;
    }
    choices.push_back(std::move(choice));
  }
  if (choices.empty()) {
    throw InputError(list.position(), "there are no choices; give at least one");
  }
  return choices;
}

std::optional<Distillation> distillation_of(const YamlNode& node, const Parameters& given) {
  const std::optional<std::string> file = given.text("teacher");
  for (const char* key : {"temperature", "share"}) {
    if (const YamlNode* alone = node.find(key); alone != nullptr && !file) {
      throw InputError(alone->position(), std::string(key) + " is of a teacher; name one, as teacher: large.onnx");
    }
  }
  return file ? std::optional(Distillation{.file = *file,
                                           .temperature = given.number("temperature", 4.0, 0.0, 1000.0),
                                           .share = given.number("share", 0.9, 0.0, 1.0)})
              : std::nullopt;
}

FineTuning fine_tuning_of(const YamlNode& node) {
  const std::vector<std::string> keys{"epochs",  "steps",   "batch",       "rate", "seed",
                                      "augment", "teacher", "temperature", "share"};
  node.allow_keys(keys);
  const std::string name = "fine_tune";
  const Parameters given(node, name);
  return {
      .epochs = given.integer("epochs", 1, 1, 10'000),
      .steps = given.integer("steps", 1, 1, 1000),
      .batch = given.integer("batch", 64, 1, 1 << 20),
      .rate = given.number("rate", 1e-3, 0.0, 10.0),
      .seed = static_cast<std::uint64_t>(given.integer("seed", 1, 0, 1 << 30)),
      .augmentation = given.read("augment", "none", [](const std::string& text) { return parse_augmentation(text); }),
      .teacher = distillation_of(node, given)};
}

}  // namespace

CompressionRules parse_rules(const YamlNode& file) {
  const std::vector<std::string> keys{"name", "rules", "choices", "choose_for", "fine_tune"};
  file.allow_keys(keys);
  CompressionRules rules;
  if (const YamlNode* name = file.find("name")) {
    rules.name = name->text("the name");
  }
  if (const YamlNode* tuning = file.find("fine_tune")) {
    rules.fine_tune = fine_tuning_of(*tuning);
    rules.fine_tune_position = tuning->position();
  }
  if (const YamlNode* list = file.find("rules")) {
    rules.rules = rules_in(*list, "the rules");
  }
  if (const YamlNode* list = file.find("choices")) {
    rules.choices = choices_in(*list);
  }
  if (const YamlNode* selector = file.find("choose_for")) {
    selector->allow_keys(selecting);
    rules.choose_for = selector_of(*selector);
  }
  if (rules.rules.empty() && rules.choices.empty()) {
    throw InputError(file.position(), "there are no rules; give at least one, under rules or choices");
  }
  return rules;
}

CompressionRules usual_choices() {
  CompressionRules rules{.name = "the usual choices"};
  for (const int bits : {8, 6, 5, 4, 3, 2}) {
    const std::string text = "fixed_point bits " + std::to_string(bits) + " per_channel true";
    rules.choices.push_back({text, {{text, {}, FixedPoint{.bits = bits, .per_channel = true}}}});
  }
  return rules;
}

CompressionRules load_rules(const std::string& path) {
  return parse_rules(read_yaml(path));
}

std::vector<RuleHelp> rule_help() {
  std::vector<RuleHelp> help;
  for (const RuleRow& row : rule_rows()) {
    help.push_back({row.name, row.parameters, row.summary});
  }
  return help;
}

}  // namespace pj
