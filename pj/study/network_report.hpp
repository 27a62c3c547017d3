#pragma once

#include <string>
#include <vector>

#include "pj/network/network.hpp"
#include "pj/network/statistics.hpp"
#include "pj/network/zoo.hpp"

namespace pj {

/// A network of the zoo with what it costs before any hardware is known.
struct ZooRow {
  ZooEntry entry;
  Sizes input;  ///< of the first input
  std::int64_t weights = 0;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
};

/// Every network of the zoo, counted for one input.
std::vector<ZooRow> zoo_rows();

/// The zoo as a table, as CSV and as JSON (docs/json.md).
std::string zoo_table(const std::vector<ZooRow>& rows);
std::string zoo_csv(const std::vector<ZooRow>& rows);
std::string zoo_json(const std::vector<ZooRow>& rows);

/// The layers of a network with their shapes, weights and MACs, and totals: as a table, as CSV, as JSON.
std::string network_table(const Network& network, const NetworkStatistics& counts);
std::string network_csv(const Network& network, const NetworkStatistics& counts);
std::string network_json(const Network& network, const NetworkStatistics& counts);

}  // namespace pj
