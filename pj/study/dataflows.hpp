#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pj/study/evaluate.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

/// A dataflow of Chen, Emer and Sze, ISCA 2016, as a machine with constraints on its mappings.
struct Dataflow {
  std::string name;         ///< `RS`
  std::string accelerator;  ///< its machine file
  /// What the paper's search weighs otherwise than its report: a partial sum's hop counts twice, as a read and a write.
  std::vector<std::string> search_settings;
};

/// Row, weight, output (A, B, C) stationary and no local reuse, in the order of the paper.
const std::vector<Dataflow>& dataflows();

/// One bar of the figures: what some layers cost with one dataflow.
struct DataflowBar {
  std::string dataflow;
  Verdict verdict = Verdict::yes();  ///< or the layer that has no mapping, and why
  std::int64_t macs = 0;
  Picojoules operations, dram, buffer, array, registers;
  std::array<Picojoules, 3> tensors;  ///< what inputs, weights and sums cost in memories and network
  std::int64_t dram_reads = 0, dram_writes = 0;
  double delay = 0.0;  ///< Σ MACs · elements ÷ active elements, as the paper counts it
  bool proved = true;
  std::optional<Picojoules> unrestricted;  ///< the least energy without the dataflow's constraints
  bool unrestricted_proved = true;

  Picojoules energy() const { return operations + dram + buffer + array + registers; }
  double energy_delay() const { return energy().value * delay; }
};

/// What becomes of a machine without the constraints on its mappings. Levels that are free and without limit stand for
/// the connections of a dataflow, and go too.
Accelerator unrestricted(Accelerator accelerator);

/// The layers with the best mapping of each for the dataflow on a machine with so many elements.
/// `with_unrestricted`: also without the dataflow's constraints (equal tiles only, which takes seconds a layer).
DataflowBar dataflow_bar(const Dataflow& dataflow, const std::vector<LoweredLayer>& layers, std::int64_t elements,
                         const EvaluateOptions& options = {}, bool with_unrestricted = false);

/// The convolutions, or the fully connected layers as convolutions, of a network.
std::vector<LoweredLayer> compared_layers(const Network& network, bool fully_connected);

}  // namespace pj
