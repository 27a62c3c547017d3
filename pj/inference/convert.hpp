#pragma once

#include "pj/inference/step.hpp"

namespace pj {

/// The step that copies a tensor into another layout, or only to another place; or between float32 and bfloat16, too.
Step convert_step(const Network& network, const TensorForm& from, Layout to, const NumberFormat& format);

}  // namespace pj
