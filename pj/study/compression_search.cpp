#include "pj/study/compression_search.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "pj/base/error.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/interrupt.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/stored_bits.hpp"
#include "pj/compression/summary.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/non_dominated.hpp"

namespace pj {

namespace {

using Choices = std::vector<std::size_t>;

Tally tally_of(const Accuracy& accuracy) {
  return {accuracy.samples, accuracy.top1};
}

/// Rules with a choice for each layer written out: each choice for all its layers at once, so that what is observed for
/// them is observed once. With fine-tuning what prunes and factorises comes first.
CompressionRules with_choices(const CompressionRules& rules, const std::vector<std::string>& layers,
                              const Choices& choices, bool is_tuned) {
  CompressionRules all = rules;
  all.choices.clear();
  for (std::size_t choice = 0; choice < rules.choices.size(); ++choice) {
    std::vector<std::string> own;
    for (std::size_t layer = 0; layer < choices.size(); ++layer) {
      if (choices[layer] == choice) {
        own.push_back(layers[layer]);
      }
    }
    for (Rule rule : own.empty() ? std::vector<Rule>{} : rules.choices[choice].rules) {
      rule.selector = {.layers = own, .position = rule.selector.position};
      all.rules.push_back(std::move(rule));
    }
  }
  if (is_tuned) {
    std::ranges::stable_partition(all.rules, is_shaping);
  } else {
    all.fine_tune.reset();
  }
  return all;
}

/// A layer's weights: those under its own name, or under those of its parts.
LayerForm form_of(const CompressionSummary& summary, const std::string& layer) {
  LayerForm form;
  double left = 0.0;
  for (const LayerSummary& row : summary.layers) {
    if (row.layer == layer || row.layer.starts_with(layer + "/")) {
      form.weights += row.weights;
      form.bits += row.bits;
      left += row.storage.density * static_cast<double>(row.weights);
      form.format = to_string(row.format);
    }
  }
  form.density = form.weights == 0 ? 1.0 : left / static_cast<double>(form.weights);
  return form;
}

std::string tuning_text(const FineTuning& tuning) {
  return join(std::vector<std::string>{std::to_string(tuning.epochs), std::to_string(tuning.steps),
                                       std::to_string(tuning.batch), exact(tuning.rate), std::to_string(tuning.seed)},
              " ");
}

/// One search on its way.
class Search {
 public:
  Search(const Network& network, const CompressionRules& rules, const CompressionMeasures& measures,
         const CompressionSearchOptions& options, const CompressionData& data)
      : network_(network),
        rules_(rules),
        measures_(measures),
        options_(options),
        data_(data),
        measured_(options.results) {}

  CompressionSearch run() {
    begin();
    try {
      measure_alike();
      measure_alone();
      assign();
    } catch (const Interrupted& stop) {
      found_.stopped = std::string(stop.what()) + " " + where_;
    }
    find_best();
    mark_front();
    test();
    return std::move(found_);
  }

 private:
  void begin() {
    if (rules_.choices.empty()) {
      throw InputError("the rules leave nothing to choose; list what each layer may become under choices");
    }
    found_.goal = options_.goal;
    found_.max_drop = options_.max_drop;
    CompressionRules before = rules_;
    before.choices.clear();
    before.fine_tune.reset();
    base_ = before.rules.empty() ? Compressed{.network = network_} : compress(network_, before, data_);
    found_.layers = layers_with_choice(base_.network, rules_);
    for (const Choice& choice : rules_.choices) {
      found_.choices.push_back(choice.text);
    }
    found_.options.assign(found_.layers.size(), std::vector<LayerOption>(found_.choices.size()));
    const CompressionSummary summary = summary_of(network_, {.network = network_});
    for (const std::string& layer : found_.layers) {
      found_.forms.push_back(form_of(summary, layer));
    }
    tell("the original");
    found_.original.record = record(network_, "", [&] { return network_; });
  }

  void tell(const std::string& where) {
    where_ = "while measuring " + where;
    if (measures_.progress) {
      measures_.progress(where);
    }
  }

  /// Rules before the choices have been applied once and for all.
  Compressed with(const Choices& choices) const {
    const CompressionRules only{.choices = rules_.choices};
    return compress(base_.network, with_choices(only, found_.layers, choices, false), data_);
  }

  /// The record of what `make` gives, known by a network from which it follows and what else is done to that.
  const NetworkRecord& record(const Network& from, const std::string& done, const std::function<Network()>& make) {
    const std::string key = hash_of(onnx_bytes(from)) + " " + hash_of(done + "\n" + options_.measured_on);
    return measured_.find(key, [&] {
      const Network network = make();
      return NetworkRecord{tally_of(measures_.accuracy(network)), measures_.cost(network),
                           stored_bits(network).total()};
    });
  }

