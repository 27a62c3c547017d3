#include <algorithm>
#include <cmath>
#include <memory>

#include "pj/execution/activation.hpp"
#include "pj/execution/places.hpp"
#include "pj/inference/makers.hpp"
#include "pj/inference/operands.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

constexpr std::int64_t elements_of_piece = 4096;  // what a part computes at least

/// A row of results: operands take a step of 0 or more numbers from one to the next.
struct ElementRow {
  const float *a, *b;
  std::int64_t a_step, b_step;
  float* result;
  std::int64_t count;
};

/// The compiler makes vectors of the loops whose steps it knows.
template <class Function>
void combine_row(const ElementRow& r, Function function) {
  if (r.a_step == 1 && r.b_step == 1) {
    for (std::int64_t i = 0; i < r.count; ++i) {
      r.result[i] = function(r.a[i], r.b[i]);
    }
  } else if (r.a_step == 1 && r.b_step == 0) {
    for (std::int64_t i = 0; i < r.count; ++i) {
      r.result[i] = function(r.a[i], *r.b);
    }
  } else {
    for (std::int64_t i = 0; i < r.count; ++i) {
      r.result[i] = function(r.a[i * r.a_step], r.b[i * r.b_step]);
    }
  }
}

using RowFunction = void (*)(const ElementRow&);

void power_row(const ElementRow& r) {
  if (r.b_step == 0 && *r.b == 2.0F) {
    combine_row(r, [](float a, float) { return a * a; });
  } else if (r.b_step == 0 && *r.b == 0.5F) {  // but for -infinity and -0, which a power makes positive
    combine_row(r, [](float a, float) { return std::isinf(a) ? INFINITY : std::sqrt(a + 0.0F); });
  } else {
    combine_row(r, [](float a, float b) { return std::pow(a, b); });
  }
}

/// The loop of a layer of two operands, null where there is none.
RowFunction row_function(const Layer& layer) {
  const auto* activation = std::get_if<Activation>(&layer);
  if (activation != nullptr) {
    const bool is_sloped = activation->kind == Activation::Kind::PRelu;
    return is_sloped
               ? [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a < 0.0F ? b * a : a; }); }
               : RowFunction{};
  }
  const auto* elementwise = std::get_if<Elementwise>(&layer);
  switch (elementwise == nullptr ? Elementwise::Kind::Where : elementwise->kind) {
    case Elementwise::Kind::Add:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a + b; }); };
    case Elementwise::Kind::Sub:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a - b; }); };
    case Elementwise::Kind::Mul:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a * b; }); };
    case Elementwise::Kind::Div:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a / b; }); };
    case Elementwise::Kind::Min:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a < b || a != a ? a : b; }); };
    case Elementwise::Kind::Max:
      return [](const ElementRow& r) { combine_row(r, [](float a, float b) { return a > b || a != a ? a : b; }); };
    case Elementwise::Kind::Pow:
      return power_row;
    default:
      return nullptr;
  }
}

/// A walk through the result: its axes with the steps of both operands along them, as few as say the same.
struct ElementWalk {
  Sizes sizes, a_steps, b_steps;

  ElementWalk(const Sizes& shape, const Sizes& a, const Sizes& b) {
    const Sizes of_a = stretched_strides(a, shape);
    const Sizes of_b = stretched_strides(b, shape);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) {
        continue;
      }
      const bool goes_on =
          !sizes.empty() && a_steps.back() == of_a[i] * shape[i] && b_steps.back() == of_b[i] * shape[i];
      if (goes_on) {
        sizes.back() *= shape[i];
        a_steps.back() = of_a[i];
        b_steps.back() = of_b[i];
      } else {
        sizes.push_back(shape[i]);
        a_steps.push_back(of_a[i]);
        b_steps.push_back(of_b[i]);
      }
    }
    if (sizes.empty()) {
      sizes = a_steps = b_steps = {1};
    }
  }

  std::int64_t elements() const { return element_count(sizes); }
};

/// The results from `first` to before `last`, row by row.
void walk_rows(const ElementWalk& walk, RowFunction function, ElementRow row, std::int64_t first, std::int64_t last) {
  const std::int64_t inner = walk.sizes.back();
  const float* const a = row.a;
  const float* const b = row.b;
  float* const result = row.result;
  row.a_step = walk.a_steps.back();
  row.b_step = walk.b_steps.back();
  while (first < last) {
    std::int64_t outer = first / inner;
    const std::int64_t column = first % inner;
    row.a = a + column * row.a_step;
    row.b = b + column * row.b_step;
    for (std::size_t axis = walk.sizes.size() - 1; axis-- > 0; outer /= walk.sizes[axis]) {
      row.a += outer % walk.sizes[axis] * walk.a_steps[axis];
      row.b += outer % walk.sizes[axis] * walk.b_steps[axis];
    }
    row.result = result + first;
    row.count = std::min(inner - column, last - first);
    function(row);
    first += row.count;
  }
}

/// The numbers of a part, of all that there are.
std::pair<std::int64_t, std::int64_t> piece(const StepMemory& memory, std::int64_t count) {
  return {std::min(count, memory.first * elements_of_piece), std::min(count, memory.last * elements_of_piece)};
}

