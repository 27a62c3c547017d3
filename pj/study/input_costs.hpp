#pragma once

#include <string>
#include <vector>

#include "pj/inference/accuracy.hpp"
#include "pj/study/evaluate.hpp"

namespace pj {

/// What the samples cost in the mean that leave a network at one of its exits.
struct ExitCost {
  std::string name;
  std::int64_t samples = 0;
  Picojoules energy;
  Seconds time;

  bool operator==(const ExitCost&) const = default;
};

/// What each input of a data set costs, by the zeros that it makes itself. The machine runs every input with the same
/// mappings: the best ones for the mean shares of zeros.
struct InputCosts {
  std::string data;
  Estimate estimate;                        ///< with the mean densities
  std::vector<std::vector<double>> inputs;  ///< of each sample the density of each layer's input
  std::vector<std::vector<double>> outputs;
  std::vector<Picojoules> energy;  ///< of each sample
  std::vector<Seconds> time;
  std::vector<ExitCost> exits;  ///< the network's end last; none: the network has no early exits
  ExitCost to_end;              ///< all samples, as if each were computed to the end
  Accuracy accuracy;
};

/// Runs the data set through the network, one sample at a time, and prices each: the layers up to the exit that it
/// takes, where the network has exits. Weights keep the zeros that the network has; the products within recurrent
/// layers keep the densities of the network. Throws as `measure_accuracy` and `evaluate` do.
InputCosts input_costs(const Network& network, const Accelerator& accelerator, const DataSet& data,
                       const AccuracyOptions& running, const EvaluateOptions& options);

/// What a mapped network costs where its layers' inputs and outputs have these densities, and these layers are
/// computed.
std::pair<Picojoules, Seconds> cost_with(const Estimate& estimate, const std::vector<double>& inputs,
                                         const std::vector<double>& outputs, const std::vector<bool>& computed);

}  // namespace pj
