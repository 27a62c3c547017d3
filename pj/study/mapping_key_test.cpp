#include "pj/study/mapping_key.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "pj/study/model_version.hpp"

namespace pj {

namespace {

/// A search that uses every field.
struct Question {
  Workload workload = einsum("O[m,p] += I[c,U*p+r] * W[m,c,r]", {{"M", 2}, {"C", 3}, {"P", 4}, {"R", 3}, {"U", 2}});
  Level outer{.name = "DRAM"};
  Fanout fanout{.name = "array", .axes = {{"columns", 4}}};
  Level inner{.name = "registers", .partitions = {{"Weight", Bits{64}}}, .must_keep = {"Weight"}};
  Compute compute{.energy = {1.0}, .latches = {"Output"}};
  Conventions conventions;
  MapperOptions options;

  std::string key() const {
    return mapping_key(workload, {.stages = {outer, fanout, inner}, .compute = compute, .conventions = conventions},
                       options);
  }
};

using Change = std::function<void(Question&)>;

const std::vector<Change> changes_of_the_workload{
    [](Question& q) { q.workload.indices[0].name = "K"; },
    [](Question& q) { q.workload.indices[0].size = 3; },
    [](Question& q) { std::swap(q.workload.indices[0], q.workload.indices[1]); },
    [](Question& q) {
      q.workload.indices.push_back({"N", 1});
    },
    [](Question& q) { q.workload.tensors[0].name = "Image"; },
    [](Question& q) { q.workload.tensors[0].bits = 8; },
    [](Question& q) { q.workload.tensors[0].is_index = true; },
    [](Question& q) { q.workload.tensors[2].partial_bits = 24; },
    [](Question& q) { q.workload.tensors[0].density = 0.5; },
    [](Question& q) { q.workload.tensors[0].axes[0][0].index = 0; },
    [](Question& q) { q.workload.tensors[0].axes[1][0].coefficient = 3; },
    [](Question& q) { q.workload.tensors[0].axes[1].pop_back(); },
    [](Question& q) { q.workload.tensors[0].axes.pop_back(); },
    [](Question& q) { std::swap(q.workload.tensors[0], q.workload.tensors[1]); },
};

const std::vector<Change> changes_of_levels{
    [](Question& q) { q.inner.name = "latches"; },
    [](Question& q) { q.inner.capacity = Bits{64}; },
    [](Question& q) { q.inner.partitions["Weight"] = Bits{128}; },
    [](Question& q) { q.inner.partitions["Input"] = Bits{64}; },
    [](Question& q) { q.inner.partitions.clear(); },
    [](Question& q) { q.inner.keeps = {"Weight"}; },
    [](Question& q) { q.inner.keeps = std::vector<std::string>{}; },
    [](Question& q) { q.inner.must_keep.clear(); },
    [](Question& q) { q.inner.double_buffered = true; },
    [](Question& q) { q.inner.word = Bits{32}; },
    [](Question& q) { q.inner.read = 2.0_pJ; },
    [](Question& q) { q.inner.write = 2.0_pJ; },
    [](Question& q) { q.inner.read_bandwidth = 16.0; },
    [](Question& q) { q.inner.write_bandwidth = 16.0; },
    [](Question& q) { q.inner.bandwidth = 16.0; },
    [](Question& q) { q.inner.loops = {"M"}; },
    [](Question& q) {
      q.inner.loops = {"M", "C"};
    },
    [](Question& q) { q.inner.loops = {"M\" \"C"}; },
    [](Question& q) { q.inner.whole = {"M"}; },
    [](Question& q) { q.inner.exposed = {"Input"}; },
    [](Question& q) {
      q.inner.formats["Weight"] = {SparseFormat::Kind::Csc, 4};
    },
    [](Question& q) {
      q.inner.formats["Weight"] = {SparseFormat::Kind::Csc, 5};
    },
    [](Question& q) { q.inner.gated["Weight"] = {"Input"}; },
    [](Question& q) { q.outer.read = 2.0_pJ; },
};

const std::vector<Change> changes_of_the_rest{
    [](Question& q) { q.fanout.name = "grid"; },
    [](Question& q) { q.fanout.axes[0].name = "rows"; },
    [](Question& q) { q.fanout.axes[0].size = 5; },
    [](Question& q) { q.fanout.axes[0].indices = {"M"}; },
    [](Question& q) {
      q.fanout.axes.push_back({"rows", 1});
    },
    [](Question& q) { q.fanout.multicast = false; },
    [](Question& q) { q.fanout.reduction = false; },
    [](Question& q) { q.fanout.reduces = {"C"}; },
    [](Question& q) { q.fanout.chain = true; },
    [](Question& q) { q.fanout.sum_hop = 1.0_pJ; },
    [](Question& q) { q.fanout.hops = {"Input"}; },
    [](Question& q) { q.outer.stays = {"Input"}; },
    [](Question& q) { q.conventions.free_handoff = true; },
    [](Question& q) { q.fanout.one_axis = true; },
    [](Question& q) { q.fanout.hop = 1.0_pJ; },
    [](Question& q) { q.compute.energy = 2.0_pJ; },
    [](Question& q) { q.compute.add = 0.5_pJ; },
    [](Question& q) { q.compute.precision = Compute::Precision::Scalable; },
    [](Question& q) { q.compute.bits = 8; },
    [](Question& q) { q.compute.latches.clear(); },
    [](Question& q) { q.compute.gates = {"Input"}; },
    [](Question& q) { q.compute.skips.tensors = {"Input"}; },
    [](Question& q) { q.compute.skips.lanes = 16; },
    [](Question& q) { q.compute.skips.brick = 16; },
    [](Question& q) { q.conventions.halo = Conventions::Halo::InnermostOnly; },
    [](Question& q) { q.conventions.drain_reads = false; },
    [](Question& q) { q.options.objective = Objective::Delay; },
    [](Question& q) { q.options.objective = Objective::EnergyDelay; },
    [](Question& q) { q.options.perfect_factors = true; },
    [](Question& q) { q.options.most_cycles = Cycles{100.0}; },
};

}  // namespace

TEST_CASE("every field that the search reads changes the key, each in its own way") {
  std::set<std::string> keys{Question{}.key()};
  for (const auto& changes : {changes_of_the_workload, changes_of_levels, changes_of_the_rest}) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      CAPTURE(i);
      Question question;
      changes[i](question);
      CHECK(keys.insert(question.key()).second);
    }
  }
}

TEST_CASE("what only people read, areas and limits of time do not change the key") {
  const Interrupt interrupt;
  Question question;
  question.workload.name = "conv1";
  question.outer.area = {7.0};
  question.fanout.area = {7.0};
  question.compute.area = {7.0};
  question.compute.name = "PE";
  question.options.time_limit = Seconds{2.0};
  question.options.interrupt = &interrupt;
  CHECK(question.key() == Question{}.key());
  Accelerator plain{.stages = {question.outer}};
  const std::string key = mapping_key(question.workload, plain, {});
  plain.name = plain.title = plain.source = "a";
  plain.node_nm = 65;
  plain.clock = {2e8};
  plain.provenance["DRAM read"] = {"a guess", "estimated"};
  CHECK(mapping_key(question.workload, plain, {}) == key);
}

TEST_CASE("the key begins with the version of the model") {
  CHECK(Question{}.key().starts_with("model version \"" + std::string(model_version()) + "\"\n"));
  CHECK(model_version().find('-') + 17 == model_version().size());
}

}  // namespace pj
