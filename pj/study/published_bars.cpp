#include "pj/study/published_bars.hpp"

#include "pj/study/dataflows.hpp"
#include "pj/study/figure_files.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_of_a_bar = 1 << 20;

struct Unit {
  const char* name;
};
constexpr Unit units[] = {{"of RS"}, {"accesses"}, {"10^9 MAC"}};

PublishedBars parse_bars(const YamlNode& node) {
  node.allow_keys(std::vector<std::string>{"figure", "quantity", "unit", "layers", "elements", "batch", "published"});
  PublishedBars bars{.figure = node.at("figure").text("figure"),
                     .quantity = row_named(dataflow_quantities(), node.at("quantity"), "quantity", "quantity").name,
                     .unit = row_named(units, node.at("unit"), "unit", "unit").name,
                     .layers = node.at("layers").text("layers"),
                     .elements = node.at("elements").integer("elements", 1, most_of_a_bar),
                     .batch = node.at("batch").integer("batch", 1, most_of_a_bar)};
  for (const auto& [name, position, value] : node.at("published").map("published")) {
    row_named(dataflows(), YamlNode(position, name), "published", "dataflow");
    bars.values.emplace_back(name, value.number(name));
  }
  return bars;
}

}  // namespace

PublishedFigures parse_published_figures(const YamlNode& file) {
  file.allow_keys(std::vector<std::string>{"source", "network", "bars"});
  PublishedFigures figures{file.at("source").text("source"), file.at("network").text("network"), {}};
  for (const YamlNode& node : file.at("bars").sequence("bars")) {
    figures.bars.push_back(parse_bars(node));
  }
  return figures;
}

PublishedFigures isca2016_figures() {
  const EmbeddedFile& file = row_named(figure_files(), YamlNode({}, "isca2016"), "figures", "figures");
  return parse_published_figures(parse_yaml(std::string(file.text), "reproduction/figures/isca2016.yaml"));
}

}  // namespace pj
