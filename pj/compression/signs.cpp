#include "pj/compression/signs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

constexpr double twn_threshold = 0.75;
constexpr double ttq_threshold = 0.05;

/// The mean of what `pick` takes from each number, where it takes any.
template <class Pick>
double mean_of(const std::vector<double>& numbers, Pick pick) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double number : numbers) {
    if (pick(number)) {
      sum += std::abs(number);
      ++count;
    }
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

CodedWeights binary(const Weights& weights, bool scaled) {
  CodedWeights coded{.format = NumberFormat::binary()};
  for (const double number : weights.numbers) {
    coded.codes.push_back(number < 0.0 ? -1 : 1);
  }
  coded.scales = {1.0};
  if (scaled) {
    std::vector<double> sums(static_cast<std::size_t>(weights.channels()));
    for (std::size_t i = 0; i < weights.numbers.size(); ++i) {
      sums[weights.channel(i)] += std::abs(weights.numbers[i]);
    }
    const auto filter = static_cast<double>(weights.numbers.size()) / static_cast<double>(sums.size());
    coded.scales.clear();
    for (const double sum : sums) {
      coded.scales.push_back(static_cast<float>(sum / filter));
    }
  }
  return coded;
}

CodedWeights ternary(const Weights& weights, double delta) {
  CodedWeights coded{.format = NumberFormat::ternary()};
  for (const double number : weights.numbers) {
    coded.codes.push_back(std::abs(number) <= delta ? 0 : number < 0.0 ? -1 : 1);
  }
  if (std::accumulate(coded.codes.begin(), coded.codes.end(), std::int64_t{0},
                      [](std::int64_t sum, std::int64_t code) { return sum + std::abs(code); }) == 0) {
    throw InputError("no weight is beyond the threshold; choose a smaller one");
  }
  return coded;
}

CodedWeights twn(const Weights& weights, double threshold) {
  const double delta = threshold * mean_of(weights.numbers, [](double) { return true; });
  CodedWeights coded = ternary(weights, delta);
  coded.scales = {
      static_cast<float>(mean_of(weights.numbers, [&](double number) { return std::abs(number) > delta; }))};
  return coded;
}

/// The one value of all the numbers on this side of 0; nothing where they have several.
std::optional<double> one_value(const std::vector<double>& numbers, bool is_positive) {
  double value = 0.0;
  for (const double number : numbers) {
    if (number != 0.0 && (number > 0.0) == is_positive) {
      if (value != 0.0 && value != number) {
        return std::nullopt;
      }
      value = number;
    }
  }
  return value;
}

CodedWeights ttq(const Weights& weights, double threshold) {
  const auto above = one_value(weights.numbers, true);
  const auto below = one_value(weights.numbers, false);
  if (above && below) {
    CodedWeights coded = ternary(weights, 0.0);
    coded.table = {0.0, *above, *below};  // the code −1 is the last entry
    return coded;
  }
  double largest = 0.0;
  for (const double number : weights.numbers) {
    largest = std::max(largest, std::abs(number));
  }
  const double delta = threshold * largest;
  CodedWeights coded = ternary(weights, delta);
  const double positive = mean_of(weights.numbers, [&](double number) { return number > delta; });
  const double negative = mean_of(weights.numbers, [&](double number) { return number < -delta; });
  coded.table = {0.0, static_cast<float>(positive), static_cast<float>(-negative)};
  return coded;
}

/// The mean under a filter, zeros of the padding included.
Pooling mean_window(const Convolution& layer, const Sizes& filter) {
  if (std::ranges::any_of(layer.dilation, [](std::int64_t step) { return step != 1; })) {
    throw InputError("it is dilated, and no mean is taken under a dilated filter; use bnn");
  }
  return {.kind = Pooling::Kind::Average,
          .kernel = {filter.begin() + 2, filter.end()},
          .stride = layer.stride,
          .pad_begin = layer.pad_begin,
          .pad_end = layer.pad_end,
          .count_padding = true};
}

/// K of XNOR-Net: the mean magnitude over the channels, and over each window of the filter.
ValueId mean_magnitudes(NetworkEditor& editor, std::size_t node, ValueId input) {
  const std::string name = editor.network().nodes[node].name + "/magnitude";
  const Layer layer = editor.network().nodes[node].layer;
  const Sizes filter = editor.network().values[editor.network().nodes[node].inputs[1]].shape;
  const ValueId magnitude = editor.add_before(node, name + "/abs", Activation{.kind = Activation::Kind::Abs}, {input});
  if (!std::holds_alternative<Convolution>(layer)) {
    return editor.add_before(node, name, Reduce{.axes = {-1}}, {magnitude});
  }
  const ValueId mean = editor.add_before(node, name + "/mean", Reduce{.axes = {1}}, {magnitude});
  return editor.add_before(node, name, mean_window(std::get<Convolution>(layer), filter), {mean});
}

/// The layer's product without its bias, which keeps the layer's name, times K, then the bias.
void scale_result(NetworkEditor& editor, std::size_t node, ValueId magnitudes) {
  Node& old = editor.node(node);
  const std::string name = old.name;
  const ValueId bias = old.inputs.size() > 2 ? old.inputs[2] : no_value;
  const ValueId result = old.outputs.front();
  old.name = editor.value(result).name = name + "/replaced";
  const ValueId product = editor.add_before(node, name, old.layer, {old.inputs[0], old.inputs[1]});
  ValueId scaled =
      editor.add_before(node, name + "/scaled", Elementwise{.kind = Elementwise::Kind::Mul}, {product, magnitudes});
  if (bias != no_value) {
    Sizes shape(editor.network().values[scaled].shape.size(), 1);
    shape[1] = editor.network().values[bias].shape.front();
    Constant numbers = constant_elements(editor.network(), bias);
    numbers.shape = shape;
    const ValueId spread = editor.constant(name + "/bias", std::move(numbers));
    scaled = editor.add_before(node, name + "/sum", Elementwise{}, {scaled, spread});
  }
  editor.remove(node);
  editor.replace_uses(result, scaled);
}

bool is_sign(const Network& network, ValueId value) {
  return std::ranges::any_of(network.nodes, [&](const Node& node) {
    const auto* quantiser = std::get_if<FakeQuantize>(&node.layer);
    return quantiser != nullptr && quantiser->kind == FakeQuantize::Kind::Bipolar && node.outputs.front() == value;
  });
}

double usual_threshold(const Signs& rule) {
  return rule.threshold > 0.0 ? rule.threshold : rule.rule == Signs::Rule::Twn ? twn_threshold : ttq_threshold;
}

void use_twn(std::span<const float> numbers, const Signs& rule, std::span<float> used) {
  const double delta = ternary_threshold(numbers, rule);
  double sum = 0.0;
  double count = 0.0;
  for (const float number : numbers) {
    const double size = std::abs(static_cast<double>(number));
    sum += size > delta ? size : 0.0;
    count += size > delta ? 1.0 : 0.0;
  }
  const auto scale = static_cast<float>(count == 0.0 ? 0.0 : sum / count);
  std::ranges::transform(numbers, used.begin(), [&](float number) {
    return std::abs(static_cast<double>(number)) <= delta ? 0.0F : number < 0.0F ? -scale : scale;
  });
}

void use_binary(std::span<const float> numbers, const Weights& like, bool scaled, std::span<float> used) {
  const auto channels = static_cast<std::size_t>(like.channels());
  std::vector<float> scales(channels, 1.0F);
  if (scaled) {
    std::vector<double> sums(channels);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      sums[like.channel(i)] += std::abs(static_cast<double>(numbers[i]));
    }
    const auto filter = static_cast<double>(numbers.size()) / static_cast<double>(channels);
    std::ranges::transform(sums, scales.begin(), [&](double sum) { return static_cast<float>(sum / filter); });
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const float scale = scaled ? scales[like.channel(i)] : 1.0F;
    used[i] = numbers[i] < 0.0F ? -scale : scale;
  }
}

}  // namespace

