#include "pj/onnx/fold.hpp"

#include "pj/onnx/elements.hpp"
#include "pj/onnx/fold_rules.hpp"

namespace pj {

namespace {

using Folded = std::optional<std::vector<Constant>>;

Constant relabelled(const Constant& operand, const TensorType& result) {
  return {operand.format, result.shape, operand.bytes};
}

/// Codebook indices, powers of two and fixed-point numbers are not the numbers that they stand for.
bool is_computable(const NumberFormat& format) {
  return format.kind == NumberFormat::Kind::Float || is_whole(format);
}

/// One overload per kind of layer that is folded; the last takes all others.
struct Folder {
  ConstantOperands operands;
  std::span<const TensorType> results;

  const Constant& operand(std::size_t i) const { return *operands[i]; }
  const TensorType& result() const { return results.front(); }

  Folded operator()(const Elementwise& layer) const { return {{fold_elementwise(layer.kind, operands, result())}}; }
  Folded operator()(const Activation& layer) const {
    if (layer.kind == Activation::Kind::Identity) {
      return {{relabelled(operand(0), result())}};
    }
    if (!can_fold(layer.kind)) {
      return {};
    }
    return {{fold_activation(layer.kind, operand(0), result())}};
  }
  Folded operator()(const Reduce& layer) const {
    if (!can_fold(layer.kind)) {
      return {};
    }
    return {{fold_reduce(layer, operand(0), result())}};
  }
  Folded operator()(const Scatter& layer) const {
    if (layer.kind != Scatter::Kind::Nd || layer.combine != Scatter::Combine::Replace) {
      return {};
    }
    return {{fold_scatter(operand(0), operand(1), operand(2), result())}};
  }
  Folded operator()(const Cast&) const { return {{fold_cast(operand(0), result())}}; }
  Folded operator()(const Reshape&) const { return {{relabelled(operand(0), result())}}; }
  Folded operator()(const Transpose& layer) const { return {{fold_transpose(layer, operand(0), result())}}; }
  Folded operator()(const Slice& layer) const { return {{fold_slice(layer, operand(0), result())}}; }
  Folded operator()(const Expand&) const { return {{fold_expand(operand(0), result())}}; }
  Folded operator()(const Gather& layer) const { return {{fold_gather(layer, operand(0), operand(1), result())}}; }
  Folded operator()(const Concat& layer) const { return {{fold_concat(layer, operands, result())}}; }
  Folded operator()(const Split& layer) const { return fold_split(layer, operand(0), results); }

  template <class OtherLayer>
  Folded operator()(const OtherLayer&) const {
    return {};
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
  return operands.empty() || results.empty() ? std::nullopt : std::visit(Folder{operands, results}, layer);
}

}  // namespace pj
