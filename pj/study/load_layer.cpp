#include "pj/study/load_layer.hpp"

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/timeloop/problem.hpp"
#include "pj/workload/workload_file.hpp"

namespace pj {

namespace {

bool is_yaml(const std::string& operand) {
  return operand.ends_with(".yaml") || operand.ends_with(".yml");
}

[[noreturn]] void refuse_without_layer(const std::string& operand) {
  throw InputError("'" + operand + "' names no layer; write NETWORK:LAYER, as alexnet:conv1, or give a workload file");
}

LoweredLayer load_file(const std::string& path, const LoadOptions& options) {
  const YamlNode file = read_yaml(path);
  const bool is_problem = is_timeloop_problem(file);
  if (!is_workload(file) && !is_problem) {
    refuse_without_layer(path);
  }
  if (options.batch != 1 || !options.input_shapes.empty()) {
    throw InputError({path}, "--batch and --input-shape are for networks; change the sizes in this file");
  }
  if (!options.densities.empty()) {
    throw InputError({path}, "--densities is for networks; write 'density' into this file");
  }
  if (options.formats.weights || options.formats.activations) {
    throw InputError({path}, "--weights and --activations are for networks; change the bits in this file");
  }
  const Workload workload = is_problem ? parse_timeloop_problem(file) : parse_workload(file);
  return {workload.name, is_problem ? "Timeloop problem" : "Einsum", workload};
}

}  // namespace

LoweredLayer load_layer(const std::string& operand, const LoadOptions& options) {
  if (is_yaml(operand)) {
    return load_file(operand, options);
  }
  const std::size_t colon = operand.find(':');
  if (colon == std::string::npos) {
    refuse_without_layer(operand);
  }
  const std::string wanted = operand.substr(colon + 1);
  std::vector<std::string> names;
  for (LoweredLayer& layer : lower(load_network(operand.substr(0, colon), options), {.pooling = true})) {
    if (layer.name == wanted) {
      return layer;
    }
    names.push_back(layer.name);
  }
  throw InputError("network '" + operand.substr(0, colon) + "' has no layer '" + wanted +
                   "' that multiplies and accumulates, or pools" + did_you_mean(wanted, names));
}

}  // namespace pj
