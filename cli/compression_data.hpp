#pragma once

#include <optional>
#include <string>

#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "pj/compression/compress.hpp"
#include "pj/data/data_set.hpp"
#include "pj/inference/accuracy.hpp"

namespace pj {

/// What there is to calibrate, learn and search on, and what to measure on: the same where a data set has no other
/// part, --test names none and --hold-out takes none apart.
struct CompressionSets {
  DataSet train, test;
  bool is_apart = false;  ///< the test has no sample of what is searched on
};

/// The sets that the options name; nothing where they name none.
std::optional<CompressionSets> compression_sets(const Options& options);

/// How the options want accuracies measured, with the progress of `what`.
AccuracyOptions accuracy_options(const Options& options, Console& console, const std::string& what);

/// What rules learn from data: ranges of activations from the first samples, weights from all.
CompressionData data_for_rules(const Options& options, const std::optional<CompressionSets>& sets, Console& console);

}  // namespace pj