/// A function of one number over a piece of a tensor.
void run_function(const Activation& layer, const VectorKernels& kernels, const float* input, float* output,
                  std::int64_t count) {
  const auto in_vectors = [&](VectorFunction function) { kernels.function({function, input, output, count, 0.0F}); };
  const auto each = [&](auto function) { std::transform(input, input + count, output, function); };
  switch (layer.kind) {
    case Activation::Kind::Sigmoid:
      return in_vectors(VectorFunction::Logistic);
    case Activation::Kind::Tanh:
      return in_vectors(VectorFunction::Tangent);
    case Activation::Kind::Exp:
      return in_vectors(VectorFunction::Exponential);
    case Activation::Kind::Sqrt:
      each([](float x) { return std::sqrt(x); });
      return;
    case Activation::Kind::Abs:
      each([](float x) { return std::abs(x); });
      return;
    case Activation::Kind::Neg:
      each([](float x) { return -x; });
      return;
    default:
      each([&](float x) { return activated(layer, x); });
  }
}

bool is_float32(const PlanGraph& graph, ValueId id) {
  return id != no_value && graph.value(id).format == NumberFormat::float32();
}

/// Where no channels fill a block up, elements may lie in blocks; else the function of what fills them might be
/// infinite.
Layout common_layout(const MakeContext& context, const std::vector<ValueId>& ids, const Sizes& shape) {
  const Layout layout = context.layouts[ids.front()];
  const bool is_whole = shape.size() == 4 && shape[1] % channels_of_block(layout) == 0;
  const bool is_common = std::ranges::all_of(ids, [&](ValueId id) {
    return context.layouts[id] == layout && context.graph.value(id).shape == shape && !context.halves[id];
  });
  return is_whole && is_common ? layout : Layout::Planar;
}

}  // namespace

NodeGroup take_elementwise(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  if (row_function(node.layer) == nullptr || node.inputs.size() != 2) {
    return NodeGroup::no("it is no sum, difference, product, quotient, power, minimum or maximum of two tensors");
  }
  const bool is_real = is_float32(graph, node.inputs[0]) && is_float32(graph, node.inputs[1]);
  return is_real ? NodeGroup{{i}} : NodeGroup::no("its numbers are not float32");
}

Step make_elementwise(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  const Node& node = graph.node(nodes.front());
  const auto shape = [&](ValueId id) -> const Sizes& { return graph.value(id).shape; };
  const ValueId result = node.outputs[0];
  Step step{.nodes = nodes, .algorithm = kind_name(node.layer), .reason = "a walk over the elements as they lie"};
  const OperandSource a = operand_source(graph, node, 0, step);
  const OperandSource b = operand_source(graph, node, 1, step);
  step.outputs.push_back(planar_form(graph.network, result));
  const ElementWalk walk(shape(result), shape(node.inputs[0]), shape(node.inputs[1]));
  if (walk.sizes.size() == 1 && step.inputs.size() == 2) {
    const Layout layout = common_layout(context, {node.inputs[0], node.inputs[1]}, shape(result));
    step.inputs[0].layout = step.inputs[1].layout = step.outputs[0].layout = layout;
  }
  const bool is_whole = step.inputs.empty() ? false : shape(step.inputs[0].value) == shape(result);
  step.sharing = is_whole ? Step::Sharing::Overwrite : Step::Sharing::None;
  step.parts = std::max<std::int64_t>(1, ceil_div(walk.elements(), elements_of_piece));
  step.run = [=, function = row_function(node.layer)](const StepMemory& memory) {
    const auto [first, last] = piece(memory, walk.elements());
    walk_rows(walk, function,
              {.a = a.elements<float>(memory).data(),
               .b = b.elements<float>(memory).data(),
               .result = memory.output<float>().data()},
              first, last);
  };
  return step;
}

NodeGroup take_function(const PlanGraph& graph, std::size_t i, bool) {
  const Node& node = graph.node(i);
  const auto* layer = std::get_if<Activation>(&node.layer);
  if (layer == nullptr || !is_real_function(layer->kind) || !is_float32(graph, node.inputs[0]) ||
      graph.constant(node, 0) != nullptr) {
    return NodeGroup::no("it is no function of one float32 number");
  }
  return {{i}};
}

Step make_function(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const PlanGraph& graph = context.graph;
  const Node& node = graph.node(nodes.front());
  const std::int64_t count = element_count(graph.value(node.outputs[0]).shape);
  Step step{.nodes = nodes, .algorithm = kind_name(node.layer), .reason = "a pass over the elements as they lie"};
  step.inputs.push_back(planar_form(graph.network, node.inputs[0]));
  step.outputs.push_back(planar_form(graph.network, node.outputs[0]));
  step.inputs[0].layout = step.outputs[0].layout =
      common_layout(context, {node.inputs[0]}, graph.value(node.outputs[0]).shape);
  step.sharing = Step::Sharing::Overwrite;
  step.parts = std::max<std::int64_t>(1, ceil_div(count, elements_of_piece));
  step.run = [count, layer = std::get<Activation>(node.layer),
              kernels = vector_kernels().front()](const StepMemory& memory) {
    const auto [first, last] = piece(memory, count);
    run_function(layer, *kernels, memory.input<float>(0).data() + first, memory.output<float>().data() + first,
                 last - first);
  };
  return step;
}

}  // namespace pj
