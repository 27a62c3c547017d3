#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "pj/network/network.hpp"
#include "pj/network/stored_format.hpp"

namespace pj {

/// What `load_network` is told beside the name.
struct LoadOptions {
  std::int64_t batch = 1;
  /// Shapes of an ONNX model's inputs, by name.
  std::map<std::string, Sizes> input_shapes;
  /// Shares of non-zeros by layer and tensor: a name or file of `load_densities`; empty: those of the network.
  std::string densities;
  /// False: weights have shapes but no elements, which is all that counting and cost models need.
  bool load_data = false;
  Formats formats;  ///< in the place of the network's own
};

/// A network by its name in the zoo or from a file (`.onnx`, `.yaml`). Throws `InputError`, with "did you mean"
/// for an unknown name.
Network load_network(const std::string& network, const LoadOptions& options = {});

}  // namespace pj
