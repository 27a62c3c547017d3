#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pj/study/dataflows.hpp"

namespace pj {

/// The bars of one group of a figure: the same layers, elements and batch.
struct DataflowGroup {
  bool fully_connected = false;
  std::int64_t elements = 0, batch = 1;
  std::vector<DataflowBar> bars;  ///< the first is row stationary
};

/// A table for each group: energy an operation and what it is made of, DRAM accesses an operation, the energy–delay
/// product relative to row stationary, and the least energy without constraints.
std::string dataflow_table(const std::vector<DataflowGroup>& groups);
/// Every number of every bar, one line a bar.
std::string dataflow_csv(const std::vector<DataflowGroup>& groups);
/// The same as JSON (docs/json.md).
std::string dataflow_json(const std::string& network, const std::vector<DataflowGroup>& groups);

}  // namespace pj
