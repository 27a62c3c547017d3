#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pj/base/yaml.hpp"

namespace pj {

/// Bars of a figure that differ in the dataflow alone.
struct PublishedBars {
  std::string figure;    ///< `12a`
  std::string quantity;  ///< of `dataflow_quantities`
  std::string unit;      ///< `of RS`, `accesses`, `10^9 MAC`
  std::string layers;    ///< `CONV`, `FC`, or a layer's name
  std::int64_t elements = 0, batch = 1;
  std::vector<std::pair<std::string, double>> values;  ///< by dataflow
};

/// All bars of one publication.
struct PublishedFigures {
  std::string source;
  std::string network;
  std::vector<PublishedBars> bars;
};

/// Reads a file of reproduction/figures/. Every fault is an `InputError` with file, line and column.
PublishedFigures parse_published_figures(const YamlNode& file);

/// The figures of Chen, Emer and Sze, ISCA 2016.
PublishedFigures isca2016_figures();

}  // namespace pj
