#include "pj/cost/prices.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "pj/cost/cost.hpp"
#include "pj/sparse/run_length.hpp"
#include "pj/workload/nonzero.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

/// A closed form is believed where executions agree within this many standard errors.
constexpr double errors = 5.0;

/// A memory and a register file at a unit that gates the weights and partial sums of zero inputs.
Accelerator gating_machine() {
  Accelerator machine{.name = "gating"};
  machine.stages.push_back(Level{.name = "DRAM", .read = {20.0}, .write = {30.0}});
  Level registers{.name = "registers", .read = {2.0}, .write = {3.0}};
  registers.gated = {{"Weight", {"Input"}}, {"Output", {"Input"}}};
  machine.stages.push_back(registers);
  machine.compute.energy = {5.0};
  machine.compute.gates = {"Input"};
  return machine;
}

/// Everything in the registers at once, and all loops there: each operand comes once, and each result goes once.
Mapping all_inside(const Workload& workload) {
  Mapping mapping{{{{}, {true, true, true}}, {{}, {true, true, true}}}};
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    mapping.stages[1].loops.push_back({index, workload.indices[index].size});
  }
  return mapping;
}

Workload product_of(Rng& rng) {
  Workload workload = einsum("O[n,m] += I[n,c] * W[m,c]",
                             {{"N", rng.between(1, 4)}, {"M", rng.between(1, 5)}, {"C", rng.between(2, 12)}});
  workload.tensors[0].density = 0.1 + 0.9 * rng.uniform();
  return workload;
}

/// The energy of one execution with these inputs: what `all_inside` moves, operation by operation.
double executed(const Workload& workload, const std::vector<std::uint32_t>& inputs) {
  const std::int64_t N = workload.indices[workload.find_index("N")].size;
  const std::int64_t M = workload.indices[workload.find_index("M")].size;
  const std::int64_t C = workload.indices[workload.find_index("C")].size;
  double energy = static_cast<double>(N * C + M * C) * (20.0 + 3.0) + static_cast<double>(N * M) * (2.0 + 30.0);
  for (std::int64_t n = 0; n < N; ++n) {
    for (std::int64_t m = 0; m < M; ++m) {
      for (std::int64_t c = 0; c < C; ++c) {
        const bool is_zero = inputs[static_cast<std::size_t>(n * C + c)] == 0;
        const double partial = c == 0 ? 0.0 : 2.0;  // the first sum needs none
        energy += 2.0 + (is_zero ? 0.0 : 5.0 + 2.0 + partial + 3.0);
      }
    }
  }
  return energy;
}

}  // namespace

TEST_CASE("the energy of gated zeros is the mean over executions with random zeros") {
  for_random_cases(40, [](Rng& rng) {
    const Workload workload = product_of(rng);
    const Accelerator machine = gating_machine();
    const Operand& input = workload.tensors[0];
    const std::int64_t elements = matrix_shape(workload, 0).elements();
    const SampleMean mean = sample_mean(
        800, [&] { return executed(workload, random_numbers<std::uint32_t>(rng, elements, input.density, 8)); });
    const double modelled = cost(workload, machine, traffic(workload, machine, all_inside(workload))).energy().value;
    CAPTURE(input.density);
    CHECK(std::abs(modelled - mean.mean) <= errors * mean.error + 1e-9 * modelled);
  });
}

TEST_CASE("the cycles of skipped zeros are the mean over lanes that wait after each brick") {
  for_random_cases(30, [](Rng& rng) {
    Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 2}, {"C", 64}});
    workload.tensors[0].density = rng.uniform();
    Accelerator machine = gating_machine();
    machine.compute.skips = {{"Input"}, rng.between(1, 8), rng.between(1, 16)};
    const auto& [tensors, lanes, brick] = machine.compute.skips;
    const SampleMean steps = sample_mean(1500, [&, lanes = lanes, brick = brick] {
      const auto inputs = random_numbers<std::uint32_t>(rng, lanes * brick, workload.tensors[0].density, 8);
      std::ptrdiff_t slowest = 0;
      for (auto lane = inputs.begin(); lane != inputs.end(); lane += brick) {
        slowest = std::max(slowest, brick - std::count(lane, lane + brick, 0U));
      }
      return static_cast<double>(slowest) / static_cast<double>(brick);
    });
    CHECK(std::abs(prices(workload, machine).step - steps.mean) <= errors * steps.error + 0.004);
  });
}

