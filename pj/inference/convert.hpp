#pragma once

#include "pj/inference/step.hpp"

namespace pj {

/// The step that copies a tensor into another layout, or only to another place.
Step convert_step(const Network& network, const TensorForm& from, Layout to);

}  // namespace pj
