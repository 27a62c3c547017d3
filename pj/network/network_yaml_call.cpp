#include "pj/network/network_yaml_call.hpp"

#include <algorithm>
#include <cstring>

#include "pj/base/text.hpp"

namespace pj {

namespace {

/// Calls `work`; an error that knows no place gets the layer's.
template <class Work>
auto at_place(const Position& position, Work work) {
  try {
    return work();
  } catch (const InputError& fault) {
    throw InputError(position, fault.what());
  }
}

}  // namespace

LayerCall::LayerCall(NetworkBuilder& builder, SharedWeights& weights, LayerText text, std::string name,
                     std::vector<ValueId> operands, Numbers numbers)
    : builder_(builder),
      weights_(weights),
      text_(std::move(text)),
      name_(std::move(name)),
      operands_(std::move(operands)),
      numbers_(std::move(numbers)) {}

std::int64_t LayerCall::axis(std::size_t index) const {
  if (index >= shape().size()) {
    fail(kind() + " needs an input with more axes than " + shape_text(shape()));
  }
  if (shape()[index] > largest_size) {
    fail("an axis of " + shape_text(shape()) + " is larger than " + grouped(largest_size));
  }
  return shape()[index];
}

std::size_t LayerCall::spatial_axes() const {
  axis(2);
  return shape().size() - 2;
}

const YamlNode* LayerCall::find(std::string_view key) const {
  const YamlNode* own = text_.arguments == nullptr ? nullptr : text_.arguments->find(key);
  return own != nullptr || text_.defaults == nullptr ? own : text_.defaults->find(key);
}

std::string LayerCall::what(std::string_view key) const {
  return "the " + (key == text_.kind ? text_.meaning : std::string(key)) + " of '" + name_ + "'";
}

void LayerCall::missing(std::string_view key) const {
  fail(what(key) + " is missing; write {" + text_.kind + ": …" +
       (key == text_.kind ? "}" : ", " + std::string(key) + ": …}"));
}

void LayerCall::fail(const std::string& fault) const {
  throw InputError(text_.position, fault);
}

std::int64_t LayerCall::read(const YamlNode& node, std::string_view key, std::int64_t low, std::int64_t high) const {
  const std::string& text = node.text(what(key));
  const std::int64_t value = evaluate(text, numbers_, node.position(), what(key));
  if (value < low || value > high) {
    throw InputError(node.position(),
                     what(key) + " must be from " + grouped(low) + " to " + grouped(high) + ", not " + grouped(value));
  }
  return value;
}

std::int64_t LayerCall::number(std::string_view key, std::int64_t low, std::int64_t high,
                               std::optional<std::int64_t> fallback) const {
  if (const YamlNode* node = find(key)) {
    return read(*node, key, low, high);
  }
  if (!fallback) {
    missing(key);
  }
  return *fallback;
}

std::int64_t LayerCall::size(std::string_view key, std::optional<std::int64_t> fallback) const {
  return number(key, 1, largest_size, fallback);
}

double LayerCall::real(std::string_view key, std::optional<double> fallback) const {
  if (const YamlNode* node = find(key)) {
    return node->number(what(key));
  }
  if (!fallback) {
    missing(key);
  }
  return *fallback;
}

bool LayerCall::flag(std::string_view key, bool fallback) const {
  const YamlNode* node = find(key);
  if (node == nullptr) {
    return fallback;
  }
  const auto parameter = node->is_scalar() ? numbers_.find(node->text(key)) : numbers_.end();
  return parameter == numbers_.end() ? node->boolean(what(key)) : parameter->second != 0;
}

std::size_t LayerCall::choice(std::string_view key, std::span<const std::string> words) const {
  const YamlNode* node = find(key);
  if (node == nullptr) {
    return 0;
  }
  const std::string& word = node->text(what(key));
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    throw InputError(node->position(), what(key) + " cannot be '" + word + "'" + did_you_mean(word, words));
  }
  return static_cast<std::size_t>(found - words.begin());
}

