#pragma once

#include <vector>

#include "pj/onnx/scope.hpp"

namespace pj {

/// Adds the inputs of the outermost graph, their shapes made definite by the options. Inputs whose elements are
/// given become constants; those with an initialiser are weights and left to `import_initializers`.
std::vector<ValueId> import_inputs(Scope& scope, const OnnxGraph& graph);

}  // namespace pj
