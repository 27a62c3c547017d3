#include "pj/compression/fine_tune.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/training/trainer.hpp"

namespace pj {

namespace {

TrainOptions options_for(const Lesson& lesson, const ParameterRules& rules) {
  const FineTuning& tuning = lesson.tuning;
  TrainOptions options{.epochs = tuning.epochs, .batch = tuning.batch};
  options.optimizer = {.kind = OptimizerOptions::Kind::Adam, .rate = tuning.rate};
  options.schedule = {.kind = RateSchedule::Kind::Cosine};
  options.seed = tuning.seed;
  options.rules = rules;
  options.task.augmentation = tuning.augmentation;
  options.task.threads = lesson.data.threads;
  if (lesson.teacher) {
    options.task.teacher = Teacher{&*lesson.teacher, tuning.teacher->temperature, tuning.teacher->share};
  }
  return options;
}

void check_teacher(const Network& teacher, const Network& network, const std::string& file) {
  const auto shape = [](const Network& of, const std::vector<ValueId>& ids) {
    return ids.size() == 1 ? of.values[ids.front()].shape : Sizes{};
  };
  if (shape(teacher, teacher.inputs) != shape(network, network.inputs) ||
      shape(teacher, teacher.outputs) != shape(network, network.outputs)) {
    throw InputError({file}, "the teacher takes " + shape_text(shape(teacher, teacher.inputs)) + " and gives " +
                                 shape_text(shape(teacher, teacher.outputs)) + ", the network " +
                                 shape_text(shape(network, network.inputs)) + " and " +
                                 shape_text(shape(network, network.outputs)) +
                                 "; a teacher has the same input and output");
  }
}

std::vector<float> numbers_left(Trainer& trainer, const ParameterRules& rules, Leaves leaves) {
  std::vector<float> numbers = trainer.state().numbers;
  for (const Parameter& parameter : trainer.parameters().all) {
    const auto rule = rules.find(parameter.name);
    if (leaves == Leaves::Used && rule != rules.end() && rule->second.learned) {
      std::ranges::copy(parameter.of(trainer.used_numbers()), parameter.of(std::span(numbers)).begin());
    }
  }
  return numbers;
}

}  // namespace

Lesson lesson_for(const Network& network, const FineTuning& tuning, const FineTuningData& data) {
  Lesson lesson{tuning, data, data.examples(network), {}};
  if (tuning.teacher) {
    lesson.teacher = data.teacher(tuning.teacher->file);
    check_teacher(*lesson.teacher, network, tuning.teacher->file);
  }
  return lesson;
}

Network trained_on(const Network& network, const Lesson& lesson, const ParameterRules& rules, Leaves leaves) {
  Trainer trainer(network, lesson.examples, options_for(lesson, rules));
  const std::int64_t all = lesson.tuning.epochs * trainer.steps_an_epoch();
  try {
    for (std::int64_t step = 1; !trainer.is_done(); ++step) {
      trainer.step();
      if (lesson.data.check) {
        lesson.data.check();
      }
      if (lesson.data.progress) {
        lesson.data.progress("fine-tuning: step " + std::to_string(step) + " of " + std::to_string(all));
      }
    }
  } catch (const Diverged& fault) {
    throw InputError(std::string("fine-tuning: ") + fault.what() + "; give it a lower rate, or quantise less");
  }
  return with_parameters(network, trainer.parameters(), numbers_left(trainer, rules, leaves));
}

}  // namespace pj
