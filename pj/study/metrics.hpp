#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pj/study/evaluate.hpp"

namespace pj {

/// What of a mapped layer the metrics need: a few numbers that stand for the whole `LayerEstimate`.
struct LayerMetrics {
  std::int64_t macs = 0;
  double nonzero_macs = 0.0;  ///< expected (docs/sparsity.md)
  std::int64_t weights = 0;   ///< elements of the second operand
  double nonzero_weights = 0.0;
  Picojoules energy;
  Cycles cycles;
  double utilisation = 0.0;    ///< as `pj::utilisation`
  std::int64_t units = 0;      ///< compute units that get work
  std::vector<double> in_use;  ///< at a fanout: the share of its copies that get work; at a level: 0
  std::vector<Picojoules> stage_energy;
  std::vector<std::int64_t> stage_words;
  double outermost_bits = 0.0;
  double outermost_accesses = 0.0;  ///< words as wide as the tensors' numbers
  double value = 0.0;               ///< what the objective makes small
  double lower_bound = 0.0;         ///< of it
  bool proved = false;

  bool operator==(const LayerMetrics&) const = default;
};

LayerMetrics measure(const LayerEstimate& layer, const Accelerator& accelerator, Objective objective);

/// The metrics of Sze et al. 2017, section VIII, for a network on an accelerator. All are modelled. docs/metrics.md has
/// the formula of each.
struct Metrics {
  std::int64_t batch = 1;
  std::int64_t macs = 0;
  double nonzero_macs = 0.0;
  std::int64_t weights = 0;
  double nonzero_weights = 0.0;
  Picojoules energy;
  Seconds latency;  ///< of the whole batch
  Cycles cycles;
  double utilisation = 0.0;
  double units_used = 0.0;  ///< the mean over the time
  std::int64_t units = 0;
  double peak_macs_per_second = 0.0;
  double outermost_bits = 0.0;
  double outermost_accesses = 0.0;
  Bits on_chip;
  std::optional<SquareMicrons> area;  ///< nothing where the machine does not give that of every part
  std::vector<double> in_use;         ///< at a fanout: the share of its copies that get work, the mean over the time
  std::vector<Picojoules> stage_energy;
  std::vector<std::int64_t> stage_words;
  double gap = 0.0;  ///< how far the sum of what the objective makes small can be above the least; 0: proved
  bool proved = true;

  bool operator==(const Metrics&) const = default;

  double power() const { return energy.value * 1e-12 / latency.value; }  ///< in watts, the outermost level included
  double energy_delay() const { return energy.value * 1e-12 * latency.value; }  ///< in joule-seconds
  /// A multiply-accumulate is two operations.
  double operations_per_second() const { return 2.0 * static_cast<double>(macs) / latency.value; }
  double operations_per_input() const { return 2.0 * static_cast<double>(macs) / static_cast<double>(batch); }
  double inputs_per_second() const { return static_cast<double>(batch) / latency.value; }
};

Metrics metrics(std::span<const LayerMetrics> layers, const Accelerator& accelerator, std::int64_t batch);
Metrics metrics(const Estimate& estimate);

/// The bits of one instance of a level; 0 without limit.
Bits storage_of(const Level& level);

/// The bits of all instances of all levels but the outermost, as far as they have a capacity.
Bits on_chip_storage(const Accelerator& accelerator);

/// The parts on the chip whose area the machine leaves open: levels with a capacity, and the compute units.
std::vector<std::string> parts_without_area(const Accelerator& accelerator);

/// May numbers of this machine stand beside those of others? A "no" says what its file does not state: the technology,
/// without which no energy or area means anything (Sze et al. 2017, section VIII: the precision and whether numbers are
/// measured are stated always).
Verdict discloses(const Accelerator& accelerator);

/// One metric by its name: for tables, files and limits alike.
struct MetricRow {
  const char* name;   ///< `power`
  const char* key;    ///< in JSON and CSV, with its unit: `power_W`
  const char* title;  ///< of a column
  const char* unit;   ///< shown with a prefix where there is one; `%` for shares; empty for plain numbers
  bool less_is_better;
  /// In the unit of the key; nothing where it is not known.
  std::optional<double> (*value)(const Metrics&);
};

/// All of them, the totals first.
std::span<const MetricRow> metric_rows();

/// The metric with this name; throws `InputError` with "did you mean".
const MetricRow& find_metric(const std::string& name);

/// A value of a metric as people read it; `–` where it is not known.
std::string metric_text(const MetricRow& row, std::optional<double> value);

}  // namespace pj
