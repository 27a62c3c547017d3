#pragma once

#include <functional>
#include <span>
#include <vector>

#include "pj/network/layers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// What a layer makes of its operands (null: left out), computed plainly: the twin to which everything fast is held.
/// `results` are the types that `infer` gave. Whole numbers are exact and wrap around; reals of at most 32 bits are
/// computed in float32, sums in float64. Throws `InputError` where the values cannot be computed with.
std::vector<Constant> execute(const Layer& layer, std::span<const Constant* const> operands,
                              std::span<const TensorType> results);

/// The same; what `infer` refuses is refused.
std::vector<Constant> execute(const Layer& layer, std::span<const Constant* const> operands);

/// Throws `InputError` where what is given for an input has another shape or format.
void check_input(const Value& input, const Constant& given);

/// The types of a node's results.
std::vector<TensorType> result_types(const Network& network, const Node& node);

/// The outputs of a network for its inputs, layer by layer; what no layer needs any more is given up. Throws
/// `InputError` where an input has another shape or format than the network's, or a weight has no elements.
std::vector<Constant> run_plainly(const Network& network, std::span<const Constant* const> inputs);

}  // namespace pj
