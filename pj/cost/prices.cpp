#include "pj/cost/prices.hpp"

namespace pj {

namespace {

Picojoules hop(const Fanout& fanout, const std::string& tensor, bool is_output) {
  if (!admits(fanout.hops, tensor)) {
    return {};
  }
  return is_output ? fanout.sum_hop.value_or(fanout.hop) : fanout.hop;
}

Prices::Element price(const Operand& tensor, bool is_output, const Stage& stage, const Compute& compute) {
  const double bits = tensor.bits;
  if (const auto* fanout = std::get_if<Fanout>(&stage)) {
    return {.hop = hop(*fanout, tensor.name, is_output) * (bits / compute.bits)};
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
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      result.stages.back().push_back(price(workload.tensors[t], workload.is_output(t), stage, accelerator.compute));
    }
  }
  return result;
}

}  // namespace pj
