#include "pj/integers/integer_makers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

using Kind = IntegerLayer::Kind;
using Group = std::optional<IntegerGroup>;

/// The makers share what they are given, and say "no" with a reason.
struct Maker {
  IntegerValues& values;
  const Node& node;
  const IntegerResult& result;

  Group no(const std::string& reason) const {
    values.reason = reason;
    return std::nullopt;
  }

  const Sizes& shape(std::size_t operand) const { return values.network().values[node.inputs[operand]].shape; }
  const Sizes& result_shape() const { return values.network().values[node.outputs[0]].shape; }
  bool has(std::size_t operand) const { return node.inputs.size() > operand && node.inputs[operand] != no_value; }

  /// A bound of the real result as the number that it is quantised to, in the precision of the runtime's Quantize.
  std::int64_t bound(double real) const {
    const IntegerRange range = integer_range(result.scaling.format);
    const auto steps = static_cast<double>(static_cast<float>(real) / static_cast<float>(result.scaling.scales[0]));
    const double number = std::nearbyint(steps) + static_cast<double>(result.scaling.zeros[0]);
    return static_cast<std::int64_t>(
        std::clamp(number, static_cast<double>(range.low), static_cast<double>(range.high)));
  }

  Requantization requantization(double factor) const {
    return {fixed_point(factor), result.scaling.zeros[0], bound(result.low), bound(result.high)};
  }
};

/// Operands with one scale each.
std::optional<std::vector<ScaledValue>> operands_of(const Maker& maker) {
  std::vector<ScaledValue> operands;
  for (const ValueId id : maker.node.inputs) {
    const auto found = maker.values.integers_of(id);
    if (!found) {
      return std::nullopt;
    }
    if (!found->scaling.is_one()) {
      maker.no("its operand '" + maker.values.network().values[id].name + "' has a scale for each channel");
      return std::nullopt;
    }
    operands.push_back(*found);
  }
  return operands;
}

IntegerGroup group_of(const Maker& maker, Kind kind, const std::vector<ScaledValue>& operands) {
  IntegerGroup group{.name = maker.node.name, .layer = {.kind = kind, .layer = maker.node.layer}};
  for (const ScaledValue& operand : operands) {
    group.operands.push_back(operand.value);
    group.layer.operands.push_back({operand.scaling.zeros, operand.scaling.axis});
  }
  return group;
}

/// Requantisation by each of the factors, or nothing where one has no fixed point.
bool set_results(const Maker& maker, const std::vector<double>& factors, IntegerLayer& layer) {
  for (const double factor : factors) {
    if (const Verdict verdict = is_fixed_point(factor); !verdict) {
      maker.no(verdict.reason());
      return false;
    }
    layer.results.push_back(maker.requantization(factor));
  }
  return true;
}

/// The real numbers of a bias in steps of the sums: exact where it is kept in these steps, else rounded to the nearest.
std::optional<std::vector<std::int64_t>> bias_of(const Maker& maker, const std::vector<double>& steps,
                                                 std::size_t channels) {
  std::vector<std::int64_t> bias;
  if (!maker.has(2)) {
    return bias;
  }
  const Constant* real = maker.values.known(maker.node.inputs[2]);
  if (real == nullptr || element_count(real->shape) != static_cast<std::int64_t>(channels)) {
    maker.no(real == nullptr ? "its bias is computed from the input" : "its bias is not one number a channel");
    return std::nullopt;
  }
  const Node* source = maker.values.maker(maker.node.inputs[2]);
  std::vector<double> numbers = numbers_of<double>(*real);
  std::vector<double> scales{1.0};
  if (source != nullptr && std::holds_alternative<Dequantize>(source->layer) && source->inputs.size() < 3) {
    numbers = numbers_of<double>(*maker.values.known(source->inputs[0]));
    scales = numbers_of<double>(*maker.values.known(source->inputs[1]));
  }
  if (scales.size() != 1 && scales.size() != numbers.size()) {
    maker.no("its bias has not one scale, nor one a channel");
    return std::nullopt;
  }
  for (std::size_t m = 0; m < numbers.size(); ++m) {
    const double scale = scales[scales.size() == 1 ? 0 : m];
    const double step = steps[steps.size() == 1 ? 0 : m];
    const bool is_exact = std::abs(scale / step - 1.0) < 1e-6;  // both are products of floats
    const double number = is_exact ? numbers[m] : numbers[m] * scale / step;
    if (!(std::abs(number) < 0x1.0p62)) {
      maker.no("its bias is too large for sums of 64 bits");
      return std::nullopt;
    }
    bias.push_back(std::llrint(number));
  }
  return bias;
}

/// Where the output channels lie: in the result, and in the weights.
struct Channels {
  std::size_t of_result = 1, of_weights = 0;
};

Channels channels_of(const Maker& maker) {
  if (const auto* product = std::get_if<MatMul>(&maker.node.layer)) {
    const std::size_t rank = maker.shape(1).size();
    return {maker.result_shape().size() - 1, product->transpose_b || rank < 2 ? rank - 2 : rank - 1};
  }
  const auto* conv = std::get_if<Convolution>(&maker.node.layer);
  return {1, conv != nullptr && conv->transposed ? 1U : 0U};
}

