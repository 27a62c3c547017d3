#pragma once

#include <string>

#include "cli/options.hpp"
#include "pj/data/data_set.hpp"
#include "pj/inference/preprocess.hpp"

namespace pj {

/// What the options say about making a network's input of a sample.
Preprocessing preprocessing(const Options& options);

/// A data set in the form that the options say its records have.
DataSet data_set(const Options& options, const std::string& path);

}  // namespace pj
