#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pj/training/parameters.hpp"

namespace pj {

/// The rule by which parameters follow their gradients.
struct OptimizerOptions {
  enum class Kind {
    Sgd,   ///< v ← μ v + g + λ w; w ← w − η v (Sutskever, Martens, Dahl and Hinton 2013, with η outside of v)
    Adam,  ///< Kingma and Ba 2015, algorithm 1; weight decay apart from it (Loshchilov and Hutter 2019)
  };

  Kind kind = Kind::Adam;
  double rate = 1e-3;  ///< η
  double momentum = 0.9;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0.0;  ///< λ, of weights alone: biases, scales and shifts are left

  bool operator==(const OptimizerOptions&) const = default;
};

/// How the rate changes over the steps of a training.
struct RateSchedule {
  enum class Kind {
    Constant,
    Step,    ///< multiplied by `factor` every `every` epochs
    Cosine,  ///< half a cosine from the rate to 0 (Loshchilov and Hutter 2017, equation 5, without restarts)
  };

  Kind kind = Kind::Constant;
  double every = 1.0;  ///< epochs
  double factor = 0.1;
  double warm_up = 0.0;  ///< epochs in which the rate grows from 0 in equal steps (Goyal et al. 2017, section 2.2)

  bool operator==(const RateSchedule&) const = default;
};

/// `constant`, `cosine`, `step` or `step:EPOCHS:FACTOR`; throws `InputError` for anything else.
RateSchedule parse_schedule(const std::string& text);
std::string to_string(const RateSchedule& schedule);

/// The rate of a step, as a share of the optimiser's: `epoch` counts the epochs before it, with their fractions.
double rate_share(const RateSchedule& schedule, double epoch, double all_epochs, double epochs_a_step);

/// An optimiser with what it remembers of past steps.
class Optimizer {
 public:
  Optimizer(const OptimizerOptions& options, const ParameterList& parameters);

  /// Moves the learned numbers against their gradients.
  void step(double rate, std::span<const float> gradients, std::span<float> numbers);

  /// What it remembers, to be saved and restored: moments of the gradients, and the steps made.
  std::span<float> memory() { return memory_; }
  std::span<const float> memory() const { return memory_; }
  std::int64_t steps = 0;

 private:
  void step_sgd(const Parameter& parameter, double rate, std::span<const float> gradients, std::span<float> numbers);
  void step_adam(const Parameter& parameter, double rate, std::span<const float> gradients, std::span<float> numbers);

  OptimizerOptions options_;
  const ParameterList& parameters_;
  std::vector<float> memory_;
};

}  // namespace pj
