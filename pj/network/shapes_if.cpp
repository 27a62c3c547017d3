#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

std::string type_text(const Sizes& shape, const NumberFormat& format) {
  return shape_text(shape) + " " + to_string(format);
}

/// The operands behind the condition are the inputs of a branch.
void check_inputs(const Network& branch, const std::string& which, const Operands& operands) {
  if (branch.inputs.size() + 1 != operands.count()) {
    throw InputError("its " + which + " branch has " + counted(std::ssize(branch.inputs), "input") +
                     "; give one operand for each, behind the condition");
  }
  for (std::size_t i = 0; i < branch.inputs.size(); ++i) {
    const Value& input = branch.values[branch.inputs[i]];
    if (input.shape != operands.shape(i + 1) || input.format != operands.format(i + 1)) {
      throw InputError("input '" + input.name + "' of its " + which + " branch is " +
                       type_text(input.shape, input.format) + " and operand " + std::to_string(i + 1) + " is " +
                       type_text(operands.shape(i + 1), operands.format(i + 1)) + "; they must be equal");
    }
  }
}

TensorTypes outputs_of(const Network& branch) {
  TensorTypes types;
  for (const ValueId id : branch.outputs) {
    types.push_back({branch.values[id].shape, branch.values[id].format});
  }
  return types;
}

}  // namespace

TensorTypes infer_types(const If& layer, const Operands& operands) {
  ensure(layer.then_branch != nullptr && layer.else_branch != nullptr, "an If has two branches");
  operands.require_all();
  if (element_count(operands.shape(0)) != 1 || operands.format(0) != NumberFormat::boolean()) {
    throw InputError("its condition is " + type_text(operands.shape(0), operands.format(0)) + "; it must be one bool");
  }
  check_inputs(*layer.then_branch, "then", operands);
  check_inputs(*layer.else_branch, "else", operands);
  TensorTypes types = outputs_of(*layer.then_branch);
  const TensorTypes others = outputs_of(*layer.else_branch);
  if (types.size() != others.size()) {
    throw InputError("its branches have " + std::to_string(types.size()) + " and " +
                     counted(std::ssize(others), "output") + "; they must have as many");
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] != others[i]) {
      throw InputError("output " + std::to_string(i) + " is " + type_text(types[i].shape, types[i].format) +
                       " in its then branch and " + type_text(others[i].shape, others[i].format) +
                       " in its else branch; they must be equal");
    }
  }
  return types;
}

}  // namespace pj
