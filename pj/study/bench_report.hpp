#pragma once

#include <string>

#include "pj/study/bench.hpp"

namespace pj {

/// The fastest algorithm of each shape beside oneDNN's, with totals and the machine.
std::string bench_table(const NetworkBench& bench);
/// One line for each shape and algorithm.
std::string bench_csv(const NetworkBench& bench);
/// Every number (docs/json.md).
std::string bench_json(const NetworkBench& bench);

}  // namespace pj
