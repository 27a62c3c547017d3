#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/compression/compress.hpp"
#include "pj/compression/stored_bits.hpp"

namespace pj {

/// A layer with weights, before and after.
struct LayerSummary {
  std::string layer;
  std::vector<std::string> rules;  ///< that changed it
  NumberFormat format;             ///< of the codes that are stored
  Storage storage;
  std::int64_t weights = 0;                 ///< elements that the layer multiplies
  std::optional<std::int64_t> bits_before;  ///< of all its constants; nothing where the layer is new
  std::int64_t bits = 0;
  std::optional<double> error;  ///< Σ (w − w')² / Σ w² of its weights, or of the layer whose place it takes

  bool operator==(const LayerSummary&) const = default;
};

/// What the rules did, layer by layer and in all. Bits are those of every constant: weights, biases, tables, scales.
struct CompressionSummary {
  std::vector<LayerSummary> layers;
  StoredBits before, after;
  std::int64_t weights_before = 0, weights = 0;
  std::int64_t macs_before = 0, macs = 0;

  double ratio() const { return static_cast<double>(before.total()) / static_cast<double>(after.total()); }
  bool operator==(const CompressionSummary&) const = default;
};

CompressionSummary summary_of(const Network& original, const Compressed& compressed);

}  // namespace pj
