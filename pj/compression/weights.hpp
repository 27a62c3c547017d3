#pragma once

#include <string>
#include <vector>

#include "pj/compression/network_editor.hpp"
#include "pj/compression/selector.hpp"

namespace pj {

/// Where a layer has weights: an operand of a node that follows from constants alone.
struct WeightPlace {
  std::size_t node = 0;
  std::size_t operand = 0;
  std::size_t channel_axis = 0;  ///< the axis of the output channels

  bool operator==(const WeightPlace&) const = default;
};

/// The weights that a node multiplies or looks up: none, one operand, or (recurrent layers) several.
std::vector<WeightPlace> weight_places(const Network& network, std::size_t node);

/// Those of the layers that a rule works on; weights that several layers share are there once.
std::vector<WeightPlace> selected_weights(const Network& network, const Selector& selector);

/// Weights as the passes compute with them.
struct Weights {
  std::vector<double> numbers;  ///< row-major
  Sizes shape;
  std::size_t channel_axis = 0;
  Storage storage;  ///< with the density that pruning left

  std::int64_t channels() const { return shape.at(channel_axis); }
  /// The output channel of an element.
  std::size_t channel(std::size_t element) const;
  bool is_pruned() const { return storage.density < 1.0; }
};

/// The weights, decoded where they are codes. Throws `InputError` where their elements are not known.
Weights read_weights(const Network& network, const WeightPlace& place);

/// Numbers as codes, and what the codes stand for: (code − zero point) · scale or, where there is a table, its entry
/// with this number (negative codes count from its end).
struct CodedWeights {
  NumberFormat format;                    ///< of a code; Float: the codes are the numbers in that format
  std::vector<std::int64_t> codes;        ///< empty for Float
  std::vector<double> reals;              ///< Float only
  std::vector<double> scales;             ///< one, or one an output channel
  std::vector<std::int64_t> zero_points;  ///< as many, or none
  std::vector<double> table;

  bool operator==(const CodedWeights&) const = default;
};

/// What the codes stand for, computed plainly in float32: the twin of the layers that `replace_weights` adds.
std::vector<double> decoded(const CodedWeights& coded, const Weights& like);

/// Lets the layer decode its weights from these codes: by Dequantize, by Gather from a table, by Cast.
void replace_weights(NetworkEditor& editor, const WeightPlace& place, const CodedWeights& coded,
                     const Storage& storage = {});
/// Lets the layer have these float32 weights.
void replace_weights(NetworkEditor& editor, const WeightPlace& place, const std::vector<double>& numbers,
                     const Sizes& shape, const Storage& storage = {});

/// The share of numbers that are not zero.
double density_of(const std::vector<double>& numbers);

/// Σ (a − b)² / Σ a²; 0 where both are zero.
double relative_error(const std::vector<double>& wanted, const std::vector<double>& found);

}  // namespace pj
