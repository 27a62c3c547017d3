// How long the search of one layer's best mapping takes: AlexNet's layers (one group) on flex256 with perfect factors
// and Timeloop's conventions, and on Eyeriss with ragged factors. `peer_s` is what Timeloop 3.0.3's default search
// took on the flex256 problems on a machine of the same kind (one thread, its own CPU seconds), `peer_energy` its
// answer's energy over the optimum.

#include "pj/mapper/mapper.hpp"

#include <benchmark/benchmark.h>

#include "pj/accelerator/reader.hpp"

namespace pj {

namespace {

struct Problem {
  const char* name;
  std::int64_t M, C, P, R, U;
  double peer_s, peer_energy;
};

constexpr Problem problems[] = {
    {"CONV1", 96, 3, 55, 11, 4, 1.1, 1.41},    {"CONV2", 128, 48, 27, 5, 1, 23.2, 3.82},
    {"CONV3", 384, 256, 13, 3, 1, 3.7, 1.26},  {"CONV4", 192, 192, 13, 3, 1, 7.2, 1.30},
    {"CONV5", 128, 192, 13, 3, 1, 20.3, 1.15}, {"FC6", 4096, 256, 1, 6, 1, 2.3, 1.00},
    {"FC7", 4096, 4096, 1, 1, 1, 11.7, 1.00},  {"FC8", 1000, 4096, 1, 1, 1, 7.2, 1.00},
};

void search(benchmark::State& state, const char* machine_name, bool like_timeloop) {
  const Problem& problem = problems[state.range(0)];
  Accelerator machine = load_accelerator(machine_name);
  if (like_timeloop) {
    machine.conventions = {Conventions::Halo::InnermostOnly, false};
  }
  const Workload workload = einsum("O[m,p,q] += I[c,U*p+r,U*q+s] * W[m,c,r,s]", {{"M", problem.M},
                                                                                 {"C", problem.C},
                                                                                 {"P", problem.P},
                                                                                 {"Q", problem.P},
                                                                                 {"R", problem.R},
                                                                                 {"S", problem.R},
                                                                                 {"U", problem.U}});
  MapperResult result;
  for (auto _ : state) {
    result = find_best_mapping(workload, machine, {.perfect_factors = like_timeloop});
  }
  state.SetLabel(problem.name);
  state.counters["energy"] = result.cost.energy().value;
  state.counters["priced"] = static_cast<double>(result.certificate.candidates);
  if (like_timeloop) {
    state.counters["peer_s"] = problem.peer_s;
    state.counters["peer_energy"] = problem.peer_energy;
  }
}

void flex256(benchmark::State& state) {
  search(state, "flex256", true);
}
void eyeriss(benchmark::State& state) {
  search(state, "eyeriss", false);
}

BENCHMARK(flex256)->DenseRange(0, std::size(problems) - 1)->Unit(benchmark::kMillisecond);
BENCHMARK(eyeriss)->DenseRange(0, std::size(problems) - 1)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace pj
