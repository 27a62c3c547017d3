#include <algorithm>
#include <array>

#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/dataflows.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr std::int64_t most = 1 << 20;

struct Count {
  const char* name;
  double (*of)(const DataflowBar&);
};

double for_each_mac(const DataflowBar& bar, Picojoules energy) {
  return energy / bar.operations;
}

const std::array counts{
    Count{"energy", [](const DataflowBar& bar) { return for_each_mac(bar, bar.energy()); }},
    Count{"DRAM", [](const DataflowBar& bar) { return for_each_mac(bar, bar.dram); }},
    Count{"buffer", [](const DataflowBar& bar) { return for_each_mac(bar, bar.buffer); }},
    Count{"array", [](const DataflowBar& bar) { return for_each_mac(bar, bar.array); }},
    Count{"registers", [](const DataflowBar& bar) { return for_each_mac(bar, bar.registers); }},
    Count{"DRAM accesses",
          [](const DataflowBar& bar) {
            return static_cast<double>(bar.dram_reads + bar.dram_writes) / static_cast<double>(bar.macs);
          }},
    Count{"layers that fit", nullptr},
};

/// `CONV`, `FC`, or the name of one layer.
std::vector<LoweredLayer> named_layers(const YamlNode& with) {
  const Network network = claimed_network(with.at("of"), with.at("batch").integer("batch", 1, most));
  const std::string& name = with.at("layers").text("layers");
  std::vector<LoweredLayer> layers = compared_layers(network, false);
  const std::vector<LoweredLayer> products = compared_layers(network, true);
  if (name == "CONV" || name == "FC") {
    return name == "CONV" ? layers : products;
  }
  layers.insert(layers.end(), products.begin(), products.end());
  std::erase_if(layers, [&](const LoweredLayer& layer) { return layer.name != name; });
  if (layers.empty()) {
    throw InputError(with.at("layers").position(), "no layer '" + name + "'; write CONV, FC or a layer's name");
  }
  return layers;
}

}  // namespace

double dataflow_count(const YamlNode& with) {
  const Count& count = row_named(counts, with.at("count"), "count", "count");
  const Dataflow& dataflow = row_named(dataflows(), with.at("dataflow"), "dataflow", "dataflow");
  const std::int64_t elements = with.at("elements").integer("elements", 1, most);
  const std::vector<LoweredLayer> layers = named_layers(with);
  if (count.of == nullptr) {
    return static_cast<double>(std::count_if(layers.begin(), layers.end(), [&](const LoweredLayer& layer) {
      return bool(dataflow_bar(dataflow, {layer}, elements).verdict);
    }));
  }
  const DataflowBar bar = dataflow_bar(dataflow, layers, elements);
  if (!bar.verdict) {
    throw InputError(with.at("dataflow").position(), bar.verdict.reason());
  }
  return count.of(bar);
}

}  // namespace pj
