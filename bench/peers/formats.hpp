#pragma once

#include <string>

namespace pj {

/// Writes a network with random weights as `picojoule compress` quantises it: batch normalisation folded, weights of 8
/// bits with a scale for each channel, all tensors between layers in 8 bits, by what random inputs show.
void write_quantised(const std::string& network, const std::string& path);

}  // namespace pj
