#pragma once

#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/kernels/conv_shape.hpp"

namespace pj {

/// The convolutions of the network under `of`: all, or the convolution or fully connected layer under `layer`.
std::vector<ConvShape> claimed_convs(const YamlNode& with);

/// The layer with fewer rows, columns and channels, as `outputs` and `channels` say, for the time's sake.
ConvShape cropped(ConvShape shape, const YamlNode& with);

}  // namespace pj