TEST_CASE("what a compressed level moves of a tensor is what the codec writes") {
  Rng rng(7);
  Workload workload = einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 4}, {"M", 2}, {"C", 5000}});
  workload.tensors[0].density = 0.3;
  Accelerator machine = gating_machine();
  auto& memory = std::get<Level>(machine.stages[0]);
  memory.formats["Input"] = parse_sparse_format("run-length5 in words of 64");
  memory.bandwidth = 1.0;
  const auto stored =
      encode_run_length(random_numbers<std::uint32_t>(rng, 20000, 0.3, 16), memory.formats["Input"], 16);
  CHECK(20000.0 * stored_bits(workload, 0, machine, 0) ==
        doctest::Approx(static_cast<double>(stored.bits)).epsilon(0.02));
  const Cost priced = cost(workload, machine, traffic(workload, machine, all_inside(workload)));
  const double input_bits = 20000.0 * stored_bits(workload, 0, machine, 0);
  CHECK(priced.levels[0][0].value == doctest::Approx(20.0 * input_bits / 16.0));
  CHECK(priced.level_cycles[0].value == doctest::Approx(input_bits + 16.0 * (10000 + 8)));
}

TEST_CASE("a tensor that a format would make larger is stored dense") {
  Workload workload = einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 4}, {"M", 2}, {"C", 50}});
  Accelerator machine = gating_machine();
  std::get<Level>(machine.stages[0]).formats["Input"] = parse_sparse_format("bitmask");
  CHECK(stored_bits(workload, 0, machine, 0) == 16.0);
  workload.tensors[0].density = 0.5;
  CHECK(stored_bits(workload, 0, machine, 0) == 9.0);
}

TEST_CASE("partial sums outside are dense, and only the last update of a result is in its format") {
  Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 3}, {"C", 2}});
  workload.tensors[2].density = 0.25;
  Accelerator machine{.name = "one memory"};
  machine.stages.push_back(Level{.name = "DRAM", .read = {16.0}, .write = {32.0}, .bandwidth = 1.0});
  std::get<Level>(machine.stages[0]).formats["Output"] = parse_sparse_format("bitmask");
  const Mapping mapping{{{{{1, 2}, {0, 3}}, {true, true, true}}}};
  const Cost priced = cost(workload, machine, traffic(workload, machine, mapping));
  const double results = 3.0 * (1.0 + 0.25 * 16.0);
  CHECK(priced.levels[0][2].value == doctest::Approx(2.0 * results + 3.0 * (16.0 + 32.0)));
  CHECK(priced.level_cycles[0].value == doctest::Approx(results + 3.0 * 32.0 + 2.0 * 6.0 * 16.0));
}

TEST_CASE("dense tensors cost the same on a machine with features for zeros") {
  const Workload workload = einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", 4}, {"M", 2}, {"C", 50}});
  Accelerator sparse = gating_machine();
  std::get<Level>(sparse.stages[0]).formats["Input"] = parse_sparse_format("run-length5 in words of 64");
  sparse.compute.skips = {{"Input", "Weight"}, 16, 16};
  Accelerator plain = gating_machine();
  std::get<Level>(plain.stages[1]).gated.clear();
  plain.compute.gates.clear();
  const Traffic moved = traffic(workload, plain, all_inside(workload));
  CHECK((cost(workload, sparse, moved) == cost(workload, plain, moved)));
}

TEST_CASE("a lane that never waits is in use all the time, however many zeros it skips") {
  Workload workload = einsum("O[m] += I[c] * W[m,c]", {{"M", 3}, {"C", 8}});
  workload.tensors[0].density = 0.25;
  Accelerator machine = gating_machine();
  machine.compute.skips = {{"Input"}, 1, 1};
  const Traffic moved = traffic(workload, machine, all_inside(workload));
  const Cost priced = cost(workload, machine, moved);
  CHECK(priced.compute_cycles.value == doctest::Approx(3 * 8 * 0.25));
  CHECK(utilisation(workload, machine, moved, priced) == doctest::Approx(1.0));
  workload.tensors[0].density = 0.0;
  const Cost nothing = cost(workload, machine, moved);
  CHECK(utilisation(workload, machine, moved, nothing) == 0.0);
}

}  // namespace pj
