// How long the search of one layer's best mapping takes, over the layers of bench/shapes/mapper.csv: on flex256 with
// Timeloop's conventions (perfect factors; ragged ones; the energy-delay product), on Eyeriss with ours, and the two
// cases of AccelForge. `cpu_time` is the search's, `energy` the result's in pJ, `priced` the partial mappings that were
// priced, `gap` how far above the optimum the result of a search that was stopped can be; `peer_s` and `peer_energy`
// are the seconds and the energy over the optimum of another tool's search.

#include "pj/mapper/mapper.hpp"

#include <benchmark/benchmark.h>

#include "bench/shapes.hpp"
#include "pj/accelerator/reader.hpp"

namespace pj {

namespace {

constexpr Seconds most_time{20.0};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> read = read_shapes(PJ_SOURCE_DIR "/bench/shapes/mapper.csv");
  return read;
}

void search(benchmark::State& state, const Workload& workload, const Accelerator& machine, MapperOptions options) {
  options.time_limit = most_time;
  MapperResult result;
  for (auto _ : state) {
    result = find_best_mapping(workload, machine, options);
  }
  state.counters["energy"] = result.cost.energy().value;
  state.counters["priced"] = static_cast<double>(result.certificate.candidates);
  state.counters["gap"] =
      result.certificate.proved ? 0.0 : gap(result.certificate, objective_value(options.objective, result.cost));
}

void search_shape(benchmark::State& state, const Accelerator& machine, const MapperOptions& options) {
  const Shape& shape = shapes()[static_cast<std::size_t>(state.range(0))];
  search(state, convolution(shape.sizes), machine, options);
  state.SetLabel(shape.name);
  if (options.perfect_factors && shape.peer_s > 0.0) {
    state.counters["peer_s"] = shape.peer_s;
    state.counters["peer_energy"] = shape.peer_energy;
  }
}

Accelerator flex256(bool drain_reads = false) {
  Accelerator machine = load_accelerator("flex256");
  machine.conventions = {Conventions::Halo::InnermostOnly, drain_reads};
  return machine;
}

void flex256_perfect(benchmark::State& state) {
  search_shape(state, flex256(), {.perfect_factors = true});
}
void flex256_ragged(benchmark::State& state) {
  search_shape(state, flex256(), {});
}
void flex256_edp(benchmark::State& state) {
  search_shape(state, flex256(), {.objective = Objective::EnergyDelay});
}
void eyeriss(benchmark::State& state) {
  search_shape(state, load_accelerator("eyeriss"), {});
}

// The peer's seconds are those of the Turbo-Charged Mapper (arXiv 2602.15172); its energies are the same.
void accelforge_fc8(benchmark::State& state) {
  Accelerator machine = flex256(true);
  std::get<Fanout>(machine.stages[2]).one_axis = false;
  search(state, convolution({1, 1000, 4096, 1, 1, 1, 1, 1}), machine, {.perfect_factors = true});
  state.counters["peer_s"] = 98.9;
}
void accelforge_conv(benchmark::State& state) {
  Accelerator machine = flex256(true);
  for (const std::size_t level : {1U, 3U}) {
    std::get<Level>(machine.stages[level]).must_keep = {"Input", "Weight", "Output"};
  }
  search(state, convolution({1, 64, 16, 8, 8, 3, 3, 1}), machine, {.perfect_factors = true});
  state.counters["peer_s"] = 429.0;
}

void all_shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->DenseRange(0, static_cast<std::int64_t>(shapes().size()) - 1)
      ->Unit(benchmark::kMillisecond)
      ->MinTime(0.05);
}

BENCHMARK(flex256_perfect)->Apply(all_shapes);
BENCHMARK(flex256_ragged)->Apply(all_shapes);
BENCHMARK(flex256_edp)->Apply(all_shapes);
BENCHMARK(eyeriss)->Apply(all_shapes);
BENCHMARK(accelforge_fc8)->Unit(benchmark::kMillisecond);
BENCHMARK(accelforge_conv)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace pj
