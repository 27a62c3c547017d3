#include "pj/study/dataflows.hpp"

#include <algorithm>

#include "pj/accelerator/reader.hpp"
#include "pj/cost/prices.hpp"
#include "pj/study/near_optimal.hpp"

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

/// As the paper counts it: MACs · elements ÷ active elements.
double delay(const Traffic& moved, const Accelerator& accelerator) {
  const auto idle = static_cast<double>(accelerator.compute_units()) / static_cast<double>(moved.units);
  return static_cast<double>(moved.macs) * idle;
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
  bar.delay += delay(moved, accelerator);
}

/// Adds a layer under another mapping.
void add_layer(std::optional<DataflowAlternative>& sum, const Workload& workload, const Accelerator& accelerator,
               const Mapping& mapping) {
  const Traffic moved = traffic(workload, accelerator, mapping);
  sum = sum.value_or(DataflowAlternative{});
  sum->energy += cost(workload, accelerator, moved).energy();
  sum->delay += delay(moved, accelerator);
}

/// In those of a multiply-accumulate, for each of them.
double each(const DataflowBar& bar, Picojoules energy) {
  return energy / bar.operations;
}

/// For each multiply-accumulate, and each of the cycles that it takes where all elements are at work.
double each(const DataflowBar& bar, double energy_delay) {
  return energy_delay / (bar.operations.value * static_cast<double>(bar.macs));
}

double with_operations(const DataflowBar& bar, std::size_t tensor) {
  return each(bar, bar.tensors[tensor]) + 1.0 / static_cast<double>(bar.tensors.size());
}

constexpr std::array quantities{
    DataflowQuantity{"energy", [](const DataflowBar& bar) { return each(bar, bar.energy()); }},
    DataflowQuantity{"DRAM", [](const DataflowBar& bar) { return each(bar, bar.dram); }},
    DataflowQuantity{"buffer", [](const DataflowBar& bar) { return each(bar, bar.buffer); }},
    DataflowQuantity{"array", [](const DataflowBar& bar) { return each(bar, bar.array); }},
    DataflowQuantity{"registers", [](const DataflowBar& bar) { return each(bar, bar.registers); }},
    DataflowQuantity{"inputs", [](const DataflowBar& bar) { return with_operations(bar, 0); }},
    DataflowQuantity{"weights", [](const DataflowBar& bar) { return with_operations(bar, 1); }},
    DataflowQuantity{"sums", [](const DataflowBar& bar) { return with_operations(bar, 2); }},
    DataflowQuantity{"DRAM accesses",
                     [](const DataflowBar& bar) {
                       return static_cast<double>(bar.dram_reads + bar.dram_writes) / static_cast<double>(bar.macs);
                     }},
    DataflowQuantity{"EDP", [](const DataflowBar& bar) { return each(bar, bar.energy_delay()); }},
    DataflowQuantity{"least EDP", [](const DataflowBar& bar) { return each(bar, bar.energy_delays().first); }},
    DataflowQuantity{"greatest EDP", [](const DataflowBar& bar) { return each(bar, bar.energy_delays().second); }},
};

}  // namespace

std::span<const DataflowQuantity> dataflow_quantities() {
  return quantities;
}

std::pair<double, double> DataflowBar::energy_delays() const {
  std::pair<double, double> range{energy_delay(), energy_delay()};
  for (const auto& other : {fastest, slowest}) {
    if (other) {
      range = {std::min(range.first, other->energy_delay()), std::max(range.second, other->energy_delay())};
    }
  }
  return range;
}

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
                         const EvaluateOptions& options, const DataflowExtras& extras) {
  const Accelerator priced = machine(dataflow, elements, false);
  const Accelerator searched = machine(dataflow, elements, true);
  const Accelerator free = unrestricted(priced);
  MapperOptions equal_tiles = options.mapper;
  equal_tiles.perfect_factors = true;
  DataflowBar bar{.dataflow = dataflow.name};
  bar.unrestricted = extras.unrestricted ? std::optional(Picojoules{}) : std::nullopt;
  for (const LoweredLayer& layer : layers) {
    const Workload workload = in_formats_of(priced, layer.workload);
    const MapperResult found = find_cached_mapping(workload, searched, options.mapper, options.cache);
    bar.proved = bar.proved && found.certificate.proved;
    if (!found.verdict) {
      bar.verdict = Verdict::no(layer.name + ": " + found.verdict.reason());
      return bar;
    }
    add_layer(bar, workload, priced, found.mapping);
    if (extras.within > 0.0) {
      const NearOptimal near =
          extras.ties_only
              ? NearOptimal{widened(workload, searched, found, found.cost.energy() * (1.0 + extras.within)), found}
              : near_optimal(workload, searched, found, extras.within, options);
      add_layer(bar.fastest, workload, priced, near.fastest.mapping);
      add_layer(bar.slowest, workload, priced, near.slowest.mapping);
      bar.range_proved = bar.range_proved && near.proved;
    }
    if (extras.unrestricted) {
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

std::vector<LoweredLayer> layers_named(const Network& network, const std::string& name) {
  std::vector<LoweredLayer> layers = compared_layers(network, false);
  const std::vector<LoweredLayer> products = compared_layers(network, true);
  if (name == "CONV" || name == "FC") {
    return name == "CONV" ? layers : products;
  }
  layers.insert(layers.end(), products.begin(), products.end());
  std::erase_if(layers, [&](const LoweredLayer& layer) { return layer.name != name; });
  return layers;
}

}  // namespace pj
