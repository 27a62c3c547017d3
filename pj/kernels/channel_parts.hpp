#pragma once

#include "pj/kernels/algorithms.hpp"

namespace pj {

/// A convolution by an algorithm that computes it as a whole, as two or four convolutions of some of the output
/// channels each: in one image these lie one behind the other. Some per cent slower on one thread than the whole, which
/// it is where channels are few, or where a part would have other layouts.
PreparedConv in_channel_parts(const ConvAlgorithm& algorithm, const ConvShape& shape, std::span<const float> weights,
                              const Epilogue& epilogue);

}  // namespace pj
