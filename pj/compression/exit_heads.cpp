#include "pj/compression/exit_heads.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "pj/base/random.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/early_exits.hpp"
#include "pj/inference/plan.hpp"
#include "pj/network/elements.hpp"
#include "pj/training/loss.hpp"

namespace pj {

namespace {

std::int64_t classes_of(const Network& network) {
  const Sizes& shape = network.values[network.outputs.front()].shape;
  return shape.size() < 2 ? 0 : element_count(shape) / shape.front();
}

/// A fully connected layer with drawn weights (He et al. 2015) and no bias yet.
ValueId add_layer(NetworkEditor& editor, const std::string& name, ValueId input, std::int64_t outputs, Rng& rng) {
  const Sizes& shape = editor.network().values[input].shape;
  const std::int64_t inputs = element_count(shape) / shape.front();
  const double bound = std::sqrt(6.0 / static_cast<double>(inputs));
  std::vector<double> weights(static_cast<std::size_t>(outputs * inputs));
  std::ranges::generate(weights, [&] { return bound * (2.0 * rng.uniform() - 1.0); });
  const std::vector<double> biases(static_cast<std::size_t>(outputs));
  const auto constant = [&](const char* what, const Sizes& sizes, const std::vector<double>& numbers) {
    return editor.constant(name + what, constant_of(NumberFormat::float32(), sizes, std::span(numbers)));
  };
  const ValueId w = constant("/weight", {outputs, inputs}, weights);
  const ValueId b = constant("/bias", {outputs}, biases);
  return editor.add_before(editor.network().nodes.size(), name, FullyConnected{}, {input, w, b});
}

/// How certain the shares are, as a number that is to reach a threshold: −H = Σ p ln p, or the largest p.
ValueId add_certainty(NetworkEditor& editor, const std::string& name, ValueId scores, ValueId shares,
                      const ExitHeads& rule) {
  const std::size_t end = editor.network().nodes.size();
  if (rule.criterion == ExitHeads::Criterion::Confidence) {
    return editor.add_before(end, name + "/largest", Reduce{.kind = Reduce::Kind::Max, .axes = {-1}}, {shares});
  }
  const ValueId logs = editor.add_before(end, name + "/logarithms", Softmax{.logarithm = true}, {scores});
  const ValueId products =
      editor.add_before(end, name + "/products", Elementwise{.kind = Elementwise::Kind::Mul}, {shares, logs});
  return editor.add_before(end, name + "/entropy", Reduce{.kind = Reduce::Kind::Sum, .axes = {-1}}, {products});
}

/// What is added to the certainty, which is at most 0 or 1, so that nobody leaves.
double offset_for_nobody(const ExitHeads& rule) {
  return rule.criterion == ExitHeads::Criterion::Entropy ? -1.0 : -2.0;
}

/// The scores of a head before their softmax.
ValueId raw_scores(const Network& network, ValueId shares) {
  Network head = network;
  head.outputs = {shares};
  return loss_operand(head, Loss::CrossEntropy);
}

const std::string& output_name(const Network& network, std::size_t place) {
  return network.values[network.outputs[place]].name;
}

/// What a sample gives at one exit, and at the end.
struct HeldOut {
  double certainty = 0.0;
  bool is_right = false, is_right_at_end = false;
  std::size_t sample = 0;
};

std::int64_t best_class(const Constant& scores) {
  const auto numbers = numbers_of<double>(scores);
  return std::ranges::max_element(numbers) - numbers.begin();
}

/// For each exit all samples, in their order.
std::vector<std::vector<HeldOut>> held_out_runs(const Network& network, const Examples& examples, int threads) {
  const std::vector<EarlyExit> exits = early_exits(network);
  const Plan plan(network);
  const Value& input = network.values[network.inputs.front()];
  std::vector<std::vector<HeldOut>> runs(exits.size(), std::vector<HeldOut>(examples.count));
  parallel_for(examples.count, threads, [&](std::size_t i) {
    const auto sample = examples.input(i);
    const std::vector<double> numbers(sample.begin(), sample.end());
    const Constant operand = constant_of(input.format, input.shape, std::span(numbers));
    const std::vector<Constant> outputs = plan.run(std::span(&operand, 1));
    const std::int64_t wanted = examples.classes_of(i).front();
    const bool is_right_at_end = best_class(outputs.front()) == wanted;
    for (std::size_t e = 0; e < exits.size(); ++e) {
      runs[e][i] = {numbers_of<double>(outputs[exits[e].margin]).front(),
                    best_class(outputs[exits[e].scores]) == wanted, is_right_at_end, i};
    }
  });
  return runs;
}

/// How many of the samples, the most certain first, may leave so that at most `allowed` right ones are lost.
std::size_t most_that_leave(const std::vector<HeldOut>& ordered, std::int64_t allowed) {
  std::size_t most = 0;
  std::int64_t lost = 0;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    lost += (ordered[i].is_right_at_end ? 1 : 0) - (ordered[i].is_right ? 1 : 0);
    most = lost <= allowed ? i + 1 : most;
  }
  return most;
}

/// The offset with which exactly the first `count` have a margin of 0 or more, as far as their certainties differ.
double offset_for(const std::vector<HeldOut>& ordered, std::size_t count, double otherwise) {
  if (count == 0) {
    return otherwise;
  }
  const double last = ordered[count - 1].certainty;
  const double next = count < ordered.size() ? ordered[count].certainty : last;
  return next < last ? -(last + next) / 2.0 : -last + std::abs(last) * 1e-6;  // float32 rounds the sum
}

Network with_offset(Network network, const std::string& exit, double offset) {
  const auto value = std::ranges::find(network.values, exit + "/threshold", &Value::name);
  ensure(value != network.values.end(), "an exit has its threshold among the constants");
  value->data = std::make_shared<const Constant>(constant_of(value->format, value->shape, std::span(&offset, 1)));
  return network;
}

}  // namespace

