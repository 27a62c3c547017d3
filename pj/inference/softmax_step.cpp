#include <algorithm>
#include <cmath>

#include "pj/execution/places.hpp"
#include "pj/inference/makers.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

constexpr std::int64_t row_numbers = 2048;  // of the rows that are computed together

/// Rows of `size` numbers that lie `along` apart.
struct SoftmaxRows {
  std::int64_t size, along, count;
  bool logarithm;

  /// Of a part; their numbers are the workspace.
  std::int64_t together() const { return std::max<std::int64_t>(1, row_numbers / std::max<std::int64_t>(size, 1)); }
  std::int64_t parts() const { return ceil_div(count, together()); }
  std::int64_t first(std::int64_t row) const { return row / along * along * size + row % along; }
};

SoftmaxRows softmax_rows(const Softmax& layer, const Sizes& shape) {
  const std::size_t axis = axis_index(layer.axis, shape.size());
  const std::int64_t behind = strides_of(shape)[axis];
  const std::int64_t size = layer.flatten ? shape[axis] * behind : shape[axis];
  return {size, layer.flatten ? 1 : behind, size == 0 ? 0 : element_count(shape) / size, layer.logarithm};
}

/// row − max(row), side by side.
void shift_row(const float* row, std::int64_t along, std::span<float> shifted) {
  float largest = row[0];
  for (std::size_t i = 0; i < shifted.size(); ++i) {
    shifted[i] = row[static_cast<std::int64_t>(i) * along];
    largest = std::max(largest, shifted[i]);
  }
  for (float& x : shifted) {
    x -= largest;
  }
}

/// The exponentials of all rows of a part are one range, so that short rows fill vectors, too.
void run_rows(const SoftmaxRows& rows, const VectorKernels& kernels, const StepMemory& memory, std::int64_t part) {
  const std::int64_t begin = part * rows.together();
  const std::int64_t end = std::min(rows.count, begin + rows.together());
  const std::int64_t size = rows.size;
  const float* const input = memory.input<float>(0).data();
  float* const output = memory.output<float>().data();
  float* const shifted = memory.workspace_of<float>().data();
  float* const powers = shifted + rows.together() * size;
  const auto row_in = [&](float* numbers, std::int64_t row) {
    return std::span<float>(numbers + (row - begin) * size, static_cast<std::size_t>(size));
  };
  for (std::int64_t row = begin; row < end; ++row) {
    shift_row(input + rows.first(row), rows.along, row_in(shifted, row));
  }
  kernels.function({VectorFunction::Exponential, shifted, powers, (end - begin) * size, 0.0F});
  for (std::int64_t row = begin; row < end; ++row) {
    double sum = 0.0;
    for (const float x : row_in(powers, row)) {
      sum += static_cast<double>(x);
    }
    float* const to = output + rows.first(row);
    const auto from = row_in(rows.logarithm ? shifted : powers, row);
    const auto factor = static_cast<float>(1.0 / sum);
    const auto logarithm = rows.logarithm ? static_cast<float>(std::log(sum)) : 0.0F;
    for (std::int64_t i = 0; i < size; ++i) {
      const float x = from[static_cast<std::size_t>(i)];
      to[i * rows.along] = rows.logarithm ? x - logarithm : x * factor;
    }
  }
}

}  // namespace

NodeGroup take_softmax(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (!std::holds_alternative<Softmax>(node.layer) || graph.value(node.inputs[0]).format != NumberFormat::float32()) {
    return NodeGroup::no("it is no softmax of float32 numbers");
  }
  return {{i}};
}

Step make_softmax(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  const SoftmaxRows rows = softmax_rows(std::get<Softmax>(node.layer), network.values[node.inputs[0]].shape);
  Step step{.nodes = nodes, .algorithm = kind_name(node.layer), .reason = "exponentials in vectors"};
  step.inputs.push_back(planar_form(network, node.inputs[0]));
  step.outputs.push_back(planar_form(network, node.outputs[0]));
  step.parts = rows.count == 0 ? 1 : rows.parts();
  step.workspace = 2 * rows.together() * rows.size * static_cast<std::int64_t>(sizeof(float));
  step.run = [rows, kernels = vector_kernels().front()](const StepMemory& memory) {
    for (std::int64_t part = memory.first; part < memory.last && rows.count > 0; ++part) {
      run_rows(rows, *kernels, memory, part);
    }
  };
  return step;
}

}  // namespace pj
