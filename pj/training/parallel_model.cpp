#include "pj/training/parallel_model.hpp"

#include "pj/base/error.hpp"
#include "pj/network/statistics.hpp"

namespace pj {

Seconds step_time(const DataParallel& job, std::int64_t workers) {
  ensure(workers >= 1 && job.bandwidth > 0.0, "a model of several machines has one at least, and a bandwidth");
  const auto k = static_cast<double>(workers);
  const double share = workers == 1 ? 0.0 : job.has_server ? 2.0 * k : 2.0 * (k - 1.0) / k;
  return Seconds{job.step.value / k + share * static_cast<double>(job.bytes) / job.bandwidth};
}

double speed_up(const DataParallel& job, std::int64_t workers) {
  return step_time(job, 1).value / step_time(job, workers).value;
}

ModelSplit split_in_two(const Network& network) {
  ModelSplit split;
  bool is_first = true;
  for (const LayerStatistics& layer : statistics(network).layers) {
    const Node& node = network.nodes[layer.node];
    const auto* convolution = std::get_if<Convolution>(&node.layer);
    if (convolution == nullptr && !std::holds_alternative<FullyConnected>(node.layer)) {
      continue;
    }
    split.weights += layer.weights / 2;
    split.macs += layer.macs / 2;
    const bool stays_inside = convolution != nullptr && convolution->groups % 2 == 0;
    if (!is_first && !stays_inside) {  // the network's input is on both machines
      split.cut_activations += element_count(network.values[node.inputs[0]].shape) / 2;
    }
    is_first = false;
  }
  if (is_first) {
    throw InputError("network '" + network.name + "' has no convolutions and fully connected layers to split");
  }
  return split;
}

}  // namespace pj
