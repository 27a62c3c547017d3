#pragma once

#include "pj/compression/fixed_point.hpp"
#include "pj/compression/network_editor.hpp"
#include "pj/inference/observations.hpp"

namespace pj {

/// What a layer takes in, in fixed point, with a scale from what was observed on data.
struct ActivationFixedPoint {
  int bits = 8;  ///< 2 to 16
  FixedPoint::Scale scale = FixedPoint::Scale::Searched;
  bool all_tensors = false;  ///< what layers make, too (`activation_tensors`), not only what layers with weights take

  bool operator==(const ActivationFixedPoint&) const = default;
};

/// A quantiser for numbers as they were observed: unsigned where none is negative. A scale is searched for by the
/// squared error over the histogram of what was seen.
struct Quantiser {
  NumberFormat format;
  double scale = 1.0;

  bool operator==(const Quantiser&) const = default;
};
Quantiser quantiser_for(const TensorStatistics& seen, const ActivationFixedPoint& rule);

/// Lets every node that reads a value read it quantised; an output of the network stays what it is.
void quantise_for_all(NetworkEditor& editor, ValueId value, const Quantiser& quantiser);

/// Lets every reader of the node's first operand read it quantised: 8 bits by Quantize and Dequantize as in ONNX, other
/// widths by the quantiser of QONNX. An operand that is quantised already is left alone; one that was not observed is
/// refused with an `InputError`.
void quantise_input(NetworkEditor& editor, std::size_t node, const Observations& seen,
                    const ActivationFixedPoint& rule);

}  // namespace pj
