#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
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

/// The same layers under other mappings of nearly the least energy.
struct DataflowAlternative {
  Picojoules energy;
  double delay = 0.0;  ///< as that of a bar

  double energy_delay() const { return energy.value * delay; }
};

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
  std::optional<DataflowAlternative> fastest, slowest;  ///< of nearly the least energy, layer by layer
  bool range_proved = true;

  Picojoules energy() const { return operations + dram + buffer + array + registers; }
  double energy_delay() const { return energy().value * delay; }
  /// The least and the greatest of the best mapping, the fastest and the slowest, as far as they are known.
  std::pair<double, double> energy_delays() const;
};

/// A number of a bar, by the name that claims and tables of figures give it.
struct DataflowQuantity {
  const char* name;
  double (*of)(const DataflowBar& bar);
};

/// Energies in those of a multiply-accumulate and DRAM accesses, for each multiply-accumulate; by data type with a
/// third of the multiply-accumulates, as in figures 12d and 14c; and energy–delay products, those of `within` as well.
std::span<const DataflowQuantity> dataflow_quantities();

/// What becomes of a machine without the constraints on its mappings. Levels that are free and without limit stand for
/// the connections of a dataflow, and go too.
Accelerator unrestricted(Accelerator accelerator);

/// What a bar says besides.
struct DataflowExtras {
  bool unrestricted = false;  ///< the energy without the dataflow's constraints (equal tiles only; seconds a layer)
  double within = 0.0;        ///< the fastest and slowest mappings with at most this share more energy; 0: neither
  bool ties_only = false;     ///< of these only the ones that take as many steps, without any search
};

/// The layers with the best mapping of each for the dataflow on a machine with so many elements.
DataflowBar dataflow_bar(const Dataflow& dataflow, const std::vector<LoweredLayer>& layers, std::int64_t elements,
                         const EvaluateOptions& options = {}, const DataflowExtras& extras = {});

/// `CONV`, `FC`, or one layer by its name: those of `compared_layers`; empty where there is none.
std::vector<LoweredLayer> layers_named(const Network& network, const std::string& name);

/// The convolutions, or the fully connected layers as convolutions, of a network.
std::vector<LoweredLayer> compared_layers(const Network& network, bool fully_connected);

}  // namespace pj