Sizes LayerCall::list(std::string_view key, std::int64_t low) const {
  const YamlNode* node = find(key);
  if (node == nullptr) {
    missing(key);
  }
  if (!node->is_sequence()) {
    return {read(*node, key, low, largest_size)};
  }
  Sizes numbers;
  for (const YamlNode& item : node->sequence(key)) {
    numbers.push_back(read(item, key, low, largest_size));
  }
  return numbers;
}

Sizes LayerCall::per_axis(std::string_view key, std::size_t count, std::int64_t low,
                          std::optional<std::int64_t> fallback) const {
  const YamlNode* node = find(key);
  if (node == nullptr || !node->is_sequence()) {
    return Sizes(count, number(key, low, largest_size, fallback));
  }
  const Sizes numbers = list(key, low);
  if (numbers.size() != count) {
    throw InputError(node->position(), what(key) + " has " + std::to_string(numbers.size()) +
                                           " numbers; give one for each of the " + std::to_string(count) +
                                           " axes, or a single one");
  }
  return numbers;
}

NumberFormat LayerCall::format(std::string_view key, std::optional<NumberFormat> fallback) const {
  if (const YamlNode* node = find(key)) {
    return at_place(node->position(), [&] { return parse_format(node->text(what(key))); });
  }
  if (!fallback) {
    missing(key);
  }
  return *fallback;
}

ValueId LayerCall::main_weight(Sizes shape) const {
  if (const YamlNode* node = find("weights")) {
    const std::string other = interpolate(node->text(what("weights")), numbers_, node->position());
    const auto found = weights_.find(other);
    if (found == weights_.end()) {
      throw InputError(node->position(), "no layer '" + other + "' with weights stands above this one");
    }
    if (builder_.value(found->second).shape != shape) {
      throw InputError(node->position(), "the weights of '" + other + "' are " +
                                             shape_text(builder_.value(found->second).shape) + ", '" + name_ +
                                             "' needs " + shape_text(shape));
    }
    return found->second;
  }
  return weights_[name_] = stored_weight("weight", std::move(shape));
}

ValueId LayerCall::stored_weight(std::string_view part, Sizes shape) const {
  const ValueId id = weight(part, std::move(shape));
  if (const YamlNode* node = find("storage")) {
    builder_.network().values[id].storage =
        at_place(node->position(), [&] { return parse_storage(node->text(what("storage"))); });
  }
  return id;
}

ValueId LayerCall::weight(std::string_view part, Sizes shape) const {
  const NumberFormat written = format("format", NumberFormat::float32());
  return at_place(text_.position,
                  [&] { return builder_.weight(name_ + "." + std::string(part), std::move(shape), written); });
}

std::vector<ValueId> LayerCall::weighted(Sizes weights, std::int64_t outputs) const {
  std::vector<ValueId> inputs{operand(), main_weight(std::move(weights))};
  if (flag("bias", true)) {
    inputs.push_back(weight("bias", {outputs}));
  }
  return inputs;
}

template <class T>
ValueId LayerCall::constant(std::string_view part, Sizes shape, NumberFormat format, std::span<const T> numbers) const {
  auto data = std::make_shared<Constant>(Constant{.format = format, .shape = std::move(shape)});
  data->bytes.resize(numbers.size_bytes());
  std::memcpy(data->bytes.data(), numbers.data(), numbers.size_bytes());
  return builder_.constant(name_ + "." + std::string(part), std::move(data));
}

ValueId LayerCall::scalar(std::string_view part, float number) const {
  return constant<float>(part, {}, NumberFormat::float32(), {&number, 1});
}

ValueId LayerCall::table(std::string_view part, Sizes shape, std::span<const std::int64_t> numbers) const {
  const ValueId whole = constant(part, std::move(shape), NumberFormat::fixed(64), numbers);
  return step(part, Cast{}, {whole});
}

std::vector<ValueId> LayerCall::add(Layer layer, std::vector<ValueId> inputs) const {
  return at_place(text_.position, [&] { return builder_.add(name_, std::move(layer), std::move(inputs)); });
}

ValueId LayerCall::step(std::string_view part, Layer layer, std::vector<ValueId> inputs) const {
  return at_place(text_.position, [&] {
    return builder_.add_one(name_ + "/" + std::string(part), std::move(layer), std::move(inputs));
  });
}

}  // namespace pj
