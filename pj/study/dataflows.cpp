#include "pj/study/dataflows.hpp"

#include <algorithm>

#include "pj/accelerator/reader.hpp"
#include "pj/cost/prices.hpp"

namespace pj {

namespace {

Accelerator machine(const Dataflow& dataflow, std::int64_t elements, bool for_search) {
  std::vector<std::string> settings{"array.columns.size=" + std::to_string(elements)};
  if (for_search) {
    settings.insert(settings.end(), dataflow.search_settings.begin(), dataflow.search_settings.end());
  }
  return load_accelerator(dataflow.accelerator, {.settings = settings});
}

/// The part of the bar that a stage belongs to.
Picojoules& part_of(DataflowBar& bar, const std::string& stage) {
  return stage == "DRAM" ? bar.dram : stage == "buffer" ? bar.buffer : stage == "array" ? bar.array : bar.registers;
}

void add_layer(DataflowBar& bar, const Workload& workload, const Accelerator& accelerator, const Mapping& mapping) {
  const Traffic moved = traffic(workload, accelerator, mapping);
  const Prices price = prices(workload, accelerator);
  bar.macs += moved.macs;
  bar.operations += moved.macs * price.operation;
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    const std::string& name = std::visit([](const auto& stage) { return stage.name; }, accelerator.stages[s]);
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      const Transfers& words = moved.levels[s][t];
      const Prices::Element& element = price.stages[s][t];
      const Picojoules energy = words.served * element.serve + words.drained * element.drain +
                                words.filled * element.fill + words.updated * element.update +
                                moved.hops[s][t] * element.hop;
      part_of(bar, name) += energy;
      bar.tensors[t] += energy;
      bar.dram_reads += s == 0 ? words.reads() : 0;
      bar.dram_writes += s == 0 ? words.writes() : 0;
    }
  }
  const auto idle = static_cast<double>(accelerator.compute_units()) / static_cast<double>(moved.units);
  bar.delay += static_cast<double>(moved.macs) * idle;
}

}  // namespace

const std::vector<Dataflow>& dataflows() {
  static const std::vector<std::string> sums_twice{"array.sum_hop=4 MAC"};
  static const std::vector<Dataflow> all{
      {"RS", "isca16_rs", sums_twice}, {"WS", "isca16_ws", sums_twice}, {"OSA", "isca16_osa", {}},
      {"OSB", "isca16_osb", {}},       {"OSC", "isca16_osc", {}},       {"NLR", "isca16_nlr", sums_twice},
  };
  return all;
}

Accelerator unrestricted(Accelerator accelerator) {
  std::erase_if(accelerator.stages, [&](const Stage& stage) {
    const auto* level = std::get_if<Level>(&stage);
    return level != nullptr && !level->capacity && level->partitions.empty() && level->read == Picojoules{} &&
           level->write == Picojoules{};
  });
  for (Stage& stage : accelerator.stages) {
    if (auto* level = std::get_if<Level>(&stage)) {
      level->keeps = level->loops = level->stays = std::nullopt;
      level->must_keep.clear();
      level->whole.clear();
      continue;
    }
    auto& fanout = std::get<Fanout>(stage);
    fanout.reduces.reset();
    for (FanoutAxis& axis : fanout.axes) {
      axis.indices.reset();
    }
  }
  return accelerator;
}

DataflowBar dataflow_bar(const Dataflow& dataflow, const std::vector<LoweredLayer>& layers, std::int64_t elements,
                         const EvaluateOptions& options, bool with_unrestricted) {
  const Accelerator priced = machine(dataflow, elements, false);
  const Accelerator searched = machine(dataflow, elements, true);
  const Accelerator free = unrestricted(priced);
  MapperOptions equal_tiles = options.mapper;
  equal_tiles.perfect_factors = true;
  DataflowBar bar{.dataflow = dataflow.name};
  bar.unrestricted = with_unrestricted ? std::optional(Picojoules{}) : std::nullopt;
  for (const LoweredLayer& layer : layers) {
    const Workload workload = in_formats_of(priced, layer.workload);
    const MapperResult found = find_cached_mapping(workload, searched, options.mapper, options.cache);
    bar.proved = bar.proved && found.certificate.proved;
    if (!found.verdict) {
      bar.verdict = Verdict::no(layer.name + ": " + found.verdict.reason());
      return bar;
    }
    add_layer(bar, workload, priced, found.mapping);
    if (with_unrestricted) {
      const MapperResult best = find_cached_mapping(workload, free, equal_tiles, options.cache);
      *bar.unrestricted += best.cost.energy();
      bar.unrestricted_proved = bar.unrestricted_proved && best.certificate.proved;
    }
  }
  return bar;
}

std::vector<LoweredLayer> compared_layers(const Network& network, bool fully_connected) {
  std::vector<LoweredLayer> layers = lower(network, {.products_as_convolutions = true});
  std::erase_if(layers,
                [&](const LoweredLayer& layer) { return (layer.kind == "fully connected") != fully_connected; });
  return layers;
}

}  // namespace pj
