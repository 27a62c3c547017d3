#pragma once

#include "pj/compression/signs.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// Trained ternary quantisation (Zhu, Han, Mao and Dally 2017): the network computes with W_p for the weights above Δ,
/// with −W_n for those below −Δ and with 0 for those between, Δ = t · max |w| at every step. With g the gradient of the
/// loss by what is computed with,
/// - W_p and −W_n get the sum of g over the weights that take them (equation 7);
/// - the weights that are kept get W_p · g above Δ, W_n · g below −Δ, and g between (equation 8).
/// The values are { W_p, −W_n }; they begin with the means of the weights that take them, and the weights are not
/// normalised by their largest. A value that would change its sign is 0 until it comes back.
LearnedValues trained_ternary(const Weights& weights, const Signs& rule);

}  // namespace pj
