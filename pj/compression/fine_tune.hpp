#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pj/training/examples.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// How a network is trained on while it is approximated.
struct FineTuning {
  std::int64_t epochs = 1;  ///< of each step
  std::int64_t steps = 1;   ///< pruning and incremental quantisation reach their end in so many
  std::int64_t batch = 64;
  double rate = 1e-3;  ///< of Adam, falling to 0 in each step by half a cosine
  std::uint64_t seed = 1;

  bool operator==(const FineTuning&) const = default;
};

/// What fine-tuning learns from, and whom it tells how far it is.
struct FineTuningData {
  std::function<Examples(const Network&)> examples = {};
  std::function<void(const std::string& text)> progress = {};
  std::function<void()> check = {};  ///< may throw, to end early
};

/// The network after the epochs of one step, with the rules on its parameters. Throws `InputError` where the loss
/// becomes no number.
Network trained_on(const Network& network, const Examples& examples, const FineTuning& tuning,
                   const ParameterRules& rules, const FineTuningData& data);

}  // namespace pj
