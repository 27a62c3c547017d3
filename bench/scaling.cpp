// How the time of a search grows: with the sizes of a layer, with the number of levels and with the number of elements.
// `bench_scaling --benchmark_format=csv` writes what tools/draw_scaling.py draws.

#include <benchmark/benchmark.h>

#include "bench/shapes.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/mapper/mapper.hpp"

namespace pj {

namespace {

void search(benchmark::State& state, const Workload& workload, const Accelerator& machine) {
  MapperResult result;
  for (auto _ : state) {
    result =
        find_best_mapping(workload, machine, {.perfect_factors = state.range(1) != 0, .time_limit = Seconds{20.0}});
  }
  state.counters["priced"] = static_cast<double>(result.certificate.candidates);
  state.counters["stopped"] = result.certificate.proved ? 0.0 : 1.0;
}

Workload alexnet_conv3() {
  return convolution({1, 384, 256, 13, 13, 3, 3, 1});
}

/// As many input as output channels, and a quarter as many rows and columns.
void size(benchmark::State& state) {
  const std::int64_t M = state.range(0);
  search(state, convolution({1, M, M, M / 4, M / 4, 3, 3, 1}), load_accelerator("flex256"));
}

/// A DRAM, registers, and up to three buffers between, each eight times as large as the one inside it.
void levels(benchmark::State& state) {
  Accelerator machine = load_accelerator("flex256");
  const Level buffer = std::get<Level>(machine.stages[1]);
  machine.stages.erase(machine.stages.begin() + 1);
  double factor = 1.0;
  for (std::int64_t number = 0; number < state.range(0) - 2; ++number) {
    Level larger = buffer;
    larger.name += std::to_string(number);
    larger.capacity = Bits{buffer.capacity->value << 3 * number};
    larger.read = {buffer.read.value * factor};
    larger.write = {buffer.write.value * factor};
    machine.stages.insert(machine.stages.begin() + 1, larger);
    factor *= 2.0;
  }
  search(state, alexnet_conv3(), machine);
}

void elements(benchmark::State& state) {
  Accelerator machine = load_accelerator("flex256");
  for (FanoutAxis& axis : std::get<Fanout>(machine.stages[2]).axes) {
    axis.size = state.range(0);
  }
  search(state, alexnet_conv3(), machine);
}

void once(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->Iterations(1);
}

BENCHMARK(size)->ArgsProduct({{16, 32, 64, 128, 256, 512, 1024}, {1, 0}})->Apply(once);
BENCHMARK(levels)->ArgsProduct({{2, 3, 4, 5}, {1, 0}})->Apply(once);
BENCHMARK(elements)->ArgsProduct({{4, 8, 16, 32, 64, 128, 256}, {1, 0}})->Apply(once);

}  // namespace

}  // namespace pj
