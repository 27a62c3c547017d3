#pragma once

#include <string>
#include <vector>

#include "pj/onnx/scope.hpp"

namespace pj {

/// Adds all nodes of a graph or function to the scope's draft, each after those that feed it.
void import_nodes(Scope& scope, const std::vector<OnnxNode>& nodes);

/// Adds the weights of a graph.
void import_initializers(Scope& scope, const OnnxGraph& graph);

/// The values of the graph's outputs.
std::vector<ValueId> output_values(Scope& scope, const std::vector<OnnxDeclaration>& outputs);

/// The nodes in an order in which each comes after those that feed it; nodes that are in order stay in order.
/// Throws `InputError` where they form a cycle.
std::vector<const OnnxNode*> in_order(const std::vector<OnnxNode>& nodes);

/// `node 'conv1' (Conv)`.
std::string node_place(const OnnxNode& node);

}  // namespace pj