Group make_products(const Maker& maker) {
  const auto input = maker.values.integers_of(maker.node.inputs[0]);
  const auto weights = input ? maker.values.integers_of(maker.node.inputs[1]) : std::nullopt;
  if (!input || !weights) {
    return std::nullopt;
  }
  if (!input->scaling.is_one()) {
    return maker.no("its input has a scale for each channel");
  }
  const Constant* numbers = maker.values.known(weights->value);
  const Channels channels = channels_of(maker);
  const auto M = static_cast<std::size_t>(maker.result_shape()[channels.of_result]);
  const bool is_each = weights->scaling.axis == channels.of_weights && weights->scaling.scales.size() == M;
  if (!weights->scaling.is_one() && (numbers == nullptr || !is_each)) {
    return maker.no("its weights have scales along an axis that is not the output channels'");
  }
  std::vector<double> steps;
  for (const double scale : weights->scaling.scales) {
    steps.push_back(scale * input->scaling.scales[0]);
  }
  IntegerGroup group = group_of(maker, Kind::Products, {*input, *weights});
  group.layer.channel_axis = channels.of_result;
  const auto bias = bias_of(maker, steps, M);
  if (!bias) {
    return std::nullopt;
  }
  group.layer.bias = *bias;
  const double largest = numbers != nullptr ? largest_sum(group.layer, input->scaling.format, *numbers)
                                            : std::ldexp(static_cast<double>(element_count(maker.shape(1))),
                                                         input->scaling.format.bits + weights->scaling.format.bits + 2);
  group.layer.sum_bits = sum_bits(largest);
  if (group.layer.sum_bits == 0) {
    return maker.no("its sums do not fit 64 bits");
  }
  for (double& step : steps) {
    step /= maker.result.scaling.scales[0];
  }
  return set_results(maker, steps, group.layer) ? Group(group) : std::nullopt;
}

Group make_matmul(const Maker& maker, const MatMul& layer) {
  if (layer.alpha != 1.0F || (maker.has(2) && layer.beta != 1.0F)) {
    return maker.no("it multiplies by alpha and beta");
  }
  if (maker.shape(0).size() < 2 || maker.shape(1).size() < 2) {
    return maker.no("it multiplies a vector");
  }
  return make_products(maker);
}

Group make_elementwise(const Maker& maker, const Elementwise& layer) {
  const auto operands = operands_of(maker);
  if (!operands || operands->size() != 2) {
    return operands ? maker.no("it has not two operands") : std::nullopt;
  }
  const double out = maker.result.scaling.scales[0];
  const double a = (*operands)[0].scaling.scales[0] / out;
  const double b = (*operands)[1].scaling.scales[0];
  if (layer.kind == Elementwise::Kind::Mul) {
    IntegerGroup group = group_of(maker, Kind::Products, *operands);
    const int bits = (*operands)[0].scaling.format.bits + (*operands)[1].scaling.format.bits + 2;
    group.layer.sum_bits = bits < 32 ? 32 : 64;
    return set_results(maker, {a * b}, group.layer) ? Group(group) : std::nullopt;
  }
  IntegerGroup group = group_of(maker, Kind::Terms, *operands);
  const int bits = std::max((*operands)[0].scaling.format.bits, (*operands)[1].scaling.format.bits);
  const std::vector<double> factors{a, b / out};
  if (const Verdict verdict = are_fixed_point_terms(factors, bits); !verdict) {
    return maker.no(verdict.reason());
  }
  group.layer.terms = fixed_point_terms(factors, bits);
  group.layer.sum_bits = bits <= 9 ? 32 : 64;
  group.layer.results = {maker.requantization(1.0)};
  return group;
}

/// Windows of up to so many elements, each number with its factor.
Group make_average(const Maker& maker, const Pooling& layer, const ScaledValue& operand) {
  if (layer.ceil_mode || layer.with_indices) {
    return maker.no("its last windows may end outside the map");
  }
  IntegerGroup group = group_of(maker, Kind::Average, {operand});
  group.layer.layer = layer;
  const Sizes& shape = maker.shape(0);
  const std::int64_t count =
      layer.kernel.empty() ? element_count({shape.begin() + 2, shape.end()}) : element_count(layer.kernel);
  constexpr std::int64_t most = 1 << 16;
  if (count > most) {
    return maker.no("its windows have more than 65,536 elements");
  }
  std::vector<double> factors;
  for (std::int64_t k = 1; k <= count; ++k) {
    factors.push_back(operand.scaling.scales[0] / maker.result.scaling.scales[0] / static_cast<double>(k));
  }
  return set_results(maker, factors, group.layer) ? Group(group) : std::nullopt;
}

Group make_pooling(const Maker& maker, const Pooling& layer) {
  const auto operand = maker.values.integers_of(maker.node.inputs[0]);
  if (!operand || !operand->scaling.is_one()) {
    return operand ? maker.no("its input has a scale for each channel") : std::nullopt;
  }
  if (layer.kind == Pooling::Kind::Average) {
    return make_average(maker, layer, *operand);
  }
  if (layer.kind != Pooling::Kind::Max || layer.with_indices) {
    return maker.no("it is no plain pooling");
  }
  IntegerGroup group = group_of(maker, Kind::Maximum, {*operand});
  const double factor = operand->scaling.scales[0] / maker.result.scaling.scales[0];
  return set_results(maker, {factor}, group.layer) ? Group(group) : std::nullopt;
}