  /// Measures a network unless it has been; its place among the points.
  std::size_t point(const Choices& choices, SearchPoint::Found found, bool is_tuned = false) {
    const auto known = places_.find({choices, is_tuned});
    if (known != places_.end()) {
      return known->second;
    }
    SearchPoint result{.choices = choices, .found = found, .is_tuned = is_tuned};
    const Network codes = with(choices).network;
    result.record = is_tuned ? record(codes, "tuned " + tuning_text(*rules_.fine_tune), [&] { return tuned(choices); })
                             : record(codes, "", [&] { return codes; });
    places_[{choices, is_tuned}] = found_.points.size();
    found_.points.push_back(std::move(result));
    return found_.points.size() - 1;
  }

  Network tuned(const Choices& choices) const {
    return compress(network_, with_choices(rules_, found_.layers, choices, true), data_).network;
  }

  void measure_alike() {
    for (std::size_t choice = 0; choice < found_.choices.size(); ++choice) {
      tell("choice " + std::to_string(choice + 1) + " of " + std::to_string(found_.choices.size()) +
           " in all layers alike");
      const Choices choices(found_.layers.size(), choice);
      point(choices, SearchPoint::Found::Alike);
      const CompressionSummary summary = summary_of(base_.network, with(choices));
      for (std::size_t layer = 0; layer < found_.layers.size(); ++layer) {
        found_.options[layer][choice].form = form_of(summary, found_.layers[layer]);
      }
    }
  }

  void measure_alone() {
    const SearchPoint careful = found_.points.front();
    const std::size_t all = found_.layers.size() * (found_.choices.size() - 1);
    std::size_t done = 0;
    for (std::size_t layer = 0; layer < found_.layers.size(); ++layer) {
      found_.options[layer][0].lost = 0.0;
      for (std::size_t choice = 1; choice < found_.choices.size(); ++choice) {
        tell("choices of a layer alone, " + std::to_string(++done) + " of " + std::to_string(all));
        Choices choices(found_.layers.size(), 0);
        choices[layer] = choice;
        const SearchPoint alone = found_.points[point(choices, SearchPoint::Found::Alone)];
        LayerOption& option = found_.options[layer][choice];
        option.saved_energy = energy_of(careful.record.cost) - energy_of(alone.record.cost);
        option.saved_time = time_of(careful.record.cost) - time_of(alone.record.cost);
        option.saved_bits = careful.record.bits - alone.record.bits;
        option.lost = careful.accuracy() - alone.accuracy();
      }
    }
  }

  struct Step {
    std::size_t layer, choice;
  };

  /// What a step saves for each sample that it is expected to lose; one sample more, as none is sure to be lost.
  double merit(const NetworkRecord& now, const LayerOption& from, const LayerOption& to) const {
    const Picojoules energy = energy_of(now.cost);
    const Seconds time = time_of(now.cost);
    const auto bits = static_cast<double>(now.bits);
    const double saved = goal_value(options_.goal, energy, time, bits) -
                         goal_value(options_.goal, energy - (to.saved_energy - from.saved_energy),
                                    time - (to.saved_time - from.saved_time),
                                    bits - static_cast<double>(to.saved_bits - from.saved_bits));
    const double lost = *to.lost - *from.lost;
    return saved / (std::max(0.0, lost) + 1.0 / static_cast<double>(found_.original.record.accuracy.samples));
  }

  std::optional<Step> best_step(const NetworkRecord& now, const Choices& choices) const {
    std::optional<Step> best;
    double most = 0.0;
    for (std::size_t layer = 0; layer < choices.size(); ++layer) {
      for (std::size_t to = choices[layer] + 1; to < found_.choices.size(); ++to) {
        const auto& options = found_.options[layer];
        const double own = refused_.contains({layer, to}) ? 0.0 : merit(now, options[choices[layer]], options[to]);
        if (own > most) {
          best = Step{layer, to};
          most = own;
        }
      }
    }
    return best;
  }

  /// At most so many of the best steps, one upon the other.
  std::vector<Step> steps_from(const SearchPoint& now, std::size_t most) const {
    std::vector<Step> steps;
    Choices choices = now.choices;
    while (steps.size() < most) {
      const auto step = best_step(now.record, choices);
      if (!step) {
        break;
      }
      choices[step->layer] = step->choice;
      steps.push_back(*step);
    }
    return steps;
  }

