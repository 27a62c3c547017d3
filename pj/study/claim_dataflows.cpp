#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/dataflows.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr const char* layers_that_fit = "layers that fit";

/// `CONV`, `FC`, or the name of one layer.
std::vector<LoweredLayer> named_layers(const YamlNode& with) {
  const Network network = claimed_network(with.at("of"), with.at("batch").integer("batch", 1, most_claimed));
  const std::string& name = with.at("layers").text("layers");
  std::vector<LoweredLayer> layers = layers_named(network, name);
  if (layers.empty()) {
    throw InputError(with.at("layers").position(), "no layer '" + name + "'; write CONV, FC or a layer's name");
  }
  return layers;
}

}  // namespace

double dataflow_count(const YamlNode& with, const MappingCache* cache) {
  const Dataflow& dataflow = row_named(dataflows(), with.at("dataflow"), "dataflow", "dataflow");
  const std::int64_t elements = with.at("elements").integer("elements", 1, most_claimed);
  const std::vector<LoweredLayer> layers = named_layers(with);
  if (with.at("count").text("count") == layers_that_fit) {
    return static_cast<double>(std::count_if(layers.begin(), layers.end(), [&](const LoweredLayer& layer) {
      return bool(dataflow_bar(dataflow, {layer}, elements, {.cache = cache}).verdict);
    }));
  }
  const DataflowQuantity& quantity = row_named(dataflow_quantities(), with.at("count"), "count", "count");
  const YamlNode* within = with.find("within");
  const DataflowExtras extras{.within = within == nullptr ? 0.0 : within->number("within") / 100.0};
  const DataflowBar bar = dataflow_bar(dataflow, layers, elements, {.cache = cache}, extras);
  if (!bar.verdict) {
    throw InputError(with.at("dataflow").position(), bar.verdict.reason());
  }
  return quantity.of(bar);
}

}  // namespace pj