/// The mean over all spatial axes is a global pooling.
Group make_mean(const Maker& maker, const Reduce& layer) {
  const std::size_t rank = maker.shape(0).size();
  std::vector<bool> reduced(rank, false);
  for (const std::int64_t axis : layer.axes) {
    reduced[axis_index(axis, rank)] = true;
  }
  const bool is_global = rank > 2 && !reduced[0] && !reduced[1] &&
                         std::count(reduced.begin(), reduced.end(), true) == static_cast<std::ptrdiff_t>(rank - 2);
  if (layer.kind != Reduce::Kind::Mean || !is_global) {
    return maker.no("it is no mean over the map");
  }
  return make_pooling(maker, Pooling{.kind = Pooling::Kind::Average});
}

Group make_join(const Maker& maker) {
  const auto operands = operands_of(maker);
  if (!operands) {
    return std::nullopt;
  }
  IntegerGroup group = group_of(maker, Kind::Join, *operands);
  std::vector<double> factors;
  for (const ScaledValue& operand : *operands) {
    factors.push_back(operand.scaling.scales[0] / maker.result.scaling.scales[0]);
  }
  return set_results(maker, factors, group.layer) ? Group(group) : std::nullopt;
}

Group make_response(const Maker& maker, const LocalResponseNormalization& layer) {
  const auto operands = operands_of(maker);
  if (!operands) {
    return std::nullopt;
  }
  if (!(layer.bias > 0.0F) || !(layer.alpha >= 0.0F)) {
    return maker.no("its sums may not be positive");
  }
  IntegerGroup group = group_of(maker, Kind::Response, *operands);
  group.layer.input_scale = operands->front().scaling.scales[0];
  group.layer.result_scale = maker.result.scaling.scales[0];
  group.layer.results = {maker.requantization(1.0)};
  return group;
}

/// One overload for each kind of layer that integers have; the last takes all others.
struct Makers {
  const Maker& maker;

  Group operator()(const Convolution&) const { return make_products(maker); }
  Group operator()(const FullyConnected&) const { return make_products(maker); }
  Group operator()(const MatMul& layer) const { return make_matmul(maker, layer); }
  Group operator()(const Pooling& layer) const { return make_pooling(maker, layer); }
  Group operator()(const Reduce& layer) const { return make_mean(maker, layer); }
  Group operator()(const LocalResponseNormalization& layer) const { return make_response(maker, layer); }
  Group operator()(const Concat&) const { return make_join(maker); }
  Group operator()(const Elementwise& layer) const {
    const bool is_known = layer.kind == Elementwise::Kind::Add || layer.kind == Elementwise::Kind::Sub ||
                          layer.kind == Elementwise::Kind::Mul;
    return is_known ? make_elementwise(maker, layer) : (*this)(Softmax{});
  }
  template <class OtherLayer>
  Group operator()(const OtherLayer&) const {
    return maker.no("there is no such layer of integers");
  }
};

}  // namespace

Group make_integer_layer(IntegerValues& values, const Node& node, const IntegerResult& result) {
  const Maker maker{values, node, result};
  if (std::isnan(result.low) || std::isnan(result.high)) {
    return maker.no("a bound behind it is not a number");
  }
  return std::visit(Makers{maker}, node.layer);
}

Group make_table(IntegerValues& values, const ScaledValue& operand, const std::vector<const Node*>& activations,
                 const Node& quantize) {
  const IntegerRange range = integer_range(operand.scaling.format);
  std::vector<std::int64_t> all(static_cast<std::size_t>(range.high - range.low + 1));
  std::iota(all.begin(), all.end(), range.low);
  const Sizes shape{std::ssize(all)};
  const Constant scale = constant_of(NumberFormat::float32(), {}, operand.scaling.scales);
  const Constant zero = constant_of(operand.scaling.format, {}, operand.scaling.zeros);
  Constant tensor = constant_of(operand.scaling.format, shape, all);
  const auto apply = [&](const Layer& layer, std::vector<const Constant*> operands) {
    tensor = execute(layer, operands).front();
  };
  apply(Dequantize{}, {&tensor, &scale, &zero});
  for (const Node* activation : activations) {
    apply(activation->layer, {&tensor});
  }
  const bool has_zero = quantize.inputs.size() > 2 && quantize.inputs[2] != no_value;
  apply(quantize.layer,
        {&tensor, values.known(quantize.inputs[1]), has_zero ? values.known(quantize.inputs[2]) : nullptr});
  IntegerGroup group{.name = activations.empty() ? quantize.name : activations.front()->name,
                     .layer = {.kind = Kind::Table}};
  group.layer.table = numbers_of<std::int64_t>(tensor);
  group.layer.table_first = range.low;
  group.operands = {operand.value};
  return group;
}

}  // namespace pj
