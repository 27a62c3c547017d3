#include "pj/training/optimizer.hpp"

#include <cmath>
#include <numbers>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

RateSchedule parse_schedule(const std::string& text) {
  if (text == "constant") {
    return {};
  }
  if (text == "cosine") {
    return {.kind = RateSchedule::Kind::Cosine};
  }
  const std::vector<std::string> parts = split(text, ':');
  if (parts.empty() || parts[0] != "step" || parts.size() > 3) {
    throw InputError("unknown schedule '" + text + "'; write constant, cosine, step or step:EPOCHS:FACTOR");
  }
  RateSchedule schedule{.kind = RateSchedule::Kind::Step};
  if (parts.size() > 1) {
    schedule.every = parse_decimal(parts[1], "the epochs of the schedule");
  }
  if (parts.size() > 2) {
    schedule.factor = parse_decimal(parts[2], "the factor of the schedule");
  }
  if (!(schedule.every > 0.0) || !(schedule.factor > 0.0) || schedule.factor > 1.0) {
    throw InputError("schedule '" + text + "': the epochs must be more than 0, the factor above 0 and at most 1");
  }
  return schedule;
}

std::string to_string(const RateSchedule& schedule) {
  switch (schedule.kind) {
    case RateSchedule::Kind::Step:
      return "step:" + exact(schedule.every) + ":" + exact(schedule.factor);
    case RateSchedule::Kind::Cosine:
      return "cosine";
    default:
      return "constant";
  }
}

double rate_share(const RateSchedule& schedule, double epoch, double all_epochs, double epochs_a_step) {
  if (epoch < schedule.warm_up) {
    return std::min(1.0, (epoch + epochs_a_step) / schedule.warm_up);
  }
  switch (schedule.kind) {
    case RateSchedule::Kind::Step:
      return std::pow(schedule.factor, std::floor(epoch / schedule.every));
    case RateSchedule::Kind::Cosine: {
      const double rest = std::max(all_epochs - schedule.warm_up, epochs_a_step);
      return 0.5 * (1.0 + std::cos(std::numbers::pi * (epoch - schedule.warm_up) / rest));
    }
    default:
      return 1.0;
  }
}

Optimizer::Optimizer(const OptimizerOptions& options, const ParameterList& parameters)
    : options_(options), parameters_(parameters) {
  const std::size_t moments = options.kind == OptimizerOptions::Kind::Adam ? 2 : options.momentum > 0.0 ? 1 : 0;
  memory_.assign(moments * parameters.learned, 0.0F);
}

void Optimizer::step_sgd(const Parameter& parameter, double rate, std::span<const float> gradients,
                         std::span<float> numbers) {
  const auto eta = static_cast<float>(rate);
  const auto decay = static_cast<float>(parameter.decays() ? options_.weight_decay : 0.0);
  const auto momentum = static_cast<float>(options_.momentum);
  const float* g = gradients.data() + parameter.first;
  float* w = numbers.data() + parameter.first;
  if (memory_.empty()) {
    for (std::size_t i = 0; i < parameter.size; ++i) {
      w[i] -= eta * (g[i] + decay * w[i]);
    }
    return;
  }
  float* v = memory_.data() + parameter.first;
  for (std::size_t i = 0; i < parameter.size; ++i) {
    v[i] = momentum * v[i] + g[i] + decay * w[i];
    w[i] -= eta * v[i];
  }
}

void Optimizer::step_adam(const Parameter& parameter, double rate, std::span<const float> gradients,
                          std::span<float> numbers) {
  const auto t = static_cast<double>(steps);
  const auto beta1 = static_cast<float>(options_.beta1);
  const auto beta2 = static_cast<float>(options_.beta2);
  // Algorithm 1 with both corrections of the bias taken out of the loop.
  const double correction = std::sqrt(1.0 - std::pow(options_.beta2, t));
  const auto eta = static_cast<float>(rate * correction / (1.0 - std::pow(options_.beta1, t)));
  const auto epsilon = static_cast<float>(options_.epsilon * correction);
  const auto decay = static_cast<float>(parameter.decays() ? rate * options_.weight_decay : 0.0);
  const float* g = gradients.data() + parameter.first;
  float* w = numbers.data() + parameter.first;
  float* m = memory_.data() + parameter.first;
  float* v = m + parameters_.learned;
  for (std::size_t i = 0; i < parameter.size; ++i) {
    m[i] = beta1 * m[i] + (1.0F - beta1) * g[i];
    v[i] = beta2 * v[i] + (1.0F - beta2) * g[i] * g[i];
    w[i] -= eta * m[i] / (std::sqrt(v[i]) + epsilon) + decay * w[i];
  }
}

void Optimizer::step(double rate, std::span<const float> gradients, std::span<float> numbers) {
  ++steps;
  for (const Parameter& parameter : parameters_.all) {
    if (parameter.role != Parameter::Role::Learned) {
      continue;
    }
    if (options_.kind == OptimizerOptions::Kind::Adam) {
      step_adam(parameter, rate, gradients, numbers);
    } else {
      step_sgd(parameter, rate, gradients, numbers);
    }
  }
}

}  // namespace pj
