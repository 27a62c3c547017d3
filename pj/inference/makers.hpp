#pragma once

#include <span>
#include <string>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/inference/step.hpp"

namespace pj {

/// What makers look at: the network without what was computed once, who reads what, and which nodes are taken.
struct PlanGraph {
  const Network& network;
  std::vector<std::vector<std::size_t>> readers;  ///< of each value: nodes, in order
  std::vector<bool> is_output;                    ///< of each value: the network's
  std::vector<std::size_t> writer;                ///< of each value: the node that makes it, or `no_node`
  std::vector<bool> taken;                        ///< of each node: it belongs to a group

  static constexpr std::size_t no_node = static_cast<std::size_t>(-1);

  explicit PlanGraph(const Network& network);

  const Node& node(std::size_t i) const { return network.nodes[i]; }
  const Value& value(ValueId id) const { return network.values[id]; }
  /// The elements of a constant operand; null where the operand is left out or no constant.
  const Constant* constant(const Node& node, std::size_t operand) const;
  /// The one node that reads what this node makes, where nothing else does and no group has it; else `no_node`.
  std::size_t only_reader(std::size_t node) const;
};

/// Nodes that one step computes, in the network's order. Only what the last one makes is read by others, and the step
/// runs where the last one stands.
struct NodeGroup {
  std::vector<std::size_t> nodes;
  Verdict verdict = Verdict::yes();  ///< why there is none, where `nodes` is empty

  static NodeGroup no(std::string reason) { return {{}, Verdict::no(std::move(reason))}; }
};

struct PlanOptions;

/// What a maker knows when it makes a step: operands have been given their layouts.
struct MakeContext {
  const PlanGraph& graph;
  const PlanOptions& options;
  const std::vector<Layout>& layouts;  ///< of each value, as the step that makes it leaves it
  const std::vector<bool>& halves;     ///< and whether it leaves bfloat16
};

/// One way to compute nodes.
struct StepMaker {
  const char* name;
  /// The group that this maker computes beginning at a node (with `fuse` not set: this node alone), or why not.
  NodeGroup (*take)(const PlanGraph& graph, std::size_t node, bool fuse);
  /// The step for a group that it took.
  Step (*make)(const MakeContext& context, const std::vector<std::size_t>& nodes);
};

/// All makers, the best first: each takes what it can of the nodes that no earlier one took. The last one, the plain
/// executor, takes every node.
std::span<const StepMaker> step_makers();

/// The same after depth-first groups.
std::span<const StepMaker> strip_step_makers();

/// The plain executor alone.
std::span<const StepMaker> plain_step_makers();

/// The rows of the table.
NodeGroup take_plain(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_plain(const MakeContext& context, const std::vector<std::size_t>& nodes);
NodeGroup take_view(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_view(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// Elements that only get other places, whatever the layer: where to is asked of the plain executor when the plan is
/// made.
NodeGroup take_move(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_move(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// LSTM, GRU and RNN of float32 with constant weights.
NodeGroup take_recurrent(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_recurrent(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// Transposed convolutions of float32 maps with constant weights, and the scales of channels behind them.
NodeGroup take_transposed(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_transposed(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// Products of float32 matrices that are not fully connected layers.
NodeGroup take_product(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_product(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// What combines two float32 tensors element by element, stretched as they have to be.
NodeGroup take_elementwise(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_elementwise(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// A function of each float32 number.
NodeGroup take_function(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_function(const MakeContext& context, const std::vector<std::size_t>& nodes);
NodeGroup take_softmax(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_softmax(const MakeContext& context, const std::vector<std::size_t>& nodes);
/// Sums, means, norms and bounds over float32 axes that lie beside each other.
NodeGroup take_reduce(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_reduce(const MakeContext& context, const std::vector<std::size_t>& nodes);
NodeGroup take_join(const PlanGraph& graph, std::size_t node, bool fuse);
Step make_join(const MakeContext& context, const std::vector<std::size_t>& nodes);

}  // namespace pj
