#include "pj/compression/low_rank.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/factors.hpp"
#include "pj/compression/stacked_filters.hpp"
#include "pj/compression/weights.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

/// The node that is taken apart, and its weights.
struct Whole {
  NetworkEditor& editor;
  std::size_t node;
  Weights weights;

  std::string name(int part) const { return editor.network().nodes[node].name + "/" + std::to_string(part); }
  ValueId input() const { return editor.network().nodes[node].inputs[0]; }

  ValueId constant(int part, const Sizes& shape, const std::vector<double>& numbers) const {
    return editor.constant(name(part) + "/weight", constant_of(NumberFormat::float32(), shape, std::span(numbers)));
  }
  /// A part in front of the node.
  ValueId add(int part, Layer layer, ValueId from, const Sizes& shape, const std::vector<double>& numbers) const {
    return editor.add_before(node, name(part), std::move(layer), {from, constant(part, shape, numbers)});
  }
  /// The node itself becomes the last part; it keeps its bias.
  void finish(int part, Layer layer, ValueId from, const Sizes& shape, const std::vector<double>& numbers) const {
    const ValueId last = constant(part, shape, numbers);
    Node& own = editor.node(node);
    own.layer = std::move(layer);
    own.inputs[0] = from;
    own.inputs[1] = last;
  }
};

void check_smaller(const Whole& whole, std::int64_t weights) {
  const auto before = std::ssize(whole.weights.numbers);
  if (weights >= before) {
    throw InputError("its factors would have " + std::to_string(weights) + " weights and it has " +
                     std::to_string(before) + "; ask for a lower rank or share");
  }
}

std::int64_t checked_rank(std::int64_t rank, std::int64_t most) {
  if (rank > most) {
    throw InputError("its weights have a rank of at most " + std::to_string(most) + ", below the " +
                     std::to_string(rank) + " that are asked for");
  }
  return rank;
}

double factorise_matrix(const Whole& whole, const LowRank& rule) {
  const Layer layer = whole.editor.network().nodes[whole.node].layer;
  const bool is_product = std::holds_alternative<MatMul>(layer);
  const bool is_turned = is_product && !std::get<MatMul>(layer).transpose_b;  // weights are [c, m]
  Matrix w(whole.weights.shape[0], whole.weights.shape[1]);
  w.numbers = whole.weights.numbers;
  const SingularValues all = singular_values(w);
  const std::int64_t rank =
      rule.rank > 0 ? checked_rank(rule.rank, std::ssize(all.values)) : rank_for(all.values, rule.share);
  check_smaller(whole, rank * (w.rows + w.columns));
  SingularValues kept = truncated(all, rank);
  for (std::int64_t k = 0; k < rank; ++k) {  // each takes the root of the singular value
    const double root = std::sqrt(kept.values[static_cast<std::size_t>(k)]);
    for (std::int64_t i = 0; i < w.rows; ++i) {
      kept.left(i, k) *= root;
    }
    for (std::int64_t i = 0; i < w.columns; ++i) {
      kept.right(k, i) *= root;
    }
  }
  const Matrix& first = is_turned ? kept.left : kept.right;
  const Matrix& last = is_turned ? kept.right : kept.left;
  Layer inner = layer;
  if (is_product) {  // factor and bias belong to the last part
    inner = MatMul{.transpose_b = !is_turned};
  }
  const ValueId middle = whole.add(1, inner, whole.input(), {first.rows, first.columns}, first.numbers);
  whole.finish(2, layer, middle, {last.rows, last.columns}, last.numbers);
  return relative_error(whole.weights.numbers, product(kept.left, kept.right).numbers);
}

Filters filters_of(const Weights& weights) {
  return {weights.shape[0], weights.shape[1], weights.shape[2], weights.shape[3], weights.numbers};
}

Convolution pointwise() {
  return {.stride = {1, 1}, .dilation = {1, 1}, .pad_begin = {0, 0}, .pad_end = {0, 0}};
}

