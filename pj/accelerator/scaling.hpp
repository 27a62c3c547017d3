#pragma once

#include "pj/accelerator/technology.hpp"

namespace pj {

/// The factors that take a cost from one node of the logic to another, each at its nominal supply. Between the nodes of
/// the table both costs are power laws of the feature size; beyond them `InputError`.
double energy_scale(const Technology& technology, int from_nm, int to_nm);
double area_scale(const Technology& technology, int from_nm, int to_nm);

/// The nominal supply of a node, in volts.
double supply(const Technology& technology, int nm);

}  // namespace pj
