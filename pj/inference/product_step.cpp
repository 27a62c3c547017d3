#include <algorithm>
#include <memory>

#include "pj/execution/places.hpp"
#include "pj/inference/makers.hpp"
#include "pj/inference/operands.hpp"
#include "pj/kernels/gemm.hpp"

namespace pj {

namespace {

constexpr std::int64_t rows_of_product = 64;  // of a part

/// The matrices of a product of stacks of them: M × K times K × N, where each lies in memory.
struct MatrixStacks {
  MatMul layer;
  std::int64_t M = 1, K = 1, N = 1;
  std::vector<std::pair<std::int64_t, std::int64_t>> places;  ///< of each pair, in numbers

  /// A transposed matrix cannot be cut into rows.
  std::int64_t rows_of_part() const { return layer.transpose_a ? M : rows_of_product; }
  std::int64_t row_parts() const { return ceil_div(M, rows_of_part()); }

  /// Some rows of one product.
  void run(std::int64_t part, std::span<const float> a, std::span<const float> b, std::span<float> result) const {
    const std::int64_t matrix = part / row_parts();
    const std::int64_t first = part % row_parts() * rows_of_part();
    const std::int64_t rows = std::min(rows_of_part(), M - first);
    const auto [of_a, of_b] = places[static_cast<std::size_t>(matrix)];
    const auto at = [](auto numbers, std::int64_t from, std::int64_t count) {
      return numbers.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(count));
    };
    multiply({.M = rows, .N = N, .K = K, .transpose_a = layer.transpose_a, .transpose_b = layer.transpose_b},
             at(a, of_a + first * K, rows * K), at(b, of_b, K * N), at(result, (matrix * M + first) * N, rows * N));
  }
};

MatrixStacks stacks_of(const MatMul& layer, Sizes a, Sizes b) {
  MatrixStacks stacks{.layer = layer};
  if (a.size() == 1) {
    a.insert(a.begin(), 1);
    stacks.layer.transpose_a = false;
  }
  if (b.size() == 1) {
    b.push_back(1);
    stacks.layer.transpose_b = false;
  }
  const std::size_t ra = a.size();
  const std::size_t rb = b.size();
  stacks.M = a[stacks.layer.transpose_a ? ra - 1 : ra - 2];
  stacks.K = a[stacks.layer.transpose_a ? ra - 2 : ra - 1];
  stacks.N = b[stacks.layer.transpose_b ? rb - 2 : rb - 1];
  const Sizes batch_a(a.begin(), a.end() - 2);
  const Sizes batch_b(b.begin(), b.end() - 2);
  const Sizes batch = broadcast(batch_a, batch_b);
  for_each_place(batch, stretched_strides(batch_a, batch), 0,
                 [&](std::int64_t, std::int64_t place) { stacks.places.emplace_back(place * stacks.M * stacks.K, 0); });
  for_each_place(batch, stretched_strides(batch_b, batch), 0, [&](std::int64_t i, std::int64_t place) {
    stacks.places[static_cast<std::size_t>(i)].second = place * stacks.K * stacks.N;
  });
  if (batch_b.empty() && !stacks.layer.transpose_a) {  // one matrix for all: their rows are those of one product
    stacks.M *= std::ssize(stacks.places);
    stacks.places = {{0, 0}};
  }
  return stacks;
}

}  // namespace

NodeGroup take_product(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<MatMul>(&node.layer);
  if (layer == nullptr || graph.value(node.outputs[0]).format != NumberFormat::float32() ||
      graph.value(node.inputs[0]).format != graph.value(node.inputs[1]).format) {
    return NodeGroup::no("it is no product of float32 matrices");
  }
  if (node.inputs.size() > 2 || layer->alpha != 1.0F) {
    return NodeGroup::no("the product is scaled, or something is added");
  }
  const bool is_empty = element_count(graph.value(node.outputs[0]).shape) == 0;
  return is_empty ? NodeGroup::no("there is nothing to compute") : NodeGroup{{i}};
}

Step make_product(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  const Node& node = graph.node(nodes.front());
  Step step{.nodes = nodes, .algorithm = "BLAS", .reason = "a product of matrices"};
  const OperandSource a = operand_source(graph, node, 0, step);
  const OperandSource b = operand_source(graph, node, 1, step);
  step.outputs.push_back(planar_form(graph.network, node.outputs[0]));
  const auto stacks = std::make_shared<const MatrixStacks>(
      stacks_of(std::get<MatMul>(node.layer), graph.value(node.inputs[0]).shape, graph.value(node.inputs[1]).shape));
  step.parts = std::ssize(stacks->places) * stacks->row_parts();
  step.run = [=](const StepMemory& memory) {
    for (std::int64_t part = memory.first; part < memory.last; ++part) {
      stacks->run(part, a.elements<float>(memory), b.elements<float>(memory), memory.output<float>());
    }
  };
  return step;
}

}  // namespace pj
