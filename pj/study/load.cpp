#include "pj/study/load.hpp"

#include <filesystem>

#include "pj/base/error.hpp"
#include "pj/network/densities.hpp"
#include "pj/network/zoo.hpp"
#include "pj/onnx/onnx.hpp"

namespace pj {

namespace {

bool looks_like_a_file(const std::string& network) {
  std::error_code ignored;
  return network.find('/') != std::string::npos || std::filesystem::exists(network, ignored);
}

Network load_own(const std::string& network, const LoadOptions& options) {
  if (network.ends_with(".onnx")) {
    return import_onnx(network,
                       {.input_shapes = options.input_shapes, .batch = options.batch, .load_data = options.load_data});
  }
  if (!options.input_shapes.empty()) {
    throw InputError("--input-shape is for ONNX files; the shapes of '" + network + "' are its own, but for --batch");
  }
  if (network.ends_with(".yaml") || network.ends_with(".yml")) {
    return read_network_yaml(network, options.batch);
  }
  if (looks_like_a_file(network)) {
    throw InputError({network}, "is no network file by its name; it must end in .onnx or .yaml");
  }
  return zoo_network(network, options.batch);
}

}  // namespace

Network load_network(const std::string& network, const LoadOptions& options) {
  Network loaded = in_formats(load_own(network, options), options.formats);
  if (!options.densities.empty()) {
    apply(load_densities(options.densities), loaded);
  }
  return loaded;
}

}  // namespace pj
