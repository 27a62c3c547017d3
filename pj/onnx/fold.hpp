#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pj/network/layers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// What a layer makes of constant operands (null: left out), for the layers of which shape arithmetic consists;
/// nothing for other layers. `results` are the types that `infer` gave. Throws `InputError` where an index is
/// outside its data or a whole number is divided by zero.
std::optional<std::vector<Constant>> fold(const Layer& layer, std::span<const Constant* const> operands,
                                          std::span<const TensorType> results);

/// True where the results are the elements of operand 0 in another order or shape.
bool rearranges(const Layer& layer);

}  // namespace pj
