#include "pj/network/network_yaml_expander.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr int most_steps = 100'000;
constexpr std::size_t longest_name = 200;
constexpr std::size_t deepest_block = 32;

/// A name inside a block: `fire2` and `squeeze1x1` give `fire2/squeeze1x1`, `res2a` and `_branch1` give
/// `res2a_branch1`, and `output` is the block's own name.
std::string full_name(const std::string& scope, const std::string& name) {
  if (scope.empty() || name == "output") {
    return scope.empty() ? name : scope;
  }
  return name.starts_with('_') ? scope + name : scope + "/" + name;
}

/// `name:2` as the name and the number of one of several results.
std::pair<std::string, std::size_t> split_result(const std::string& name) {
  const std::size_t colon = name.rfind(':');
  std::size_t index = 0;
  if (colon == std::string::npos) {
    return {name, 0};
  }
  const char* last = name.data() + name.size();
  const auto [end, fault] = std::from_chars(name.data() + colon + 1, last, index);
  return fault == std::errc{} && end == last ? std::pair(name.substr(0, colon), index) : std::pair(name, index);
}

void check_name(const std::string& name, const Position& position) {
  if (name.empty() || name.size() > longest_name) {
    throw InputError(position, "a layer's name has 1 to " + std::to_string(longest_name) + " characters");
  }
  if (name == "input") {
    throw InputError(position, "'input' is what feeds the network or the block; give this layer another name");
  }
}

/// The numbers that a layer's expressions may use: those around it and its input's C, H and W.
Numbers with_sizes(Numbers numbers, const Sizes& shape) {
  static constexpr std::array letters{"C", "H", "W"};
  for (std::size_t i = 0; i < letters.size() && i + 1 < shape.size(); ++i) {
    numbers[letters[i]] = shape[i + 1];
  }
  return numbers;
}

std::string perhaps(const std::string& word, std::span<const std::string> known, const std::string& otherwise) {
  const std::string near = nearest(word, known);
  return "; " + (near.empty() ? otherwise : "did you mean '" + near + "'?");
}

}  // namespace

NetworkExpander::NetworkExpander(const YamlNode& file, Numbers parameters, NetworkBuilder& builder)
    : builder_(builder), parameters_(std::move(parameters)), defaults_(file.find("defaults")) {
  for (LayerKind& kind : layer_kinds()) {
    kind_names_.push_back(kind.name);
    kinds_.emplace(kind.name, std::move(kind));
  }
  if (const YamlNode* blocks = file.find("blocks")) {
    for (const YamlNode::Entry& entry : blocks->map("blocks")) {
      NetworkBlock block = read_block(entry);
      if (kinds_.contains(block.name) || blocks_.contains(block.name)) {
        throw InputError(entry.position, "'" + block.name + "' is a kind of layer or a block already");
      }
      kind_names_.push_back(block.name);
      blocks_.emplace(block.name, std::move(block));
    }
  }
  check_defaults();
  top_.numbers = parameters_;
  top_.scopes = {""};
}

void NetworkExpander::check_defaults() const {
  if (defaults_ == nullptr) {
    return;
  }
  for (const YamlNode::Entry& entry : defaults_->map("defaults")) {
    const auto kind = kinds_.find(entry.key);
    if (kind == kinds_.end()) {
      throw InputError(entry.position, "unknown kind of layer '" + entry.key + "'" +
                                           perhaps(entry.key, kind_names_, "docs/networks.md lists them"));
    }
    std::vector<std::string> keys = kind->second.keys;
    keys.insert(keys.end(), {kind->second.name, "then"});
    entry.value.allow_keys(keys);
  }
}

void NetworkExpander::add_input(const YamlNode::Entry& entry, ValueId id) {
  names_[entry.key] = {entry.position, 1};
  layers_[entry.key] = {id};
  if (!top_.input) {
    top_.input = top_.current = id;
  }
}

ValueId NetworkExpander::expand(const YamlNode& layers) {
  add_layers(layers, top_);
  return *top_.current;
}

Position NetworkExpander::position_of(const std::string& layer, const Position& otherwise) const {
  const auto own = names_.find(layer);
  const auto inner = names_.find(layer + "/output");
  const auto found = inner == names_.end() ? own : inner;
  return found == names_.end() ? otherwise : found->second.position;
}

void NetworkExpander::count_step(const Position& position) {
  if (++steps_ > most_steps) {
    throw InputError(position, "the network has more than " + grouped(most_steps) + " layers; shorten its loops");
  }
}

