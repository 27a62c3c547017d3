#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/inference/makers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

/// What is folded lies between what is kept: outer × size × inner numbers, of which those of `size` become one.
struct FoldedAxes {
  std::int64_t outer = 1, size = 1, inner = 1;
};

/// Nothing where the folded axes are not beside each other.
std::optional<FoldedAxes> folded_axes(const Reduce& layer, const Sizes& shape) {
  std::vector<bool> is_folded(shape.size(), layer.axes.empty());
  for (const std::int64_t axis : layer.axes) {
    is_folded[axis_index(axis, shape.size())] = true;
  }
  FoldedAxes axes;
  enum class Stage { Outer, Folded, Inner } stage = Stage::Outer;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) {
      continue;
    }
    if (is_folded[i] && stage == Stage::Inner) {
      return std::nullopt;
    }
    stage = is_folded[i] ? Stage::Folded : stage == Stage::Folded ? Stage::Inner : stage;
    (stage == Stage::Outer ? axes.outer : stage == Stage::Folded ? axes.size : axes.inner) *= shape[i];
  }
  return axes;
}

/// totals[i] becomes what it is with one more number, for numbers beside each other. Sums are kept in float64, as the
/// plain executor keeps them.
void fold_in(Reduce::Kind kind, const float* numbers, std::int64_t count, double* totals) {
  const auto each = [&](auto function) {
    for (std::int64_t i = 0; i < count; ++i) {
      totals[i] = function(totals[i], static_cast<double>(numbers[i]));
    }
  };
  switch (kind) {
    case Reduce::Kind::Max:
      return each([](double total, double x) { return x > total || x != x ? x : total; });
    case Reduce::Kind::Min:
      return each([](double total, double x) { return x < total || x != x ? x : total; });
    case Reduce::Kind::L1:
      return each([](double total, double x) { return total + std::abs(x); });
    case Reduce::Kind::L2:
    case Reduce::Kind::SumSquare:
      return each([](double total, double x) { return total + x * x; });
    default:
      return each([](double total, double x) { return total + x; });
  }
}

double folded_nothing(Reduce::Kind kind) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  return kind == Reduce::Kind::Max ? -infinite : kind == Reduce::Kind::Min ? infinite : 0.0;
}

double folded_all(Reduce::Kind kind, double total, std::int64_t count) {
  return kind == Reduce::Kind::Mean ? total / static_cast<double>(count)
         : kind == Reduce::Kind::L2 ? std::sqrt(total)
                                    : total;
}

/// A row of numbers that become one: several totals, so that no sum waits for the one before it.
double fold_row(Reduce::Kind kind, const float* numbers, std::int64_t count) {
  constexpr std::int64_t totals_beside = 8;
  double totals[totals_beside];
  std::fill_n(totals, totals_beside, folded_nothing(kind));
  std::int64_t i = 0;
  for (; i + totals_beside <= count; i += totals_beside) {
    fold_in(kind, numbers + i, totals_beside, totals);
  }
  fold_in(kind, numbers + i, count - i, totals);
  double all = totals[0];
  for (std::int64_t k = 1; k < totals_beside; ++k) {
    const bool is_most = kind == Reduce::Kind::Max ? totals[k] > all : totals[k] < all;
    const bool is_bound = kind == Reduce::Kind::Max || kind == Reduce::Kind::Min;
    const bool is_taken = !std::isnan(all) && (is_most || std::isnan(totals[k]));
    all = !is_bound ? all + totals[k] : is_taken ? totals[k] : all;
  }
  return all;
}

void run_reduce(Reduce::Kind kind, const FoldedAxes& axes, const StepMemory& memory) {
  for (std::int64_t part = memory.first; part < memory.last; ++part) {
    const float* const numbers = memory.input<float>(0).data() + part * axes.size * axes.inner;
    float* const results = memory.output<float>().data() + part * axes.inner;
    if (axes.inner == 1) {
      *results = static_cast<float>(folded_all(kind, fold_row(kind, numbers, axes.size), axes.size));
      continue;
    }
    double* const totals = memory.workspace_of<double>().data();
    std::fill_n(totals, axes.inner, folded_nothing(kind));
    for (std::int64_t i = 0; i < axes.size; ++i) {
      fold_in(kind, numbers + i * axes.inner, axes.inner, totals);
    }
    for (std::int64_t i = 0; i < axes.inner; ++i) {
      results[i] = static_cast<float>(folded_all(kind, totals[i], axes.size));
    }
  }
}

bool is_fast_reduction(Reduce::Kind kind) {
  return kind == Reduce::Kind::Sum || kind == Reduce::Kind::Mean || kind == Reduce::Kind::Max ||
         kind == Reduce::Kind::Min || kind == Reduce::Kind::L1 || kind == Reduce::Kind::L2 ||
         kind == Reduce::Kind::SumSquare;
}

}  // namespace

NodeGroup take_reduce(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<Reduce>(&node.layer);
  const Value& input = graph.value(node.inputs[0]);
  if (layer == nullptr || !is_fast_reduction(layer->kind) || input.format != NumberFormat::float32()) {
    return NodeGroup::no("it is no sum, mean, norm, minimum or maximum of float32 numbers");
  }
  const bool is_simple = element_count(input.shape) > 0 && folded_axes(*layer, input.shape);
  return is_simple ? NodeGroup{{i}} : NodeGroup::no("the axes that it folds are not beside each other, or empty");
}

Step make_reduce(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  const auto& layer = std::get<Reduce>(node.layer);
  const FoldedAxes axes = *folded_axes(layer, network.values[node.inputs[0]].shape);
  Step step{.nodes = nodes, .algorithm = kind_name(node.layer), .reason = "sums beside each other"};
  step.inputs.push_back(planar_form(network, node.inputs[0]));
  step.outputs.push_back(planar_form(network, node.outputs[0]));
  step.parts = axes.outer;
  step.workspace = axes.inner == 1 ? 0 : axes.inner * static_cast<std::int64_t>(sizeof(double));
  step.run = [axes, kind = layer.kind](const StepMemory& memory) { run_reduce(kind, axes, memory); };
  return step;
}

}  // namespace pj
