#include "pj/inference/makers.hpp"

#include <array>

#include "pj/inference/conv_group.hpp"
#include "pj/inference/map_steps.hpp"
#include "pj/inference/strip_group.hpp"

namespace pj {

namespace {

constexpr StepMaker plain{"plain executor", take_plain, make_plain};

constexpr std::array all_makers{
    StepMaker{"depth-first group", take_strips, make_strips},
    StepMaker{"convolution", take_conv, make_conv},
    StepMaker{"pooling", take_pool, make_pool},
    StepMaker{"response normalisation", take_response, make_response},
    StepMaker{"pass", take_pointwise_pass, make_pointwise_pass},
    StepMaker{"quantise", take_quantise, make_quantise},
    StepMaker{"dequantise", take_dequantise, make_dequantise},
    StepMaker{"view", take_view, make_view},
    StepMaker{"join", take_join, make_join},
    StepMaker{"move", take_move, make_move},
    StepMaker{"recurrent", take_recurrent, make_recurrent},
    StepMaker{"transposed convolution", take_transposed, make_transposed},
    StepMaker{"product", take_product, make_product},
    StepMaker{"elementwise", take_elementwise, make_elementwise},
    StepMaker{"function", take_function, make_function},
    StepMaker{"softmax", take_softmax, make_softmax},
    StepMaker{"reduction", take_reduce, make_reduce},
    plain,
};

constexpr std::array plain_makers{plain};

}  // namespace

PlanGraph::PlanGraph(const Network& given)
    : network(given),
      readers(given.values.size()),
      is_output(given.values.size(), false),
      writer(given.values.size(), no_node),
      taken(given.nodes.size(), false) {
  for (std::size_t n = 0; n < given.nodes.size(); ++n) {
    for (const ValueId id : given.nodes[n].inputs) {
      if (id != no_value && (readers[id].empty() || readers[id].back() != n)) {
        readers[id].push_back(n);
      }
    }
    for (const ValueId id : given.nodes[n].outputs) {
      writer[id] = n;
    }
  }
  for (const ValueId id : given.outputs) {
    is_output[id] = true;
  }
}

const Constant* PlanGraph::constant(const Node& node, std::size_t operand) const {
  if (operand >= node.inputs.size() || node.inputs[operand] == no_value) {
    return nullptr;
  }
  return network.values[node.inputs[operand]].data.get();
}

std::size_t PlanGraph::only_reader(std::size_t node) const {
  const Node& made = network.nodes[node];
  const bool is_single =
      made.outputs.size() == 1 && !is_output[made.outputs[0]] && readers[made.outputs[0]].size() == 1;
  return is_single && !taken[readers[made.outputs[0]][0]] ? readers[made.outputs[0]][0] : no_node;
}

std::span<const StepMaker> step_makers() {
  return std::span(all_makers).subspan(1);
}

std::span<const StepMaker> strip_step_makers() {
  return all_makers;
}

std::span<const StepMaker> plain_step_makers() {
  return plain_makers;
}

}  // namespace pj
