#pragma once

#include <cstdint>
#include <functional>

#include "pj/kernels/byte_kernels.hpp"

namespace pj {

/// A layer from bytes to bytes with what it needs in order, ready to be run any number of times by any number of
/// threads. Behind its input there are `byte_slack` bytes that may be read.
struct PreparedByteLayer {
  std::int64_t workspace = 0;  ///< bytes that `run` needs for itself
  std::int64_t weights = 0;    ///< bytes that it keeps
  std::function<void(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace)> run;
};

}  // namespace pj
