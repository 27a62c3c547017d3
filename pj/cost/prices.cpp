#include "pj/cost/prices.hpp"

#include "pj/cost/operation.hpp"

namespace pj {

namespace {

Prices::Element price(const Operand& tensor, const Stage& stage, bool is_outermost, const Compute& compute) {
  const double bits = is_outermost ? tensor.bits : tensor.bits_inside();
  if (const auto* fanout = std::get_if<Fanout>(&stage)) {
    return {.hop = fanout->hop * (bits / compute.bits)};
  }
  const auto& level = std::get<Level>(stage);
  const double width = bits / static_cast<double>(level.word.value);
  return {.read = level.read * width, .write = level.write * width, .bits = bits};
}

}  // namespace

Prices prices(const Workload& workload, const Accelerator& accelerator) {
  Prices result{.operation = operation_energy(workload, accelerator.compute)};
  for (const Stage& stage : accelerator.stages) {
    result.stages.emplace_back();
    for (const Operand& tensor : workload.tensors) {
      result.stages.back().push_back(price(tensor, stage, result.stages.size() == 1, accelerator.compute));
    }
  }
  return result;
}

}  // namespace pj