double ternary_threshold(std::span<const float> numbers, const Signs& rule) {
  double sum = 0.0;
  double largest = 0.0;
  for (const float number : numbers) {
    const double size = std::abs(static_cast<double>(number));
    sum += size;
    largest = std::max(largest, size);
  }
  const bool is_twn = rule.rule == Signs::Rule::Twn;
  return usual_threshold(rule) * (is_twn ? sum / static_cast<double>(numbers.size()) : largest);
}

void use_signs(std::span<const float> numbers, const Weights& like, const Signs& rule, std::span<float> used) {
  ensure(rule.rule != Signs::Rule::Ttq, "trained ternary weights have values of their own");
  if (rule.rule == Signs::Rule::Twn) {
    use_twn(numbers, rule, used);
  } else {
    use_binary(numbers, like, rule.rule == Signs::Rule::Bwn || rule.rule == Signs::Rule::Xnor, used);
  }
}

CodedWeights as_signs(const Weights& weights, const Signs& rule) {
  switch (rule.rule) {
    case Signs::Rule::Twn:
      return twn(weights, usual_threshold(rule));
    case Signs::Rule::Ttq:
      return ttq(weights, usual_threshold(rule));
    default:
      if (weights.is_pruned()) {
        throw InputError("binary weights have no zero, so that pruned ones would come back; use twn or ttq");
      }
      return binary(weights, rule.rule == Signs::Rule::Bwn || rule.rule == Signs::Rule::Xnor);
  }
}

void binarise_input(NetworkEditor& editor, std::size_t node, bool scaled) {
  const std::string name = editor.network().nodes[node].name;
  const Layer& layer = editor.network().nodes[node].layer;
  const auto* convolution = std::get_if<Convolution>(&layer);
  const bool is_plain = convolution != nullptr ? !convolution->transposed && convolution->groups == 1
                                               : std::holds_alternative<FullyConnected>(layer);
  if (!is_plain) {
    throw InputError("node '" + name + "' is a " + kind_name(layer) +
                     "; only inputs of ungrouped convolutions and fully connected layers are binarised");
  }
  const ValueId input = editor.network().nodes[node].inputs[0];
  if (is_sign(editor.network(), input)) {
    return;
  }
  const double one = 1.0;
  const ValueId unit = editor.constant(name + "/one", constant_of(NumberFormat::float32(), {}, std::span(&one, 1)));
  const ValueId signs =
      editor.add_before(node, name + "/sign", FakeQuantize{.kind = FakeQuantize::Kind::Bipolar}, {input, unit});
  editor.node(node).inputs[0] = signs;
  if (scaled) {
    scale_result(editor, node, mean_magnitudes(editor, node, input));
  }
}

}  // namespace pj
