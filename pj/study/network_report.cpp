#include "pj/study/network_report.hpp"

#include <algorithm>

#include "pj/base/text.hpp"

namespace pj {

namespace {

Sizes first_shape(const Network& network, const std::vector<ValueId>& values) {
  return values.empty() || values.front() == no_value ? Sizes{} : network.values[values.front()].shape;
}

/// `11×11/4`: the window of a convolution or pooling and its stride, where that is not 1.
std::string window_text(const Layer& layer, const LayerShape& shape) {
  if (!std::holds_alternative<Convolution>(layer) && !std::holds_alternative<Pooling>(layer)) {
    return "";
  }
  const std::string window = std::to_string(shape.R) + "×" + std::to_string(shape.S);
  if (shape.stride_h == 1 && shape.stride_w == 1) {
    return window;
  }
  const std::string stride = std::to_string(shape.stride_h);
  return window + "/" + stride + (shape.stride_w == shape.stride_h ? "" : "×" + std::to_string(shape.stride_w));
}

std::string field_text(const LayerStatistics& layer) {
  return std::to_string(layer.receptive_field_h) + "×" + std::to_string(layer.receptive_field_w);
}

std::string ports_text(const Network& network, const std::vector<ValueId>& values) {
  std::vector<std::string> parts;
  for (const ValueId id : values) {
    parts.push_back(network.values[id].name + " " + shape_text(network.values[id].shape));
  }
  return join(parts, ", ");
}

/// `Krizhevsky et al., NIPS 2012` for `Krizhevsky, Sutskever, Hinton: Title, NIPS 2012; remark`.
std::string short_source(std::string_view source) {
  source = source.substr(0, source.find(';'));
  const std::size_t authors = source.find(": ");
  const std::size_t venue = source.rfind(", ");
  if (authors == std::string_view::npos || venue == std::string_view::npos || venue < authors) {
    return std::string(source);
  }
  const std::size_t others = source.find(", ");
  return std::string(source.substr(0, std::min(authors, others))) + (others < authors ? " et al." : "") +
         std::string(source.substr(venue));
}

std::string layers_table(const Network& network, const NetworkStatistics& counts) {
  Table table({"layer", "kind", "input", "window", "output", "weights", "MACs", "activations", "field"});
  table.left(1);
  for (const LayerStatistics& layer : counts.layers) {
    const Node& node = network.nodes[layer.node];
    table.add({layer.name, layer.kind, shape_text(first_shape(network, node.inputs)),
               window_text(node.layer, layer.shape), shape_text(first_shape(network, node.outputs)),
               grouped(layer.weights), grouped(layer.macs), grouped(layer.activations), field_text(layer)});
  }
  return table.text();
}

std::string totals_table(const NetworkStatistics& counts) {
  Table table({"in all", "", "convolutions", "other layers"});
  table.add({"weights", grouped(counts.weights()), grouped(counts.weights_conv), grouped(counts.weights_fc)});
  table.add({"MACs", grouped(counts.macs()), grouped(counts.macs_conv), grouped(counts.macs_fc)});
  table.add({"operations", grouped(counts.operations()), grouped(2 * counts.macs_conv), grouped(2 * counts.macs_fc)});
  table.add({"parameters", grouped(counts.parameters), "", ""});
  table.add({"activations", grouped(counts.activations), "", ""});
  return table.text();
}

}  // namespace

std::vector<ZooRow> zoo_rows() {
  std::vector<ZooRow> rows;
  for (const ZooEntry& entry : zoo()) {
    const Network network = zoo_network(entry.name);
    const NetworkStatistics counts = statistics(network);
    rows.push_back({entry, first_shape(network, network.inputs), counts.weights(), counts.parameters, counts.macs()});
  }
  return rows;
}

std::string zoo_table(const std::vector<ZooRow>& rows) {
  Table table({"network", "title", "input", "weights", "MACs", "source"});
  table.left(1);
  table.left(5);
  for (const ZooRow& row : rows) {
    table.add({row.entry.name, row.entry.title, shape_text(row.input), grouped(row.weights), grouped(row.macs),
               short_source(row.entry.source)});
  }
  return table.text();
}

std::string zoo_csv(const std::vector<ZooRow>& rows) {
  std::string text = "network,title,input,weights,parameters,macs,source\n";
  for (const ZooRow& row : rows) {
    const std::vector<std::string> fields{row.entry.name,
                                          row.entry.title,
                                          shape_text(row.input),
                                          std::to_string(row.weights),
                                          std::to_string(row.parameters),
                                          std::to_string(row.macs),
                                          row.entry.source};
    text += csv_line(fields) + "\n";
  }
  return text;
}

std::string network_table(const Network& network, const NetworkStatistics& counts) {
  return network.name + ": " + ports_text(network, network.inputs) + " → " + ports_text(network, network.outputs) +
         "\n\n" + layers_table(network, counts) + "\n" + totals_table(counts);
}

std::string network_csv(const Network& network, const NetworkStatistics& counts) {
  std::string text =
      "layer,kind,input,output,N,C,M,H,W,R,S,stride_h,stride_w,pad_h,pad_w,groups,P,Q,"
      "weights,parameters,constants,macs,activations,receptive_field_h,receptive_field_w\n";
  for (const LayerStatistics& layer : counts.layers) {
    const Node& node = network.nodes[layer.node];
    const LayerShape& s = layer.shape;
    std::vector<std::string> fields{layer.name, layer.kind, shape_text(first_shape(network, node.inputs)),
                                    shape_text(first_shape(network, node.outputs))};
    for (const std::int64_t number : {s.N,
                                      s.C,
                                      s.M,
                                      s.H,
                                      s.W,
                                      s.R,
                                      s.S,
                                      s.stride_h,
                                      s.stride_w,
                                      s.pad_h,
                                      s.pad_w,
                                      s.groups,
                                      s.P,
                                      s.Q,
                                      layer.weights,
                                      layer.parameters,
                                      layer.constants,
                                      layer.macs,
                                      layer.activations,
                                      layer.receptive_field_h,
                                      layer.receptive_field_w}) {
      fields.push_back(std::to_string(number));
    }
    text += csv_line(fields) + "\n";
  }
  return text;
}

}  // namespace pj
