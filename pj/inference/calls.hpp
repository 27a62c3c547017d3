#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pj/inference/plan.hpp"
#include "pj/inference/preprocess.hpp"

namespace pj {

/// The operands that an input takes, call by call.
struct InputSeries {
  std::int64_t calls = 1;
  std::function<Constant(std::int64_t call)> operand;
};

/// Reads what an input is given: a picture, a tensor (.npy, .pb, IDX), or a number for an input of one element. A
/// tensor with more elements than the input is a series: one call for each element of its first axis. `FILE#3` is
/// element 3 of the first axis alone. Throws `InputError` where it does not fit.
InputSeries load_input(const std::string& text, const Value& input, const Preprocessing& options = {});

/// What is run, as the user writes it.
struct RunRequest {
  std::vector<std::string> inputs;  ///< `FILE` or `NAME=FILE`, one for each input but those of states
  std::vector<std::string> states;  ///< `INPUT=OUTPUT`: an input that takes that output of the call before; 0 at first
  Preprocessing preprocessing;
};

/// The outputs of all calls; of several calls each output has one more axis, the first.
struct RunResult {
  std::int64_t calls = 1;
  std::vector<std::string> names;
  std::vector<Constant> outputs;
};

/// Runs the network once, or once for each element of its series. Throws `InputError` where an input is missing, named
/// twice or unknown, or two series differ in length.
RunResult run_calls(const Plan& plan, const RunRequest& request,
                    const std::function<void(std::int64_t done, std::int64_t all)>& progress = {});

}  // namespace pj
