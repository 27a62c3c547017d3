#include "pj/execution/execute.hpp"

#include "pj/base/error.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

std::vector<Constant> execute(const Layer& layer, std::span<const Constant* const> operands,
                              std::span<const TensorType> results) {
  return std::visit([&](const auto& kind) { return compute(kind, Arguments{operands, results}); }, layer);
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