void add_exit(NetworkEditor& editor, std::size_t node, const ExitHeads& rule) {
  const Network& network = editor.network();
  const ValueId input = network.nodes[node].outputs.front();
  const std::int64_t classes = classes_of(network);
  if (classes < 2 || network.values[input].shape.size() < 2 ||
      !(network.values[input].format == NumberFormat::float32())) {
    throw InputError("exits are for networks with scores of 2 classes and more, behind layers of real numbers");
  }
  const std::size_t end = network.nodes.size();
  std::vector<ValueId> outputs = network.outputs;
  const std::string name = "exit" + std::to_string(outputs.size() / 2 + 1);
  Rng rng(outputs.size());
  ValueId x = input;
  if (rule.hidden > 0) {
    x = add_layer(editor, name + "/hidden", x, rule.hidden, rng);
    x = editor.add_before(end, name + "/relu", Activation{}, {x});
  }
  const ValueId scores = add_layer(editor, name + "/scores", x, classes, rng);
  const ValueId shares = editor.add_before(end, name, Softmax{}, {scores});
  const ValueId certainty = add_certainty(editor, name, scores, shares, rule);
  const double offset = offset_for_nobody(rule);
  const ValueId threshold =
      editor.constant(name + "/threshold", constant_of(NumberFormat::float32(), {1}, std::span(&offset, 1)));
  outputs.push_back(shares);
  outputs.push_back(editor.add_before(end, name + "/margin", Elementwise{}, {certainty, threshold}));
  editor.set_outputs(std::move(outputs));
}

Network with_rows_for_exits(const Network& network, const ExitHeads& rule) {
  NetworkEditor editor(network);
  std::vector<ValueId> ends;
  for (const EarlyExit& exit : early_exits(network)) {
    ends.push_back(raw_scores(network, network.outputs[exit.scores]));
  }
  if (rule.trains_trunk) {
    ends.push_back(raw_scores(network, network.outputs.front()));
  }
  const std::size_t behind = network.nodes.size();
  for (ValueId& end : ends) {
    end = editor.add_before(behind, "row", Reshape{{0, 1, -1}}, {end});
  }
  editor.set_outputs({editor.add_before(behind, "rows", Concat{1}, ends)});
  return editor.finish();
}

Examples with_classes_for_rows(Examples examples, std::int64_t rows) {
  std::vector<std::int64_t> classes;
  for (const std::int64_t own : examples.classes) {
    classes.insert(classes.end(), static_cast<std::size_t>(rows), own);
  }
  examples.classes = std::move(classes);
  return examples;
}

ParameterRules frozen_trunk(const Network& network) {
  ParameterRules rules;
  for (const Parameter& parameter : find_parameters(network).all) {
    if (parameter.name.starts_with("exit")) {
      continue;
    }
    rules[parameter.name].gradient = [](std::span<const float>, std::span<float> gradient) {
      std::ranges::fill(gradient, 0.0F);
    };
    rules[parameter.name].after = [first = std::vector<float>()](std::span<float> kept) mutable {
      if (first.empty()) {
        first.assign(kept.begin(), kept.end());
      }
      std::ranges::copy(first, kept.begin());
    };
  }
  return rules;
}

Network with_constants_of(Network network, const Network& learned) {
  for (const Value& value : learned.values) {
    const auto own = std::ranges::find(network.values, value.name, &Value::name);
    if (value.is_constant && own != network.values.end() && own->is_constant) {
      own->data = value.data;
    }
  }
  return network;
}

Network with_thresholds(const Network& network, const Examples& held_out, const ExitHeads& rule, int threads) {
  const std::vector<EarlyExit> exits = early_exits(network);
  Network result = network;
  for (const EarlyExit& exit : exits) {
    result = with_offset(std::move(result), output_name(network, exit.scores), 0.0);
  }
  const auto runs = held_out_runs(result, held_out, threads);
  const auto allowed = static_cast<std::int64_t>(rule.loss * static_cast<double>(held_out.count));
  std::vector<bool> has_left(held_out.count, false);
  std::int64_t lost = 0;
  for (std::size_t e = 0; e < exits.size(); ++e) {
    std::vector<HeldOut> ordered;
    std::ranges::copy_if(runs[e], std::back_inserter(ordered),
                         [&](const HeldOut& run) { return !has_left[run.sample]; });
    std::ranges::stable_sort(ordered, std::ranges::greater{}, &HeldOut::certainty);
    const std::size_t leaving = most_that_leave(ordered, allowed - lost);
    for (std::size_t i = 0; i < leaving; ++i) {
      lost += (ordered[i].is_right_at_end ? 1 : 0) - (ordered[i].is_right ? 1 : 0);
      has_left[ordered[i].sample] = true;
    }
    const double offset = offset_for(ordered, leaving, offset_for_nobody(rule));
    result = with_offset(std::move(result), output_name(network, exits[e].scores), offset);
  }
  return result;
}

}  // namespace pj
