#pragma once

#include <vector>

#include "pj/compression/matrix.hpp"
#include "pj/compression/weights.hpp"
#include "pj/training/examples.hpp"

namespace pj {

/// Are there products of the inputs of these weights: do they belong to an ungrouped convolution or a fully connected
/// layer, with at most 4,096 inputs to an output?
Verdict has_input_products(const Network& network, const WeightPlace& place);

/// For each of the layers G = Xᵀ X / rows, where a row of X is what one output of the layer multiplies with the weights
/// of a filter: C·R·S numbers in the order of the weights. The rows are of all examples; of a convolution at most
/// `positions` each, at equal distances. So the mean square by which an output changes when the weights w of its filter
/// become w' is (w − w')ᵀ G (w − w').
std::vector<Matrix> input_products(const Network& network, const std::vector<WeightPlace>& places,
                                   const Examples& examples, int threads, std::int64_t positions = 16);

}  // namespace pj
