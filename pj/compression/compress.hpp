#pragma once

#include <string>
#include <vector>

#include "pj/compression/apply_rule.hpp"

namespace pj {

/// The rules, one after the other. With fine-tuning those that prune and factorise come first, step by step, each step
/// followed by epochs in which the weights are already used as the codes that later rules give them. Throws
/// `InputError` naming rule and layer where one cannot be applied.
Compressed compress(const Network& network, const CompressionRules& rules, const CompressionData& data = {});

/// Does a rule change what there is to train (zeros, factors, channels, heads), so that fine-tuning comes behind it?
bool is_shaping(const Rule& rule);

/// The layers of a network with weights for which the rules offer choices.
std::vector<std::string> layers_with_choice(const Network& network, const CompressionRules& rules);

}  // namespace pj
