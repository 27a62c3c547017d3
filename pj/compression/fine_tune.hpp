#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "pj/training/augmentation.hpp"
#include "pj/training/examples.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// A trained network whose outputs are learned from, too (Hinton, Vinyals and Dean 2015).
struct Distillation {
  std::string file;
  double temperature = 4.0;
  double share = 0.9;  ///< of the teacher in the loss; the rest is the classes'

  bool operator==(const Distillation&) const = default;
};

/// How a network is trained on while it is approximated.
struct FineTuning {
  std::int64_t epochs = 1;  ///< of each step
  std::int64_t steps = 1;   ///< pruning and incremental quantisation reach their end in so many
  std::int64_t batch = 64;
  double rate = 1e-3;  ///< of Adam, falling to 0 in each step by half a cosine
  std::uint64_t seed = 1;
  Augmentation augmentation = {};
  std::optional<Distillation> teacher = {};

  bool operator==(const FineTuning&) const = default;
};

/// What fine-tuning learns from, and whom it tells how far it is.
struct FineTuningData {
  std::function<Examples(const Network&)> examples = {};
  std::function<Network(const std::string& file)> teacher = {};
  std::function<void(const std::string& text)> progress = {};
  std::function<void()> check = {};  ///< may throw, to end early
  int threads = 0;                   ///< 0: one per core
};

/// What the steps of one fine-tuning have in common.
struct Lesson {
  const FineTuning& tuning;
  const FineTuningData& data;
  Examples examples;
  std::optional<Network> teacher;
};

/// The examples, and the teacher where there is one. Throws `InputError` where it does not fit the network.
Lesson lesson_for(const Network& network, const FineTuning& tuning, const FineTuningData& data);

/// What a step leaves of parameters whose rules learn values beside them.
enum class Leaves {
  Kept,  ///< what is kept, for the next step, in which the values begin anew
  Used,  ///< what the network computes with: the values that were learned
};

/// The network after the epochs of one step, with the rules on its parameters. Throws `InputError` where the loss
/// becomes no number.
Network trained_on(const Network& network, const Lesson& lesson, const ParameterRules& rules, Leaves leaves);

}  // namespace pj
