#include "pj/mapper/mapper.hpp"

#include <doctest/doctest.h>

#include "pj/accelerator/reader.hpp"
#include "pj/base/arithmetic.hpp"
#include "pj/mapper/bound.hpp"
#include "pj/mapper/exhaustive.hpp"
#include "tests/support/mapper_cases.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_mapping.hpp"
#include "tests/support/random_sparsity.hpp"

namespace pj {

namespace {

/// A machine that limits what fits, what may be kept and what may be tiled where.
Accelerator constrained(Rng& rng, const Workload& workload, std::int64_t levels) {
  Accelerator machine = random_accelerator(rng, levels);
  for (std::size_t s = 1; s < machine.stages.size(); ++s) {
    if (auto* level = std::get_if<Level>(&machine.stages[s])) {
      level->capacity = Bits{16 * rng.between(3, 60)};
      level->double_buffered = rng.chance(0.2);
      if (rng.chance(0.3)) {
        level->keeps = {workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name,
                        workload.tensors[static_cast<std::size_t>(rng.between(0, 2))].name};
      }
      if (rng.chance(0.2)) {
        level->loops = {workload.indices[0].name, workload.indices.back().name};
      }
    }
  }
  return machine;
}

/// A random part of the names of the indices.
std::vector<std::string> some_indices(Rng& rng, const Workload& workload, double share) {
  std::vector<std::string> names;
  for (const Index& index : workload.indices) {
    if (rng.chance(share)) {
      names.push_back(index.name);
    }
  }
  return names;
}

/// Buffers around an array of elements with registers, in each of which only some indices may have loops, as the
/// machine files of dataflows say.
Accelerator with_dataflow(Rng& rng, const Workload& workload) {
  Accelerator machine{.name = "dataflow"};
  const auto level = [&](const std::string& name) {
    const double depth = static_cast<double>(machine.stages.size() + 1);
    return Level{.name = name, .read = {400.0 / (depth * depth)}, .write = {300.0 / (depth * depth)}};
  };
  const auto restricted = [&](const std::string& name, std::int64_t most_words) {
    Level result = level(name);
    result.capacity = Bits{16 * rng.between(3, most_words)};
    result.loops = some_indices(rng, workload, 0.5);
    result.whole = some_indices(rng, workload, 0.1);
    result.keeps.emplace();
    for (const Operand& tensor : workload.tensors) {
      if (rng.chance(0.7)) {
        result.keeps->push_back(tensor.name);
      }
    }
    return result;
  };
  machine.stages.push_back(level("DRAM"));
  for (std::int64_t buffers = rng.between(1, 2); buffers > 0; --buffers) {
    machine.stages.push_back(restricted("buffer" + std::to_string(buffers), 80));
  }
  machine.stages.push_back(random_fanout(rng, "array"));
  machine.stages.push_back(restricted("registers", 24));
  machine.compute.energy = {1.0};
  machine.conventions.halo = rng.chance(0.7) ? Conventions::Halo::Resident : Conventions::Halo::InnermostOnly;
  return machine;
}

MapperOptions random_options(Rng& rng) {
  return {.objective = static_cast<Objective>(rng.between(0, 2)), .perfect_factors = rng.chance(0.4)};
}

}  // namespace

TEST_CASE("the mapper finds what the exhaustive search finds") {
  for_random_cases(mapper_cases(), [](Rng& rng) {
    const Workload workload = random_workload(rng, 4, rng.chance(0.7) ? 12 : 24);
    const Accelerator machine = constrained(rng, workload, 3);
    compare_with_exhaustive(workload, machine, random_options(rng));
  });
}

TEST_CASE("and does so on machines with a dataflow") {
  for_random_cases(mapper_cases() / 10, [](Rng& rng) {
    const Workload workload = random_workload(rng, 4, rng.chance(0.7) ? 12 : 24);
    const Accelerator machine = with_dataflow(rng, workload);
    compare_with_exhaustive(workload, machine, random_options(rng));
  });
}

TEST_CASE("and does so for long windows with strides and dilation") {
  for_random_cases(mapper_cases() / 2, [](Rng& rng) {
    const Workload workload = einsum("O[m,p] += I[c,U*p+D*r] * W[m,c,r]", {{"M", rng.between(1, 2)},
                                                                           {"C", rng.between(1, 2)},
                                                                           {"P", rng.between(2, 9)},
                                                                           {"R", rng.between(1, 6)},
                                                                           {"U", rng.between(1, 4)},
                                                                           {"D", rng.between(1, 2)}});
    const Accelerator machine = constrained(rng, workload, 2);
    compare_with_exhaustive(workload, machine, random_options(rng));
  });
}

TEST_CASE("a bound of the inner stages is never above what the whole mapping costs") {
  for_random_cases(3000, [](Rng& rng) {
    Workload workload = random_workload(rng, 6, 200);
    Accelerator machine = random_accelerator(rng, 4);
    if (rng.chance(0.5)) {
      add_random_sparsity(rng, workload, machine);
    }
    const Mapping mapping = random_mapping(rng, workload, machine, 1);
    const Cost priced = cost(workload, machine, traffic(workload, machine, mapping));
    Bounder bounder(workload, machine, Objective::Energy);
    CAPTURE(to_string(workload));
    CAPTURE(to_string(workload, machine, mapping));
    for (std::size_t stage = mapping.stages.size(); stage-- > 0;) {
      bounder.push(mapping.stages[stage]);
      const OrderedPair bound = bounder.bound(mapping);
      CAPTURE(stage);
      CHECK(bound.first <= priced.energy().value * (1 + 1e-12));
      CHECK(bound.second <= priced.cycles().value * (1 + 1e-12));
      if (stage == 0) {
        CHECK(bound.first == doctest::Approx(priced.energy().value).epsilon(1e-12));
      }
    }
  });
}

TEST_CASE("a bound of a fanout's copies is never above what a mapping with them costs") {
  for_random_cases(3000, [](Rng& rng) {
    Workload workload = random_workload(rng, 6, 200);
    Accelerator machine = random_accelerator(rng, 4);
    if (rng.chance(0.5)) {
      add_random_sparsity(rng, workload, machine);
    }
    const Mapping mapping = random_mapping(rng, workload, machine, 1);
    const Cost priced = cost(workload, machine, traffic(workload, machine, mapping));
    Bounder bounder(workload, machine, Objective::Energy);
    CAPTURE(to_string(workload));
    CAPTURE(to_string(workload, machine, mapping));
    std::size_t inside = mapping.stages.size();  // of the fanout and the levels that it holds
    for (std::size_t stage = mapping.stages.size(); stage-- > 0;) {
      if (!std::holds_alternative<Fanout>(machine.stages[stage])) {
        continue;
      }
      Copies copies;
      copies.fill(1);
      const auto extents = tile_extents(workload, mapping, stage, false);
      for (std::size_t index = 0; index < workload.indices.size(); ++index) {
        for (const Loop& loop : mapping.stages[stage].loops) {
          copies[index] *= loop.index == index ? loop.factor : 1;
        }
        copies[index] = std::min(copies[index], ceil_div(workload.indices[index].size, extents[index]));
      }
      bounder.begin_spread(mapping, stage);
      const OrderedPair bound = bounder.spread_bound(mapping, copies);
      CAPTURE(stage);
      CHECK(bound.first <= priced.energy().value * (1 + 1e-12));
      CHECK(bound.second <= priced.cycles().value * (1 + 1e-12));
      for (; inside > stage; --inside) {
        bounder.push(mapping.stages[inside - 1]);
      }
    }
  });
}

TEST_CASE("problems beyond the mapper's tables are refused by name") {
  const Accelerator machine = load_accelerator("flex256");
  CHECK_THROWS_WITH(find_best_mapping(einsum("O[p] += I[p+r] * W[r]", {{"P", 1 << 21}, {"R", 3}}), machine),
                    "workload '': a window over 2,097,152 places is too long; the mapper takes up to 1,048,576");
  Accelerator deep = machine;
  deep.stages.insert(deep.stages.end(), 10, deep.stages.back());
  CHECK_THROWS_WITH(find_best_mapping(einsum("O[m] += I[c] * W[m,c]", {{"M", 2}, {"C", 2}}), deep),
                    "workload '' on flex256: the mapper takes up to 16 indices and 12 stages");
}

TEST_CASE("an interrupted search returns what it has and claims no proof") {
  Interrupt interrupt;
  interrupt.request();
  const auto result = find_best_mapping(einsum("O[m] += I[c] * W[m,c]", {{"M", 2}, {"C", 2}}),
                                        load_accelerator("flex256"), {.interrupt = &interrupt});
  CHECK(!result.verdict);
  CHECK(!result.certificate.proved);
}

TEST_CASE("where nothing fits the reason names the level and how much more would do") {
  Accelerator machine = load_accelerator("eyeriss");
  const Workload wide = einsum("O[p] += I[p+s] * W[s]", {{"P", 4}, {"S", 28}});
  CHECK(find_best_mapping(wide, machine).verdict.reason() ==
        "scratchpads must keep at least 56 B of Input and has 24 B; 32 B more would do");
  std::get<Level>(machine.stages[0]).loops = std::vector<std::string>{"C"};
  std::get<Level>(machine.stages[1]).loops = std::vector<std::string>{"C"};
  CHECK(find_best_mapping(einsum("O[n] += I[n]  * W[n]", {{"N", 8}}), machine).verdict.reason() ==
        "the constraints leave room for 1 of the 8 elements of index N; allow it in the 'loops' of a level");
}

}  // namespace pj
