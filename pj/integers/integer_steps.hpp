#pragma once

#include <optional>
#include <vector>

#include "pj/integers/integer_forms.hpp"

namespace pj {

/// How a group is computed on bytes: the forms of its operands (constants left out) and its result, and what to run.
struct FastStep {
  std::vector<ValueId> operands;
  std::vector<IntegerForm> forms;  ///< of each operand
  IntegerForm result = IntegerForm::ChannelsLast;
  std::string algorithm;
  std::int64_t workspace = 0, weights = 0;
  std::function<void(const IntegerStep::Memory&)> run;
};

/// The fast way to compute a group whose operand 0 is `there` in this form, or nothing where only the plain twin does.
std::optional<FastStep> fast_step(const Network& network, const IntegerGroup& group, const ByteLoops& loops,
                                  IntegerForm there);

/// The plain twin: from planar operands to a planar result.
FastStep plain_step(const Network& network, const IntegerGroup& group);

}  // namespace pj
