#include "pj/execution/execute.hpp"

#include <algorithm>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// Whether layers of a kind move elements of a format and do not look into them; the last overload takes all other
/// kinds.
struct OnlyMoves {
  NumberFormat from;

  bool operator()(const Activation& layer) const { return layer.kind == Activation::Kind::Identity; }
  bool operator()(const Scatter& layer) const { return layer.combine == Scatter::Combine::Replace; }
  bool operator()(const Concat&) const { return true; }
  bool operator()(const Split&) const { return true; }
  bool operator()(const Slice&) const { return true; }
  bool operator()(const Pad&) const { return true; }
  bool operator()(const Reshape&) const { return true; }
  bool operator()(const Transpose&) const { return true; }
  bool operator()(const Gather&) const { return true; }
  bool operator()(const Expand&) const { return true; }
  bool operator()(const DepthToSpace&) const { return true; }
  bool operator()(const Dropout&) const { return true; }
  bool operator()(const If&) const { return true; }
  bool operator()(const Cast& layer) const { return is_whole(layer.to) && is_code(from); }

  template <class OtherLayer>
  bool operator()(const OtherLayer&) const {
    return false;
  }
};

void check_formats(const Layer& layer, std::span<const Constant* const> operands) {
  for (const Constant* operand : operands) {
    if (operand != nullptr && !std::visit(OnlyMoves{operand->format}, layer)) {
      in_number_type(operand->format, [](auto) {});  // refuses what cannot be computed with
    }
  }
}

bool is_of(const Constant& tensor, const TensorType& type) {
  return tensor.shape == type.shape && tensor.format == type.format &&
         std::cmp_equal(tensor.bytes.size(), element_count(type.shape) * stored_bytes(type.format));
}

}  // namespace

std::vector<Constant> execute(const Layer& layer, std::span<const Constant* const> operands,
                              std::span<const TensorType> results) {
  check_formats(layer, operands);
  auto tensors = std::visit([&](const auto& kind) { return compute(kind, Arguments{operands, results}); }, layer);
  ensure(std::equal(tensors.begin(), tensors.end(), results.begin(), results.end(), is_of),
         "a layer's results have the types that shape inference says");
  return tensors;
}

std::vector<Constant> execute(const Layer& layer, std::span<const Constant* const> operands) {
  std::vector<Value> values(operands.size());
  std::vector<const Value*> pointers;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] != nullptr) {
      values[i].shape = operands[i]->shape;
      values[i].format = operands[i]->format;
    }
    pointers.push_back(operands[i] == nullptr ? nullptr : &values[i]);
  }
  const bool is_image = !operands.empty() && operands.front() != nullptr && operands.front()->shape.size() > 2;
  const Layer whole = completed(layer, is_image ? operands.front()->shape.size() - 2 : 0);
  return execute(whole, operands, infer(whole, pointers));
}

}  // namespace pj
