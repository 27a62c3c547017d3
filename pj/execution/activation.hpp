#pragma once

#include "pj/network/layers.hpp"

namespace pj {

/// True for functions of one real number that give a real number, and depend on nothing else.
bool is_real_function(Activation::Kind kind);

/// Such a function of a float, as `execute` computes it.
float activated(const Activation& layer, float x);

}  // namespace pj
