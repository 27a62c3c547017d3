#pragma once

#include <string>
#include <vector>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/random.hpp"
#include "pj/workload/einsum.hpp"

namespace pj {

/// Some of the inputs.
inline std::vector<std::string> random_operands(Rng& rng, const Workload& workload) {
  std::vector<std::string> names;
  for (std::size_t t = 0; t < workload.output(); ++t) {
    if (rng.chance(0.5)) {
      names.push_back(workload.tensors[t].name);
    }
  }
  return names;
}

inline SparseFormat random_sparse_format(Rng& rng) {
  SparseFormat format{.kind = static_cast<SparseFormat::Kind>(rng.between(0, 4))};
  if (format.kind != SparseFormat::Kind::Dense && format.kind != SparseFormat::Kind::Bitmask) {
    format.index_bits = static_cast<int>(rng.between(1, 6));
    format.pointer_bits = 4;
  }
  if (format.kind == SparseFormat::Kind::RunLength && rng.chance(0.5)) {
    format.word_bits = 64;
  }
  return format;
}

/// Gives the tensors densities, and a machine without features for zeros some of them.
inline void add_random_sparsity(Rng& rng, Workload& workload, Accelerator& machine) {
  for (Operand& tensor : workload.tensors) {
    tensor.density = rng.chance(0.7) ? 0.05 + 0.95 * rng.uniform() : 1.0;
  }
  machine.compute.gates = random_operands(rng, workload);
  if (rng.chance(0.4)) {
    machine.compute.skips = {random_operands(rng, workload), rng.between(1, 4), rng.between(1, 4)};
  }
  for (std::size_t stage = 0; stage < machine.stages.size(); ++stage) {
    auto* level = std::get_if<Level>(&machine.stages[stage]);
    for (std::size_t t = 0; level != nullptr && t < workload.tensors.size(); ++t) {
      const std::string& name = workload.tensors[t].name;
      if (may_keep(*level, name) && (stage == 0 || !workload.is_output(t)) && rng.chance(0.5)) {
        level->formats[name] = random_sparse_format(rng);
      }
      if (serves_operations(machine, stage, name) && rng.chance(0.7)) {
        level->gated[name] = random_operands(rng, workload);
      }
    }
  }
  check(machine);
}

}  // namespace pj