void NetworkExpander::add_layers(const YamlNode& layers, Frame& frame) {
  if (layers.sequence("this list of layers").empty()) {
    throw InputError(layers.position(), "this list of layers is empty");
  }
  for (const YamlNode& item : layers.sequence("this list of layers")) {
    if (item.is_scalar()) {
      add_unnamed(item, frame);
      continue;
    }
    const YamlNode::Map& map = item.map("a layer");
    if (map.size() != 1) {
      throw InputError(item.position(), "a layer is one 'name: {kind: …}' or one word, as 'relu'");
    }
    const YamlNode::Entry& entry = map.front();
    entry.key.starts_with("for ") ? add_loop(entry, frame) : add_named(entry, frame);
  }
}

/// `for i in 1..n: [layers]`.
void NetworkExpander::add_loop(const YamlNode::Entry& entry, Frame& frame) {
  const std::string_view key = entry.key;
  const std::size_t in = key.find(" in ");
  const std::size_t dots = key.find("..");
  const std::string counter(in == std::string_view::npos ? "" : trimmed(key.substr(4, in - 4)));
  if (dots == std::string_view::npos || dots < in + 4 || !is_identifier(counter)) {
    throw InputError(entry.position, "a loop is written 'for i in 1..4', not '" + entry.key + "'");
  }
  refuse_size_letter(counter, entry.position);
  const Numbers before = frame.numbers;
  const std::int64_t first =
      evaluate(trimmed(key.substr(in + 4, dots - in - 4)), before, entry.position, "the loop's start");
  const std::int64_t last = evaluate(trimmed(key.substr(dots + 2)), before, entry.position, "the loop's end");
  if (first < -largest_size || last > largest_size) {
    throw InputError(entry.position,
                     "a loop runs from at least " + grouped(-largest_size) + " to at most " + grouped(largest_size));
  }
  for (std::int64_t i = first; i <= last; ++i) {
    count_step(entry.position);
    frame.numbers[counter] = i;
    add_layers(entry.value, frame);
  }
  frame.numbers = before;
}

void NetworkExpander::add_named(const YamlNode::Entry& entry, Frame& frame) {
  const std::string local = interpolate(entry.key, frame.numbers, entry.position);
  check_name(local, entry.position);
  const std::string& scope = frame.scopes.back();
  const std::string name = full_name(scope, local);
  const bool names_block = !scope.empty() && local == "output";
  Name& own = names_[names_block ? name + "/output" : name];
  if (own.uses++ > 0) {
    throw InputError(entry.position, "the name '" + name + "' is taken by line " + std::to_string(own.position.line) +
                                         "; each layer has its own");
  }
  own.position = entry.position;
  Results results = apply(entry.value, name, frame);
  const auto inner = layers_.find(name);
  if (inner != layers_.end() && inner->second != results) {
    throw InputError(entry.position, "in '" + name + "' the layer 'output' must be the last");
  }
  results = add_followers(entry.value, name, std::move(results), frame);
  frame.current = results.front();
  frame.last_name = name;
  layers_[name] = std::move(results);
}

void NetworkExpander::add_unnamed(const YamlNode& word, Frame& frame) {
  const std::string before = frame.last_name.empty() ? frame.scopes.back() : frame.last_name;
  const std::string name = free_name(full_name(before, kind_of(word)), word.position());
  const Results results = add_followers(word, name, apply(word, name, frame), frame);
  frame.current = results.front();
}

/// Adds the layers behind `then`, which is the layer's own or its kind's default.
NetworkExpander::Results NetworkExpander::add_followers(const YamlNode& layer, const std::string& name, Results results,
                                                        const Frame& frame) {
  const YamlNode* defaults = defaults_of(kind_of(layer));
  const YamlNode* own = layer.find("then");
  const YamlNode* then = own != nullptr || defaults == nullptr ? own : defaults->find("then");
  if (then == nullptr) {
    return results;
  }
  Frame after = frame;
  for (const YamlNode& follower : then->is_sequence() ? then->sequence("then") : YamlNode::Sequence{*then}) {
    check_follower(follower);
    after.current = results.front();
    results = apply(follower, free_name(name + "/" + kind_of(follower), follower.position()), after);
  }
  return results;
}

void NetworkExpander::check_follower(const YamlNode& layer) const {
  const auto kind = kinds_.find(kind_of(layer));
  const bool joins = kind != kinds_.end() && kind->second.joins;
  if (joins || layer.find("from") != nullptr || layer.find("then") != nullptr) {
    throw InputError(layer.position(), "a layer behind 'then' reads the one before it and has no 'from' or 'then'");
  }
}

