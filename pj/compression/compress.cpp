#include "pj/compression/compress.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "pj/base/error.hpp"
#include "pj/compression/parameter_codes.hpp"

namespace pj {

bool is_shaping(const Rule& rule) {
  return std::holds_alternative<Pruning>(rule.approximation) ||
         std::holds_alternative<EnergyPruning>(rule.approximation) ||
         std::holds_alternative<StructuredPruning>(rule.approximation) ||
         std::holds_alternative<LowRank>(rule.approximation) || std::holds_alternative<ExitHeads>(rule.approximation) ||
         std::holds_alternative<Folding>(rule.approximation);
}

namespace {

void add(Compressed& result, Compressed step) {
  result.network = std::move(step.network);
  result.changes.insert(result.changes.end(), step.changes.begin(), step.changes.end());
}

/// The rule as it is in one of the steps of fine-tuning; nothing where it had its turn in the first.
std::optional<Rule> in_step(Rule rule, std::int64_t step, std::int64_t steps) {
  const auto place = static_cast<std::size_t>(step);
  if (auto* pruning = std::get_if<Pruning>(&rule.approximation)) {
    const bool has_density = pruning->rule != Pruning::Rule::NOfM;
    pruning->density = has_density ? pruning_schedule(pruning->density, static_cast<int>(steps))[place] : 1.0;
    return rule;
  }
  if (auto* pruning = std::get_if<EnergyPruning>(&rule.approximation)) {
    pruning->energy = pruning_schedule(pruning->energy, static_cast<int>(steps))[place];
    return rule;
  }
  if (auto* powers = std::get_if<PowersOfTwo>(&rule.approximation);
      powers != nullptr && powers->rule == PowersOfTwo::Rule::Inq) {
    const double left = static_cast<double>(steps - 1 - step);  // the last step fixes all
    powers->portion *= 1.0 - (left == 0.0 ? 0.0 : std::exp2(-static_cast<double>(step + 1)));
    return rule;
  }
  const bool is_once = is_shaping(rule);
  return is_once && step > 0 ? std::nullopt : std::optional(rule);
}

/// Shared values are learned in a step of their own behind the others: pruning tells weights apart, sharing does not.
bool is_sharing(const Rule& rule) {
  return std::holds_alternative<Codebook>(rule.approximation) ||
         std::holds_alternative<TiedWeights>(rule.approximation);
}

/// What fine-tuning does to each parameter: the last rule that gives it codes decides, and zeros stay.
ParameterRules parameter_rules(const Network& network, const std::vector<Rule>& rules) {
  const ParameterList parameters = find_parameters(network);
  std::map<ValueId, const Approximation*> codings;
  for (const Rule& rule : rules) {
    if (gives_codes(rule.approximation)) {
      for (const WeightPlace& place : selected_weights(network, rule.selector)) {
        codings[network.nodes[place.node].inputs[place.operand]] = &rule.approximation;
      }
    }
  }
  ParameterRules result;
  for (std::size_t node = 0; node < network.nodes.size(); ++node) {
    for (const WeightPlace& place : weight_places(network, node)) {
      const ValueId value = network.nodes[node].inputs[place.operand];
      const Parameter* parameter = parameters.find(value);
      const auto coding = codings.find(value);
      if (parameter != nullptr) {
        result[parameter->name] =
            parameter_rule(read_weights(network, place), coding == codings.end() ? nullptr : coding->second);
      }
    }
  }
  return result;
}

/// What the rules make of the layers' inputs, so that the network is trained with it.
void quantise_inputs(Compressed& result, const CompressionRules& rules, const CompressionData& data) {
  for (const Rule& rule : rules.rules) {
    if (std::holds_alternative<ActivationFixedPoint>(rule.approximation)) {
      add(result, apply(result.network, rule, data));
    } else if (std::holds_alternative<Signs>(rule.approximation)) {
      result.network = with_signs_for_inputs(result.network, rule);
    }
  }
}

/// Rules that have had their turn when the network is trained.
bool is_done_in_training(const Rule& rule) {
  return is_shaping(rule) || std::holds_alternative<ActivationFixedPoint>(rule.approximation);
}

/// The rule that adds early exits, where there is one.
const ExitHeads* exits_of(const CompressionRules& rules) {
  const auto has_exits = [](const Rule& rule) { return std::holds_alternative<ExitHeads>(rule.approximation); };
  const auto found = std::ranges::find_if(rules.rules, has_exits);
  if (found == rules.rules.end()) {
    return nullptr;
  }
  if (!rules.fine_tune) {
    throw InputError(found->selector.position, "heads learn from data; add fine_tune: {epochs: 1}");
  }
  if (const auto second = std::find_if(found + 1, rules.rules.end(), has_exits); second != rules.rules.end()) {
    throw InputError(second->selector.position, "there are exits already; name all layers in one rule");
  }
  return &std::get<ExitHeads>(found->approximation);
}

/// A part of the samples is kept for the thresholds of exits.
constexpr std::size_t held_out_part = 10;

/// One step of the training, with the heads of early exits where there are some.
Network taught(const Network& network, const Lesson& lesson, ParameterRules parameter_rules, const ExitHeads* exits,
               Leaves leaves) {
  if (exits == nullptr) {
    return trained_on(network, lesson, parameter_rules, leaves);
  }
  const Network rows = with_rows_for_exits(network, *exits);
  const std::size_t count = lesson.examples.count - lesson.examples.count / held_out_part;
  Lesson own{lesson.tuning, lesson.data, divided(lesson.examples, count).first, {}};
  own.examples = with_classes_for_rows(std::move(own.examples), rows.values[rows.outputs.front()].shape[1]);
  if (!exits->trains_trunk) {
    for (auto& [name, rule] : frozen_trunk(rows)) {
      parameter_rules[name].gradient = rule.gradient;
      parameter_rules[name].after = rule.after;
      parameter_rules[name].learned.reset();
    }
  }
  std::erase_if(parameter_rules, [&](const auto& entry) {  // of layers that no head reads
    return std::ranges::find(rows.values, entry.first, &Value::name) == rows.values.end();
  });
  return with_constants_of(network, trained_on(rows, own, parameter_rules, leaves));
}

/// The network shaped and trained, step by step, ready for the rules that are left.
Compressed shaped_and_trained(const Network& network, const CompressionRules& rules, const Lesson& lesson,
                              const CompressionData& data) {
  Compressed result{.network = network};
  const std::int64_t steps = rules.fine_tune->steps;
  const bool shares = std::ranges::any_of(rules.rules, is_sharing);
  const std::int64_t last = shares ? steps : steps - 1;
  for (std::int64_t step = 0; step <= last; ++step) {
    std::vector<Rule> codings;
    for (const Rule& rule : rules.rules) {
      const std::optional<Rule> now = in_step(rule, std::min(step, steps - 1), steps);
      if (now && is_shaping(*now) && step < steps) {
        add(result, apply(result.network, *now, data));
      } else if (now && !is_shaping(*now) && (step == steps || !is_sharing(*now))) {
        codings.push_back(*now);
      }
    }
    if (step == steps - 1) {
      quantise_inputs(result, rules, data);
    }
    result.network = taught(result.network, lesson, parameter_rules(result.network, codings), exits_of(rules),
                            step == last ? Leaves::Used : Leaves::Kept);
  }
  return result;
}

/// Throws where a rule that shapes the network comes behind one that gives codes.
void check_order(const CompressionRules& rules) {
  const auto first = std::ranges::find_if_not(rules.rules, is_shaping);
  const auto late = std::find_if(first, rules.rules.end(), is_shaping);
  if (late != rules.rules.end()) {
    throw InputError(late->selector.position, "with fine-tuning, rules that prune or factorise come first; put '" +
                                                  late->text + "' before '" + first->text + "'");
  }
}

}  // namespace

std::vector<std::string> layers_with_choice(const Network& network, const CompressionRules& rules) {
  const auto has_weights = [&](std::size_t node) { return !weight_places(network, node).empty(); };
  std::vector<std::string> names;
  for (const std::size_t node : selected(network, rules.choose_for, has_weights, "weights")) {
    names.push_back(network.nodes[node].name);
  }
  return names;
}

Compressed compress(const Network& network, const CompressionRules& rules, const CompressionData& data) {
  Compressed result{.network = network};
  const ExitHeads* exits = exits_of(rules);
  std::optional<Lesson> lesson;
  if (rules.fine_tune) {
    check_order(rules);
    if (!data.tuning.examples) {
      throw InputError(rules.fine_tune_position, "fine-tuning learns from data; give some with --data");
    }
    lesson.emplace(lesson_for(network, *rules.fine_tune, data.tuning));
    result = shaped_and_trained(network, rules, *lesson, data);
  }
  for (const Rule& rule : rules.rules) {
    if (!rules.fine_tune || !is_done_in_training(rule)) {
      add(result, apply(result.network, rule, data));
    }
  }
  if (exits != nullptr) {
    const std::size_t learned = lesson->examples.count - lesson->examples.count / held_out_part;
    const auto [first, rest] = divided(lesson->examples, learned);
    result.network = with_thresholds(result.network, rest.count > 0 ? rest : first, *exits, data.tuning.threads);
  }
  return result;
}

}  // namespace pj