/// The convolution along one axis only (0: rows).
Convolution along(const Convolution& layer, std::size_t axis) {
  Convolution part = pointwise();
  part.stride[axis] = layer.stride[axis];
  part.dilation[axis] = layer.dilation[axis];
  part.pad_begin[axis] = layer.pad_begin[axis];
  part.pad_end[axis] = layer.pad_end[axis];
  return part;
}

double factorise_separably(const Whole& whole, const Convolution& layer, const LowRank& rule) {
  const Filters w = filters_of(whole.weights);
  checked_rank(rule.rank, std::min(w.C * w.R, w.M * w.S));
  const SeparableFactors factors = separable_factors(w, rule.rank, rule.share);
  const std::int64_t rank = factors.vertical.rows;
  check_smaller(whole, rank * (w.C * w.R + w.M * w.S));
  std::vector<double> horizontal;  // [m][k][s]
  for (std::int64_t m = 0; m < w.M; ++m) {
    for (std::int64_t k = 0; k < rank; ++k) {
      for (std::int64_t s = 0; s < w.S; ++s) {
        horizontal.push_back(factors.horizontal(m * w.S + s, k));
      }
    }
  }
  const ValueId middle = whole.add(1, along(layer, 0), whole.input(), {rank, w.C, w.R, 1}, factors.vertical.numbers);
  whole.finish(2, along(layer, 1), middle, {w.M, rank, 1, w.S}, horizontal);
  return relative_error(w.numbers, multiplied(factors, w).numbers);
}

double factorise_depthwise(const Whole& whole, const Convolution& layer, const LowRank& rule) {
  const Filters w = filters_of(whole.weights);
  const std::int64_t multiplier = checked_rank(std::max<std::int64_t>(1, rule.rank), std::min(w.M, w.R * w.S));
  check_smaller(whole, w.C * multiplier * (w.R * w.S + w.M));
  const DepthwiseFactors factors = depthwise_factors(w, multiplier);
  Convolution planes = layer;
  planes.groups = w.C;
  const ValueId middle = whole.add(1, planes, whole.input(), {w.C * multiplier, 1, w.R, w.S}, factors.planes.numbers);
  whole.finish(2, pointwise(), middle, {w.M, w.C * multiplier, 1, 1}, factors.points.numbers);
  return relative_error(w.numbers, multiplied(factors, w).numbers);
}

double factorise_by_tucker(const Whole& whole, const Convolution& layer, const LowRank& rule) {
  const Filters w = filters_of(whole.weights);
  checked_rank(rule.outputs, w.M);
  checked_rank(rule.inputs, w.C);
  const TuckerFactors factors = tucker_factors(w, rule.outputs, rule.inputs, rule.share);
  check_smaller(whole, w.M * factors.core.M + w.C * factors.core.C + factors.core.count());
  const Matrix first = transposed(factors.inputs);
  const ValueId narrow = whole.add(1, pointwise(), whole.input(), {first.rows, w.C, 1, 1}, first.numbers);
  const ValueId middle = whole.add(2, layer, narrow, {factors.core.M, factors.core.C, w.R, w.S}, factors.core.numbers);
  whole.finish(3, pointwise(), middle, {w.M, factors.core.M, 1, 1}, factors.outputs.numbers);
  return relative_error(w.numbers, multiplied(factors, w).numbers);
}

double factorise_by_cp(const Whole& whole, const Convolution& layer, const LowRank& rule) {
  const Filters w = filters_of(whole.weights);
  if (rule.rank <= 0) {
    throw InputError("cp needs a rank; give one, as cp: {rank: 16}");
  }
  check_smaller(whole, rule.rank * (w.M + w.C + w.R + w.S));
  Rng rng(rule.seed);
  const CpFactors factors = cp_factors(w, rule.rank, rule.rounds, rng);
  const ValueId narrow =
      whole.add(1, pointwise(), whole.input(), {rule.rank, w.C, 1, 1}, transposed(factors.c).numbers);
  Convolution rows = along(layer, 0);
  Convolution columns = along(layer, 1);
  rows.groups = columns.groups = rule.rank;
  const ValueId tall = whole.add(2, rows, narrow, {rule.rank, 1, w.R, 1}, transposed(factors.r).numbers);
  const ValueId wide = whole.add(3, columns, tall, {rule.rank, 1, 1, w.S}, transposed(factors.s).numbers);
  whole.finish(4, pointwise(), wide, {w.M, rule.rank, 1, 1}, factors.m.numbers);
  return relative_error(w.numbers, multiplied(factors, w).numbers);
}

