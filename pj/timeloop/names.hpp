#pragma once

#include <string>
#include <vector>

#include "pj/workload/einsum.hpp"

namespace pj {

/// The versions of Timeloop's input files that are written; both are read.
enum class TimeloopVersion {
  V03,  ///< `data-spaces`, factors as `R3 S1`
  V04,  ///< `data_spaces`, factors as lists, spatial directives at containers
};

TimeloopVersion parse_timeloop_version(const std::string& text);
std::string to_string(TimeloopVersion version);

/// `Inputs`, `Weights`, `Outputs` for Input, Weight, Output; any other name as it is. And back.
std::string to_timeloop(const std::string& tensor);
std::string from_timeloop(const std::string& data_space);

/// The names of a workload's tensors as Timeloop's files call them.
std::vector<std::string> data_spaces(const Workload& workload);

/// Text as a YAML scalar that fits on one line: quoted where it must be.
std::string yaml_scalar(const std::string& text);

/// Throws `InputError` unless every index is one letter, as Timeloop's permutations ask for.
void check_single_letters(const Workload& workload);

}  // namespace pj
