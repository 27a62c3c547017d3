#include "pj/study/published_bars.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string figure_fault(const std::string& bars) {
  return input_fault(
      [&] {
        parse_published_figures(parse_yaml("source: here\nnetwork: alexnet\nbars:\n  - " + bars + "\n", "f.yaml"));
      },
      "none");
}

const std::string bars = "layers: CONV, elements: 256, batch: 1";

}  // namespace

TEST_CASE("every published bar is that of the reference table") {
  if (!shared_is_there("the figures of ISCA 2016")) {
    return;
  }
  const std::map<std::string, std::string> names{
      {"RF", "registers"}, {"ifmap", "inputs"}, {"weight", "weights"}, {"psum", "sums"}};
  std::map<std::string, double> known;
  for (const auto& row : read_csv(in_shared("reference/eyeriss_isca2016_figures.csv"))) {
    const std::string part = row.at("component");
    const auto name = names.find(part);
    const std::string key = row.at("figure") + " " + (name == names.end() ? part : name->second) + " ";
    const std::string of = row.at("figure") == "10" ? row.at("layers") : row.at("layers") + row.at("pes");
    if (!row.at("value").empty()) {
      known[key + of + " " + row.at("batch") + " " + row.at("dataflow")] = std::stod(row.at("value"));
    }
  }
  const std::map<std::string, std::string> layers{{"fc6", "FC1"}, {"fc7", "FC2"}, {"fc8", "FC3"}};
  std::size_t compared = 0;
  for (const PublishedBars& one : isca2016_figures().bars) {
    const bool is_total = one.quantity == "energy" || one.quantity == "DRAM accesses";
    const auto layer = layers.find(one.layers);
    const std::string single =
        layer != layers.end() ? layer->second : "CONV" + one.layers.substr(one.layers.size() - 1);
    const std::string of = one.figure == "10" ? single : one.layers + std::to_string(one.elements);
    for (const auto& [dataflow, value] : one.values) {
      const std::string key = one.figure + " " + (is_total ? "total" : one.quantity) + " " + of + " " +
                              std::to_string(one.batch) + " " + dataflow;
      CAPTURE(key);
      REQUIRE(known.contains(key));
      CHECK(value == doctest::Approx(known.at(key)).epsilon(1e-5));
      ++compared;
    }
  }
  CHECK(compared > 600);
}

TEST_CASE("a fault in a file of figures is reported with its place") {
  CHECK(figure_fault("{figure: 12a, quantity: energy, unit: of RS, " + bars + ", published: {RS: 1}}") == "none");
  CHECK(figure_fault("{figure: 12a, quantity: enregy, unit: of RS, " + bars + ", published: {RS: 1}}") ==
        "f.yaml:4:29: unknown quantity 'enregy'; did you mean 'energy'?");
  CHECK(
      figure_fault("{figure: 12a, quantity: energy, unit: of SR, " + bars + ", published: {RS: 1}}").find("'of RS'") !=
      std::string::npos);
  CHECK(figure_fault("{figure: 12a, quantity: energy, unit: of RS, " + bars + ", published: {RW: 1}}")
            .find("dataflow 'RW'") != std::string::npos);
  CHECK(figure_fault("{figure: 12a, quantity: energy, unit: of RS, " + bars + "}").find("'published' is missing") !=
        std::string::npos);
}

}  // namespace pj
