#include "pj/compression/fine_tune.hpp"

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/training/trainer.hpp"

namespace pj {

Network trained_on(const Network& network, const Examples& examples, const FineTuning& tuning,
                   const ParameterRules& rules, const FineTuningData& data) {
  TrainOptions options{.epochs = tuning.epochs, .batch = tuning.batch};
  options.optimizer = {.kind = OptimizerOptions::Kind::Adam, .rate = tuning.rate};
  options.schedule = {.kind = RateSchedule::Kind::Cosine};
  options.seed = tuning.seed;
  options.rules = rules;
  Trainer trainer(network, examples, options);
  std::int64_t steps = 0;
  try {
    while (!trainer.is_done()) {
      trainer.step();
      if (data.check) {
        data.check();
      }
      if (data.progress) {
        ++steps;
        data.progress("fine-tuning: step " + std::to_string(steps) + " of " +
                      std::to_string(tuning.epochs * trainer.steps_an_epoch()));
      }
    }
  } catch (const Diverged& fault) {
    throw InputError(std::string("fine-tuning: ") + fault.what() + "; give it a lower rate, or quantise less");
  }
  return with_parameters(network, trainer.parameters(), trainer.state().numbers);
}

}  // namespace pj
