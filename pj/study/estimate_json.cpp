#include "pj/study/estimate_json.hpp"

#include <nlohmann/json.hpp>

#include "pj/study/cost_origins.hpp"
#include "pj/study/estimate_report.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"
#include "pj/study/mapspace.hpp"
#include "pj/study/metrics_report.hpp"
#include "pj/study/roofline_report.hpp"
#include "pj/study/sparsity_report.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

/// The loops of a stage, outermost first; those of a fanout each with its axis.
Json loops_json(const LayerEstimate& layer, const Accelerator& accelerator, std::size_t stage) {
  Json loops = Json::array();
  for (const Loop& loop : layer.result.mapping.stages[stage].loops) {
    loops.push_back({{"index", layer.workload.indices[loop.index].name}, {"factor", loop.factor}});
    if (const auto* fanout = std::get_if<Fanout>(&accelerator.stages[stage])) {
      loops.back()["axis"] = fanout->axes[static_cast<std::size_t>(loop.axis)].name;
    }
  }
  return loops;
}

/// The words of the largest tile of a tensor that a level keeps.
std::int64_t words_held(const LayerEstimate& layer, const Accelerator& accelerator, std::size_t stage, std::size_t t) {
  const auto extents = tile_extents(layer.workload, layer.result.mapping, stage, true);
  return tile_bits(layer.workload, accelerator, t, extents).value / layer.workload.tensors[t].bits_inside();
}

Json level_json(const LayerEstimate& layer, const Accelerator& accelerator, std::size_t stage) {
  Json json{{"name", stage_name(accelerator.stages[stage])}};
  if (std::holds_alternative<Fanout>(accelerator.stages[stage])) {
    json["kind"] = "fanout";
    json["loops"] = loops_json(layer, accelerator, stage);
    json["energy_pJ"] = layer.result.cost.networks[stage].value;
    for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
      json["hops"][layer.workload.tensors[t].name] = layer.result.traffic.hops[stage][t];
    }
    return json;
  }
  json["kind"] = "level";
  json["loops"] = loops_json(layer, accelerator, stage);
  json["cycles"] = layer.result.cost.level_cycles[stage].value;
  for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
    const Transfers& moved = layer.result.traffic.levels[stage][t];
    const bool is_kept = layer.result.mapping.stages[stage].keeps[t];
    json["tensors"][layer.workload.tensors[t].name] = {
        {"kept", is_kept},
        {"words", is_kept ? words_held(layer, accelerator, stage, t) : 0},
        {"served", moved.served},
        {"drained", moved.drained},
        {"filled", moved.filled},
        {"updated", moved.updated},
        {"energy_pJ", layer.result.cost.levels[stage][t].value}};
  }
  return json;
}

/// For each fanout the share of its copies that get work.
Json in_use_json(const LayerMetrics& measured, const Accelerator& accelerator) {
  Json json = Json::object();
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    if (std::holds_alternative<Fanout>(accelerator.stages[s])) {
      json[stage_name(accelerator.stages[s])] = measured.in_use[s];
    }
  }
  return json;
}

Json layer_json(const LayerEstimate& layer, const Accelerator& accelerator, Objective objective) {
  const MapperResult& result = layer.result;
  Json json{{"name", layer.name}, {"kind", layer.kind}, {"einsum", to_string(layer.workload)}};
  for (const Index& index : layer.workload.indices) {
    json["sizes"][index.name] = index.size;
  }
  for (const Operand& tensor : layer.workload.tensors) {
    json["bits"][tensor.name] = tensor.bits;
    json["density"][tensor.name] = tensor.density;
  }
  json["partial_sum_bits"] = layer.workload.tensors.back().bits_inside();
  json["macs"] = result.traffic.macs;
  const SparsitySummary zeros = summarise_sparsity(layer, accelerator);
  json["nonzero_macs"] = zeros.nonzero_macs;
  json["outermost_bits"] = zeros.outermost_bits;
  json["outermost_dense_bits"] = zeros.outermost_dense_bits;
  json["energy_pJ"] = result.cost.energy().value;
  json["compute_pJ"] = result.cost.compute.value;
  json["cycles"] = result.cost.cycles().value;
  json["compute_cycles"] = result.cost.compute_cycles.value;
  json["units"] = result.traffic.units;
  json["utilisation"] = utilisation(layer.workload, accelerator, result.traffic, result.cost);
  json["mapping"] = to_string(layer.workload, accelerator, result.mapping);
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    json["stages"].push_back(level_json(layer, accelerator, s));
  }
  json["in_use"] = in_use_json(measure(layer, accelerator, objective), accelerator);
  const Certificate& proof = result.certificate;
  json["certificate"] = {{"proved", proof.proved},
                         {"lower_bound", proof.lower_bound},
                         {"gap", gap(proof, objective_value(objective, result.cost))},
                         {"candidates", proof.candidates},
                         {"cut_by_bound", proof.cut_by_bound},
                         {"cut_by_capacity", proof.cut_by_capacity},
                         {"complete", proof.complete}};
  return json;
}

/// The costs of the machine that its file does not give: where each comes from.
Json costs_json(const Accelerator& accelerator) {
  Json json = Json::object();
  for (const auto& [value, provenance] : accelerator.provenance) {
    if (provenance.origin != Provenance::Origin::File) {
      json[value] = {{"origin", origin_name(provenance.origin)}, {"rule", provenance.source}};
    }
  }
  return json;
}

}  // namespace

nlohmann::ordered_json estimate_part(const Estimate& estimate) {
  Json json{{"network", estimate.network},
            {"accelerator", estimate.accelerator.name},
            {"basis", "modelled"},
            {"clock_Hz", estimate.accelerator.clock.value},
            {"macs", estimate.macs()},
            {"nonzero_macs", summarise_sparsity(estimate).nonzero_macs},
            {"energy_pJ", estimate.energy().value},
            {"cycles", estimate.cycles().value},
            {"time_s", estimate.time().value},
            {"area_um2", area(estimate.accelerator).value},
            {"objective", to_string(estimate.objective)},
            {"proved", estimate.proved()},
            {"gap", estimate.gap()}};
  json["technology_nm"] = estimate.accelerator.node_nm;
  json["precision_bits"] = estimate.accelerator.compute.bits;
  json["batch"] = estimate.batch;
  json["metrics"] = metrics_json(metrics(estimate));
  json["machine"] = machine_json(estimate.accelerator);
  json["costs"] = costs_json(estimate.accelerator);
  json["layers"] = Json::array();
  for (const LayerEstimate& layer : estimate.layers) {
    json["layers"].push_back(layer_json(layer, estimate.accelerator, estimate.objective));
  }
  json["roofline"] = roofline_part(roofline(estimate));
  return json;
}

std::string estimate_json(const Estimate& estimate) {
  return json_text(estimate_part(estimate));
}

std::string mapping_json(const LayerEstimate& layer, const Accelerator& accelerator, const MapperOptions& options) {
  Json json = layer_json(layer, accelerator, options.objective);
  json["accelerator"] = accelerator.name;
  json["basis"] = "modelled";
  json["machine"] = machine_json(accelerator);
  json["objective"] = to_string(options.objective);
  const auto mappings = mapspace_size(layer.workload, accelerator, {.perfect_factors = options.perfect_factors});
  json["mapspace"] = mappings ? Json(*mappings) : Json();
  json["roofline"] = roofline_part(roofline({.accelerator = accelerator, .layers = {layer}}));
  return json_text(json);
}

}  // namespace pj