  /// The first choice for all; where that alone loses too much, fine-tuned, if the rules say how.
  SearchPoint start() {
    const SearchPoint careful = found_.points.front();
    if (found_.is_within(careful) || !rules_.fine_tune) {
      return careful;
    }
    tell("the first assignment");
    return found_.points[point(careful.choices, SearchPoint::Found::Assigned, true)];
  }

  /// From the most careful on, and once more from the cheapest that keeps to the budget so far.
  void assign() {
    walk_from(start());
    find_best();
    if (found_.best) {
      refused_.clear();
      walk_from(SearchPoint(found_.points[*found_.best]));
    }
  }

  void walk_from(SearchPoint now) {
    std::size_t at_a_time = 1;
    while (found_.is_within(now)) {
      const std::vector<Step> steps = steps_from(now, at_a_time);
      if (steps.empty()) {
        return;
      }
      tell("assignment " + std::to_string(++tried_));
      Choices choices = now.choices;
      for (const Step& step : steps) {
        choices[step.layer] = step.choice;
      }
      const SearchPoint next =
          found_.points[point(choices, SearchPoint::Found::Assigned, rules_.fine_tune.has_value())];
      if (found_.is_within(next)) {
        now = next;
        at_a_time = 2 * steps.size();
      } else if (steps.size() == 1) {
        refused_.insert({steps.front().layer, steps.front().choice});
      } else {
        at_a_time = steps.size() / 2;
      }
    }
  }

  void find_best() {
    for (std::size_t i = 0; i < found_.points.size(); ++i) {
      const SearchPoint& candidate = found_.points[i];
      if (found_.is_within(candidate) &&
          (!found_.best || candidate.value(options_.goal) < found_.points[*found_.best].value(options_.goal))) {
        found_.best = i;
      }
    }
  }

  void mark_front() {
    std::vector<Objectives> objectives;
    for (const SearchPoint& candidate : found_.points) {
      objectives.push_back({candidate.value(options_.goal), -candidate.accuracy()});
    }
    for (const std::size_t place : non_dominated(objectives)) {
      found_.points[place].on_front = true;
    }
  }

  /// What was chosen by some samples is tested on others.
  void test() {
    if (!measures_.test) {
      return;
    }
    try {
      tell("the original on the test");
      found_.original.test = tested(network_, "", [&] { return network_; });
      for (std::size_t i = 0; i < found_.points.size(); ++i) {
        SearchPoint& own = found_.points[i];
        if (found_.best == i || (options_.test_front && own.on_front)) {
          tell("the front on the test");
          const std::string done = own.is_tuned ? "tuned " + tuning_text(*rules_.fine_tune) : "";
          own.test = tested(with(own.choices).network, done,
                            [&] { return own.is_tuned ? tuned(own.choices) : with(own.choices).network; });
        }
      }
    } catch (const Interrupted& stop) {
      found_.stopped = found_.stopped.empty() ? std::string(stop.what()) + " " + where_ : found_.stopped;
    }
  }

  Tally tested(const Network& from, const std::string& done, const std::function<Network()>& make) {
    const std::string key = hash_of(onnx_bytes(from)) + " " + hash_of("test\n" + done + "\n" + options_.tested_on);
    return measured_.find(key, [&] { return NetworkRecord{.accuracy = tally_of(measures_.test(make()))}; }).accuracy;
  }

  const Network& network_;
  const CompressionRules& rules_;
  const CompressionMeasures& measures_;
  const CompressionSearchOptions& options_;
  const CompressionData& data_;
  MeasuredNetworks measured_;
  Compressed base_;
  CompressionSearch found_;
  std::string where_;
  std::size_t tried_ = 0;                                   // assignments
  std::map<std::pair<Choices, bool>, std::size_t> places_;  // of points
  std::set<std::pair<std::size_t, std::size_t>> refused_;   // layers with choices
};

}  // namespace

double SearchPoint::value(CompressionGoal goal) const {
  return goal_value(goal, energy_of(record.cost), time_of(record.cost), static_cast<double>(record.bits));
}

std::vector<std::size_t> CompressionSearch::front() const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].on_front) {
      places.push_back(i);
    }
  }
  std::ranges::stable_sort(places,
                           [&](std::size_t a, std::size_t b) { return points[a].value(goal) > points[b].value(goal); });
  return places;
}

CompressionSearch search_compression(const Network& network, const CompressionRules& rules,
                                     const CompressionMeasures& measures, const CompressionSearchOptions& options,
                                     const CompressionData& data) {
  return Search(network, rules, measures, options, data).run();
}

Compressed network_of(const Network& network, const CompressionRules& rules, const CompressionSearch& search,
                      const SearchPoint& point, const CompressionData& data) {
  return compress(network, with_choices(rules, search.layers, point.choices, point.is_tuned), data);
}

}  // namespace pj
