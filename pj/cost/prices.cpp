#include "pj/cost/prices.hpp"

namespace pj {

namespace {

Prices::Element price(const Operand& tensor, const Stage& stage, const Compute& compute) {
  const double bits = tensor.bits;
  if (const auto* fanout = std::get_if<Fanout>(&stage)) {
    return {.hop = admits(fanout->hops, tensor.name) ? fanout->hop * (bits / compute.bits) : Picojoules{}};
  }
  const auto& level = std::get<Level>(stage);
  const double width = bits / static_cast<double>(level.word.value);
  return {.read = level.read * width, .write = level.write * width, .bits = bits};
}

}  // namespace

Prices prices(const Workload& workload, const Accelerator& accelerator) {
  Prices result{.operation = accelerator.compute.energy};
  for (const Stage& stage : accelerator.stages) {
    result.stages.emplace_back();
    for (const Operand& tensor : workload.tensors) {
      result.stages.back().push_back(price(tensor, stage, accelerator.compute));
    }
  }
  return result;
}

}  // namespace pj
