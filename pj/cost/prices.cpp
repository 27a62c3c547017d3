#include "pj/cost/prices.hpp"

#include <algorithm>

#include "pj/cost/operation.hpp"
#include "pj/sparse/zeros.hpp"
#include "pj/workload/nonzero.hpp"

namespace pj {

namespace {

/// The share of the accesses to a tensor for the compute units that zeros leave.
double share_of_accesses(const Workload& workload, std::size_t tensor, const Accelerator& accelerator,
                         std::size_t stage) {
  const std::string& name = workload.tensors[tensor].name;
  const auto& gated = std::get<Level>(accelerator.stages[stage]).gated;
  const auto gates = gated.find(name);
  const bool counts = gates != gated.end() && serves_operations(accelerator, stage, name);
  return counts ? density_of(workload, gates->second) : 1.0;
}

Prices::Element price(const Workload& workload, std::size_t tensor, const Accelerator& accelerator, std::size_t stage) {
  const double dense = workload.tensors[tensor].bits;
  if (const auto* fanout = std::get_if<Fanout>(&accelerator.stages[stage])) {
    return {.hop = fanout->hop * (dense / accelerator.compute.bits)};
  }
  const auto& level = std::get<Level>(accelerator.stages[stage]);
  const double bits = stored_bits(workload, tensor, accelerator, stage);
  const auto word = static_cast<double>(level.word.value);
  // Results alone have zeros: of U updates of an element the last one writes it in the level's format, and the
  // others, each read again, write it dense.
  const double more = workload.is_output(tensor) ? dense - bits : 0.0;
  const double share = share_of_accesses(workload, tensor, accelerator, stage);
  const Picojoules read = level.read * (bits / word);
  const Picojoules write = level.write * (bits / word);
  const Picojoules partial = (level.read + level.write) * (more / word);
  return {.serve = share * (read + partial),
          .drain = read,
          .fill = write,
          .update = share * write,
          .bits = bits,
          .bits_of_partial = more};
}

/// The expected cycles of a step: lanes leave out what is zero, and wait for the slowest after each brick.
double cycles_of_step(const Workload& workload, const ZeroSkipping& skips) {
  const double density = density_of(workload, skips.tensors);
  return expected_largest_count(density, skips.brick, skips.lanes) / static_cast<double>(skips.brick);
}

}  // namespace

double density_of(const Workload& workload, const std::vector<std::string>& operands) {
  double density = 1.0;
  for (std::size_t t = 0; t < workload.output(); ++t) {
    const Operand& tensor = workload.tensors[t];
    const bool counts = std::find(operands.begin(), operands.end(), tensor.name) != operands.end();
    density *= counts ? tensor.density : 1.0;
  }
  return density;
}

double stored_bits(const Workload& workload, std::size_t tensor, const Accelerator& accelerator, std::size_t stage) {
  const Operand& operand = workload.tensors[tensor];
  const auto& formats = std::get<Level>(accelerator.stages[stage]).formats;
  const auto format = formats.find(operand.name);
  const double dense = operand.bits;
  if (format == formats.end() || (workload.is_output(tensor) && stage > 0)) {
    return dense;
  }
  const MatrixShape shape = matrix_shape(workload, tensor);
  return std::min(dense, expected_bits_per_element(format->second, operand.bits, operand.density, shape));
}

Prices prices(const Workload& workload, const Accelerator& accelerator) {
  const Compute& compute = accelerator.compute;
  std::vector<std::string> saves = compute.gates;
  saves.insert(saves.end(), compute.skips.tensors.begin(), compute.skips.tensors.end());
  Prices result{.operation = operation_energy(workload, compute) * density_of(workload, saves),
                .step = cycles_of_step(workload, compute.skips)};
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    result.stages.emplace_back();
    for (std::size_t tensor = 0; tensor < workload.tensors.size(); ++tensor) {
      result.stages.back().push_back(price(workload, tensor, accelerator, stage));
    }
  }
  return result;
}

}  // namespace pj
