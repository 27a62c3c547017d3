#pragma once

#include <utility>

#include "pj/data/data_set.hpp"

namespace pj {

/// A data set in two that have no sample in common: what is left, and the share that is held out, from 0 to 1, taken at
/// even distances, since files are often sorted. Throws `InputError` where one of the two would be empty.
std::pair<DataSet, DataSet> with_held_out(const DataSet& data, double share);

}  // namespace pj
