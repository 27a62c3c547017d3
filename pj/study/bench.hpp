#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/kernels/measure.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// The layers of one shape, and how long each algorithm takes for one of them.
struct LayerBench {
  std::vector<std::string> names;
  ConvTimes times;
};

/// A network's convolutions and fully connected layers on this processor.
struct NetworkBench {
  std::string network;
  Machine machine;
  std::vector<LayerBench> layers;     ///< of different shapes, in the network's order
  std::vector<std::string> left_out;  ///< `conv1: why`
  std::size_t unmeasured = 0;         ///< shapes that there was no time for

  /// The time of all layers where each takes the row `algorithm`, or its winner where the name is empty or the row
  /// cannot run it.
  Seconds total(const std::string& algorithm) const;
};

struct BenchOptions {
  std::vector<std::string> layers;  ///< the names of those wanted; empty: all
  MeasureOptions measure;
  std::function<void(const std::string&)> progress;
};

/// Measures each different shape once. Where `measure.stop` says so, the rest stays unmeasured. Throws `InputError` for
/// an unknown layer or a network without any to measure, `Interrupted` where nothing was measured in time.
NetworkBench bench_network(const Network& network, const BenchOptions& options);

}  // namespace pj