/// The first takes all of the padding, so that the two are the one also at the borders; the second takes the stride.
double factorise_by_stacking(const Whole& whole, const Convolution& layer, const LowRank& rule) {
  const Filters w = filters_of(whole.weights);
  const std::int64_t channels = rule.rank > 0 ? rule.rank : std::min(w.C, w.M);
  check_smaller(whole, channels * (w.C + w.M) * 9);
  Rng rng(rule.seed);
  const StackedFilters stacked = stacked_filters(w, channels, rule.rounds, rng);
  Convolution first = layer;
  first.stride = {1, 1};
  Convolution last = layer;
  last.pad_begin = last.pad_end = {0, 0};
  const ValueId middle = whole.add(1, first, whole.input(), {channels, w.C, 3, 3}, stacked.first.numbers);
  whole.finish(2, last, middle, {w.M, channels, 3, 3}, stacked.last.numbers);
  return relative_error(w.numbers, multiplied(stacked).numbers);
}

bool is_five_by_five(const Convolution& layer, const Sizes& filters) {
  return filters[2] == 5 && filters[3] == 5 && layer.dilation == Sizes{1, 1};
}

}  // namespace

Verdict can_factorise(const Network& network, std::size_t node, const LowRank& rule) {
  const Layer& layer = network.nodes.at(node).layer;
  const auto places = weight_places(network, node);
  if (places.size() != 1 || places.front().operand != 1) {
    return Verdict::no("has no weights as its second operand");
  }
  const Sizes& filters = network.values[network.nodes[node].inputs[1]].shape;
  const std::size_t rank = filters.size();
  if (rule.rule == LowRank::Rule::Svd) {
    const bool is_matrix = std::holds_alternative<FullyConnected>(layer) || std::holds_alternative<MatMul>(layer);
    return is_matrix && rank == 2 ? Verdict::yes() : Verdict::no("is no fully connected layer");
  }
  const auto* convolution = std::get_if<Convolution>(&layer);
  const bool is_plain = convolution != nullptr && !convolution->transposed && convolution->groups == 1 &&
                        convolution->connections.empty() && rank == 4;
  if (is_plain && rule.rule == LowRank::Rule::Stacked && !is_five_by_five(*convolution, filters)) {
    return Verdict::no("has no filters of 5×5");
  }
  return is_plain ? Verdict::yes() : Verdict::no("is no plain two-dimensional convolution");
}

double factorise(NetworkEditor& editor, std::size_t node, const LowRank& rule) {
  const Whole whole{editor, node, read_weights(editor.network(), weight_places(editor.network(), node).front())};
  const Layer layer = editor.network().nodes[node].layer;
  switch (rule.rule) {
    case LowRank::Rule::Svd:
      return factorise_matrix(whole, rule);
    case LowRank::Rule::Separable:
      return factorise_separably(whole, std::get<Convolution>(layer), rule);
    case LowRank::Rule::Depthwise:
      return factorise_depthwise(whole, std::get<Convolution>(layer), rule);
    case LowRank::Rule::Tucker:
      return factorise_by_tucker(whole, std::get<Convolution>(layer), rule);
    case LowRank::Rule::Stacked:
      return factorise_by_stacking(whole, std::get<Convolution>(layer), rule);
    default:
      return factorise_by_cp(whole, std::get<Convolution>(layer), rule);
  }
}

}  // namespace pj
