#pragma once

#include "pj/accelerator/accelerator.hpp"
#include "pj/accelerator/storage_area.hpp"

namespace pj {

/// The capacity, in whole words, of a memory that has what is left of an area: that of `shared` bytes of one common
/// memory and `own` bytes of one of its own for each compute unit, less what the levels inside the fanouts take (Chen,
/// Emer and Sze, ISCA 2016, section VI).
Bits capacity_left(const Accelerator& accelerator, const StorageTable& table, double shared, double own);

}  // namespace pj
