#pragma once

#include <string>

#include "pj/accelerator/accelerator.hpp"

namespace pj {

/// `machine file`, `reference table` or `model`.
std::string origin_name(Provenance::Origin origin);

/// Lines that name the costs of a machine that its file does not give; empty where it gives all.
std::string origins_text(const Accelerator& accelerator);

/// Every value of a machine with its basis and its source, or the rule by which it was estimated here.
std::string provenance_table(const Accelerator& accelerator);

}  // namespace pj
