#pragma once

#include <string>

#include "pj/study/validation.hpp"

namespace pj {

/// The section of the chips: for each row of theme L and each network a chip was measured on, tables of what was
/// measured, ours under the chip's loop nests, the error, and ours under the best nests. All that is measured comes
/// from the claims with the computation `mapped layer`, so that a chip joins by its claims.
std::string chip_tables(const PageOptions& options);

}  // namespace pj