NetworkExpander::Results NetworkExpander::apply(const YamlNode& layer, const std::string& name, const Frame& frame) {
  count_step(layer.position());
  const std::string kind_name = kind_of(layer);
  const auto block = blocks_.find(kind_name);
  if (block != blocks_.end()) {
    return apply_block(block->second, layer, name, frame);
  }
  const LayerKind& kind = kinds_.at(kind_name);
  if (layer.is_map()) {
    std::vector<std::string> keys = kind.keys;
    keys.insert(keys.end(), {kind.name, kind.joins ? kind.name : "from", "then"});
    layer.allow_keys(keys);
  }
  Results operands = kind.joins ? joined(kind.name, layer, frame) : Results{feeding(layer, frame)};
  Numbers numbers = with_sizes(frame.numbers, builder_.value(operands.front()).shape);
  const LayerText text{kind.name, kind.meaning, layer.position(), layer.is_map() ? &layer : nullptr,
                       defaults_of(kind.name)};
  return kind.build(LayerCall(builder_, weights_, text, name, std::move(operands), std::move(numbers)));
}

NetworkExpander::Results NetworkExpander::apply_block(const NetworkBlock& block, const YamlNode& layer,
                                                      const std::string& name, const Frame& frame) {
  if (std::find(open_blocks_.begin(), open_blocks_.end(), block.name) != open_blocks_.end()) {
    throw InputError(layer.position(), "the block '" + block.name + "' uses itself");
  }
  if (open_blocks_.size() >= deepest_block) {
    throw InputError(layer.position(), "blocks are nested deeper than " + std::to_string(deepest_block));
  }
  if (layer.is_map()) {
    layer.allow_keys(std::vector<std::string>{block.name, "from", "then"});
  }
  const ValueId input = feeding(layer, frame);
  const Numbers here = with_sizes(frame.numbers, builder_.value(input).shape);
  Frame inner{.numbers = block_numbers(block, layer.find(block.name), layer.position(), here, parameters_),
              .scopes = frame.scopes,
              .input = input,
              .current = input};
  inner.scopes.push_back(name);
  open_blocks_.push_back(block.name);
  add_layers(*block.layers, inner);
  open_blocks_.pop_back();
  return {*inner.current};
}

std::string NetworkExpander::kind_of(const YamlNode& layer) const {
  const bool is_map = layer.is_map() && !layer.map("a layer").empty();
  const std::string& kind = is_map ? layer.map("a layer").front().key : layer.text("a layer");
  if (!kinds_.contains(kind) && !blocks_.contains(kind)) {
    throw InputError(is_map ? layer.map("a layer").front().position : layer.position(),
                     "unknown kind of layer '" + kind + "'" +
                         perhaps(kind, kind_names_, "the first word says the kind, docs/networks.md lists them"));
  }
  return kind;
}

const YamlNode* NetworkExpander::defaults_of(const std::string& kind) const {
  return defaults_ == nullptr ? nullptr : defaults_->find(kind);
}

/// The operands of a layer that joins several, as in `{add: [input, conv2]}`.
std::vector<ValueId> NetworkExpander::joined(const std::string& kind, const YamlNode& layer, const Frame& frame) const {
  const YamlNode* list = layer.find(kind);
  if (list == nullptr || !list->is_sequence() || list->sequence(kind).size() < 2) {
    throw InputError(layer.position(), kind + " needs a list of two or more layers, as {" + kind + ": [input, conv1]}");
  }
  std::vector<ValueId> all;
  for (const YamlNode& item : list->sequence(kind)) {
    all.push_back(resolve(item, frame));
  }
  return all;
}

ValueId NetworkExpander::feeding(const YamlNode& layer, const Frame& frame) const {
  const YamlNode* from = layer.find("from");
  return from == nullptr ? *frame.current : resolve(*from, frame);
}

ValueId NetworkExpander::resolve(const YamlNode& name, const Frame& frame) const {
  const std::string local = interpolate(name.text("a layer's name"), frame.numbers, name.position());
  if (local == "input") {
    return *frame.input;
  }
  if (const Results* results = find_layer(local, frame)) {
    return results->front();
  }
  const auto [base, index] = split_result(local);
  const Results* results = find_layer(base, frame);
  if (results != nullptr && index < results->size()) {
    return (*results)[index];
  }
  std::vector<std::string> known;
  for (const auto& [full, ignored] : layers_) {
    const std::size_t prefix = full.starts_with(frame.scopes.back() + "/") ? frame.scopes.back().size() + 1 : 0;
    known.push_back(full.substr(prefix));
  }
  std::sort(known.begin(), known.end());
  throw InputError(name.position(), "no layer '" + local + "' stands above this one" +
                                        perhaps(local, known, "a layer reads only what comes before it"));
}

const NetworkExpander::Results* NetworkExpander::find_layer(const std::string& name, const Frame& frame) const {
  for (std::size_t i = frame.scopes.size(); i-- > 0;) {
    const auto found = layers_.find(full_name(frame.scopes[i], name));
    if (found != layers_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

std::string NetworkExpander::free_name(const std::string& name, const Position& position) {
  std::string candidate = name;
  while (names_[candidate].uses > 0) {
    candidate = name + "_" + std::to_string(++names_[name].uses);
  }
  names_[candidate] = {position, 1};
  return candidate;
}

}  // namespace pj
