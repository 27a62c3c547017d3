#include "pj/onnx/fold.hpp"

#include <algorithm>
#include <array>

#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

using Function = Activation::Kind;

constexpr std::array folded_functions{Function::Identity, Function::Abs,        Function::Neg,  Function::Exp,
                                      Function::Log,      Function::Sqrt,       Function::Sign, Function::Floor,
                                      Function::Ceil,     Function::Reciprocal, Function::Relu, Function::Round,
                                      Function::Not};

/// Whether layers of a kind are shape arithmetic; the last overload takes all other kinds.
struct IsFolded {
  bool operator()(const Activation& layer) const {
    return std::find(folded_functions.begin(), folded_functions.end(), layer.kind) != folded_functions.end();
  }
  bool operator()(const Reduce& layer) const {
    using Kind = Reduce::Kind;
    return layer.kind == Kind::Sum || layer.kind == Kind::Mean || layer.kind == Kind::Max || layer.kind == Kind::Min ||
           layer.kind == Kind::Prod;
  }
  bool operator()(const Scatter& layer) const {
    return layer.kind == Scatter::Kind::Nd && layer.combine == Scatter::Combine::Replace;
  }
  bool operator()(const Elementwise&) const { return true; }
  bool operator()(const Cast&) const { return true; }
  bool operator()(const Reshape&) const { return true; }
  bool operator()(const Transpose&) const { return true; }
  bool operator()(const Slice&) const { return true; }
  bool operator()(const Expand&) const { return true; }
  bool operator()(const Gather&) const { return true; }
  bool operator()(const Concat&) const { return true; }
  bool operator()(const Split&) const { return true; }

  template <class OtherLayer>
  bool operator()(const OtherLayer&) const {
    return false;
  }
};

}  // namespace

bool rearranges(const Layer& layer) {
  const auto* activation = std::get_if<Activation>(&layer);
  return std::holds_alternative<Reshape>(layer) || std::holds_alternative<Transpose>(layer) ||
         (activation != nullptr && activation->kind == Activation::Kind::Identity);
}

std::optional<std::vector<Constant>> fold(const Layer& layer, std::span<const Constant* const> operands,
                                          std::span<const TensorType> results) {
  for (const Constant* operand : operands) {
    if (operand == nullptr || operand->format.kind == NumberFormat::Kind::Text ||
        (!is_computable(operand->format) && !rearranges(layer))) {
      return {};
    }
  }
  if (operands.empty() || results.empty() || !std::visit(IsFolded{}, layer)) {
    return {};
  }
  return execute(layer, operands, results);
}

}  // namespace pj
