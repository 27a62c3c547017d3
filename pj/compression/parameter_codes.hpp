#pragma once

#include "pj/compression/rules.hpp"
#include "pj/compression/weights.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// The codes that a rule gives weights; nothing for rules that give none.
std::optional<CodedWeights> coded(const Weights& weights, const Approximation& approximation);

/// True for the rules with codes.
bool gives_codes(const Approximation& approximation);

/// What fine-tuning does to weights so that they are ready for their codes:
/// - numbers in a format, signs and powers of two are used in the place of what is kept, and gradients pass straight
///   through (Bengio, Léonard and Courville 2013; BinaryConnect, TWN, log2);
/// - trained ternary weights learn their two values beside (`trained_ternary`; Zhu et al. 2017);
/// - weights that share values move together, by the sum of their gradients (Han et al. 2016; Chen et al. 2015);
/// - the portion of incremental quantisation stays as it is (Zhou et al. 2017);
/// - pruned weights stay zero (Han et al. 2015), also where there is no rule.
ParameterRule parameter_rule(const Weights& weights, const Approximation* approximation);

}  // namespace pj
