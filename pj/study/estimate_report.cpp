#include "pj/study/estimate_report.hpp"

#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"
#include "pj/study/cost_origins.hpp"
#include "pj/study/mapspace.hpp"
#include "pj/study/metrics_report.hpp"
#include "pj/study/proof_text.hpp"
#include "pj/study/sparsity_report.hpp"

namespace pj {

namespace {

std::string time_text(const Accelerator& accelerator, Cycles cycles) {
  return scaled((cycles / accelerator.clock).value, "s");
}
std::string millions(std::int64_t count) {
  return significant(static_cast<double>(count) * 1e-6, 4);
}

bool is_level(const Accelerator& accelerator, std::size_t stage) {
  return std::holds_alternative<Level>(accelerator.stages[stage]);
}

std::vector<std::string> layer_row(const Estimate& estimate, const LayerEstimate& layer) {
  const Cost& cost = layer.result.cost;
  std::vector<std::string> row{layer.name, millions(layer.result.traffic.macs), energy_text(cost.energy())};
  for (std::size_t s = 0; s < estimate.accelerator.stages.size(); ++s) {
    if (is_level(estimate.accelerator, s)) {
      row.push_back(percent(stage_energy(cost, s) / cost.energy()));
    }
  }
  row.push_back(significant(cost.energy().value / static_cast<double>(layer.result.traffic.macs)));
  row.push_back(time_text(estimate.accelerator, cost.cycles()));
  row.push_back(bound_by(estimate.accelerator, cost));
  row.push_back(percent(utilisation(layer.workload, estimate.accelerator, layer.result.traffic, cost)));
  for (std::size_t s = 0; s + 1 < estimate.accelerator.stages.size(); ++s) {
    if (is_level(estimate.accelerator, s)) {
      row.push_back(millions(accesses(layer.result.traffic, s)));
    }
  }
  if (!estimate.proved()) {
    row.push_back(gap_text(gap(layer.result.certificate, objective_value(estimate.objective, cost))));
  }
  return row;
}

std::vector<std::string> total_row(const Estimate& estimate, const Metrics& all) {
  std::vector<std::string> row{"all", millions(estimate.macs()), energy_text(estimate.energy())};
  for (std::size_t s = 0; s < estimate.accelerator.stages.size(); ++s) {
    if (is_level(estimate.accelerator, s)) {
      row.push_back(percent(estimate.energy_at(s) / estimate.energy()));
    }
  }
  row.push_back(significant(estimate.energy().value / static_cast<double>(estimate.macs())));
  row.push_back(time_text(estimate.accelerator, estimate.cycles()));
  row.emplace_back();
  row.push_back(percent(all.utilisation));
  for (std::size_t s = 0; s + 1 < estimate.accelerator.stages.size(); ++s) {
    if (is_level(estimate.accelerator, s)) {
      row.push_back(millions(estimate.accesses(s)));
    }
  }
  if (!estimate.proved()) {
    row.push_back(gap_text(estimate.gap()));
  }
  return row;
}

Table layer_table(const Estimate& estimate) {
  std::vector<std::string> header{"layer", "MACs (M)", "energy"};
  for (const Stage& stage : estimate.accelerator.stages) {
    if (std::holds_alternative<Level>(stage)) {
      header.push_back(stage_name(stage));
    }
  }
  for (const char* title : {"pJ/MAC", "time", "bound by", "in use"}) {
    header.emplace_back(title);
  }
  for (std::size_t s = 0; s + 1 < estimate.accelerator.stages.size(); ++s) {
    if (is_level(estimate.accelerator, s)) {
      header.push_back(stage_name(estimate.accelerator.stages[s]) + " (M words)");
    }
  }
  if (!estimate.proved()) {
    header.emplace_back("above least");
  }
  return Table(header);
}

std::string where_energy_goes(const Estimate& estimate) {
  std::vector<std::string> parts{estimate.accelerator.compute.name + " " +
                                 percent(estimate.compute_energy() / estimate.energy())};
  for (std::size_t s = estimate.accelerator.stages.size(); s-- > 0;) {
    if (const double share = estimate.energy_at(s) / estimate.energy(); share > 0.0) {
      parts.push_back(stage_name(estimate.accelerator.stages[s]) + " " + percent(share));
    }
  }
  return join(parts, ", ");
}

}  // namespace

std::string energy_text(Picojoules energy) {
  return scaled(energy.value * 1e-12, "J");
}

std::string bound_by(const Accelerator& accelerator, const Cost& cost) {
  const std::size_t stage = cost.bottleneck();
  return stage == accelerator.stages.size() ? accelerator.compute.name : stage_name(accelerator.stages[stage]);
}

std::string estimate_table(const Estimate& estimate) {
  const Metrics all = metrics(estimate);
  std::string text = estimate.network + " on " + estimate.accelerator.title + "\n\n";
  Table table = layer_table(estimate);
  for (const LayerEstimate& layer : estimate.layers) {
    table.add(layer_row(estimate, layer));
  }
  table.rule();
  table.add(total_row(estimate, all));
  text += table.text() + "\n";
  text += has_zeros(estimate) ? sparsity_table(estimate) + "\n" : "";
  text += "Energy: " + energy_text(estimate.energy()) + " — " + where_energy_goes(estimate) + ".\n";
  text += "Time: " + scaled(estimate.time().value, "s") + " at " + scaled(estimate.accelerator.clock.value, "Hz") +
          ", " + grouped(static_cast<std::int64_t>(estimate.cycles().value)) + " cycles.\n";
  text += metrics_text(all, estimate.accelerator);
  text += origins_text(estimate.accelerator);
  text += "Modelled, not measured. " + proof_text(estimate) + "; percentages are shares of energy.\n";
  return text;
}

std::string mapping_report(const LayerEstimate& layer, const Accelerator& accelerator, const MapperOptions& options) {
  const MapperResult& result = layer.result;
  std::string text = layer.name + " (" + layer.kind + ") on " + accelerator.title + "\n" + to_string(layer.workload) +
                     "\n\n" + to_string(layer.workload, accelerator, result.mapping) + "\n";
  Table table({"level", "tensor", "words held", "reads", "writes", "energy"});
  table.left(1);
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
      const bool kept = is_level(accelerator, s) && result.mapping.stages[s].keeps[t];
      if (kept) {
        const Transfers& moved = result.traffic.levels[s][t];
        const auto extents = tile_extents(layer.workload, result.mapping, s, true);
        const std::int64_t bits = tile_bits(layer.workload, accelerator, t, extents).value;
        table.add({stage_name(accelerator.stages[s]), layer.workload.tensors[t].name,
                   grouped(bits / layer.workload.tensors[t].bits_inside()), grouped(moved.reads()),
                   grouped(moved.writes()), energy_text(result.cost.levels[s][t])});
      }
    }
  }
  text += table.text() + "\n";
  text += has_zeros(layer.workload) ? sparse_tiles_table(layer, accelerator) + "\n" : "";
  text += "Energy " + energy_text(result.cost.energy()) + ", " +
          grouped(static_cast<std::int64_t>(result.cost.cycles().value)) + " cycles, bound by " +
          bound_by(accelerator, result.cost) + "; " + grouped(result.traffic.units) + " of " +
          grouped(accelerator.compute_units()) + " " + accelerator.compute.name + " units get work.\n";
  return text + proof_text(result, options,
                           mapspace_size(layer.workload, accelerator, {.perfect_factors = options.perfect_factors}));
}

std::string accelerators_table() {
  Table table({"name", "units", "clock", "title"});
  table.left(3);
  for (const std::string& name : built_in_accelerators()) {
    const Accelerator accelerator = load_accelerator(name);
    table.add({name, grouped(accelerator.compute_units()), scaled(accelerator.clock.value, "Hz"), accelerator.title});
  }
  return table.text();
}

std::string accelerator_report(const Accelerator& accelerator) {
  std::string text = accelerator.title + "\n" + accelerator.source + "\n\n" + draw(accelerator) + "\n";
  text += grouped(accelerator.compute_units()) + " " + accelerator.compute.name + " units at " +
          scaled(accelerator.clock.value, "Hz");
  text += accelerator.node_nm > 0 ? ", " + std::to_string(accelerator.node_nm) + " nm" : "";
  if (const double size = area(accelerator).value; size > 0.0) {
    text += ", " + significant(size * 1e-6) + " mm² (as far as areas are given)";
  }
  text += ".\n";
  if (!accelerator.provenance.empty()) {
    text += "\n" + provenance_table(accelerator);
  }
  return text;
}

}  // namespace pj
