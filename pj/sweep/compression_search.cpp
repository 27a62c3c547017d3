#include "pj/sweep/compression_search.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

#include "pj/base/error.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/stored_bits.hpp"
#include "pj/onnx/onnx.hpp"
#include "pj/study/non_dominated.hpp"
#include "pj/sweep/results_file.hpp"

namespace pj {

namespace {

using Choices = std::vector<std::size_t>;

/// What was measured of networks, in this run and in those before it.
class Measured {
 public:
  Measured(const CompressionMeasures& measures, const CompressionSearchOptions& options)
      : measures_(measures), options_(options) {
    if (!options.results.empty()) {
      file_ = std::make_unique<ResultsFile>(options.results);
    }
  }

  /// Samples and those that are right.
  std::pair<std::int64_t, std::int64_t> accuracy(const Network& network) {
    const std::string key = hash_of(onnx_bytes(network)) + " " + hash_of(options_.measured_on);
    if (file_ != nullptr) {
      if (const auto line = file_->lines().find(key); line != file_->lines().end()) {
        return read(line->second);
      }
    }
    const Accuracy found = measures_.accuracy(network);
    if (file_ != nullptr) {
      const nlohmann::json json{{"key", key}, {"samples", found.samples}, {"right", found.top1}};
      file_->append(json.dump() + "\n");
    }
    return {found.samples, found.top1};
  }

 private:
  std::pair<std::int64_t, std::int64_t> read(const std::string& line) const {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    const auto whole = [&](const char* key) {
      return json.contains(key) && json[key].is_number_integer() ? json[key].get<std::int64_t>() : -1;
    };
    if (whole("samples") <= 0 || whole("right") < 0 || whole("right") > whole("samples")) {
      throw InputError({options_.results}, "has a line that is no measured accuracy; name another file with --results");
    }
    return {whole("samples"), whole("right")};
  }

  const CompressionMeasures& measures_;
  const CompressionSearchOptions& options_;
  std::unique_ptr<ResultsFile> file_;
};

/// A layer's energy: under its own name, or that of its parts.
double energy_of(const std::map<std::string, double>& energies, const std::string& layer) {
  if (const auto own = energies.find(layer); own != energies.end()) {
    return own->second;
  }
  double sum = 0.0;
  for (const auto& [name, energy] : energies) {
    sum += name.starts_with(layer + "/") ? energy : 0.0;
  }
  return sum;
}

double sum_of(const std::map<std::string, double>& energies) {
  double sum = 0.0;
  for (const auto& [name, energy] : energies) {
    sum += energy;
  }
  return sum;
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
        measured_(measures, options) {}

  CompressionSearch run() {
    begin();
    find_energies();
    find_sensitivities();
    walk();
    mark_front();
    return std::move(found_);
  }

 private:
  void begin() {
    if (rules_.choices.empty()) {
      throw InputError("the rules leave nothing to choose; list what each layer may become under choices");
    }
    CompressionRules before = rules_;
    before.choices.clear();
    base_ = before.rules.empty() ? Compressed{.network = network_} : compress(network_, before, data_);
    found_.layers = layers_with_choice(base_.network, rules_);
    for (const Rule& choice : rules_.choices) {
      found_.choices.push_back(choice.text);
    }
    found_.original = point(network_, {});
    found_.original.energy = sum_of(measures_.energies(network_));
    found_.energies.assign(found_.layers.size(), std::vector<double>(found_.choices.size()));
    found_.sensitivity = found_.energies;
  }

  void tell(const std::string& text) const {
    if (measures_.check) {
      measures_.check();
    }
    if (measures_.progress) {
      measures_.progress(text);
    }
  }

  /// Without fine-tuning, which learns with the choices, the other rules have been applied once and for all.
  Network with(const Choices& choices) const {
    if (rules_.fine_tune) {
      return with_choices(network_, rules_, found_, choices, data_).network;
    }
    const CompressionRules only{.choices = rules_.choices};
    return with_choices(base_.network, only, found_, choices, data_).network;
  }

  SearchPoint point(const Network& network, const Choices& choices) {
    SearchPoint result{.choices = choices};
    std::tie(result.samples, result.right) = measured_.accuracy(network);
    result.bits = stored_bits(network).total();
    return result;
  }

  SearchPoint point(const Choices& choices) {
    SearchPoint result = point(with(choices), choices);
    result.energy = other_energy_;
    for (std::size_t layer = 0; layer < choices.size(); ++layer) {
      result.energy += found_.energies[layer][choices[layer]];
    }
    return result;
  }

  /// A layer costs what it does whatever the others become, so that one network for each choice tells all.
  void find_energies() {
    for (std::size_t choice = 0; choice < found_.choices.size(); ++choice) {
      tell("energy of choice " + std::to_string(choice + 1) + " of " + std::to_string(found_.choices.size()));
      const auto energies = measures_.energies(with(Choices(found_.layers.size(), choice)));
      other_energy_ = sum_of(energies);
      for (std::size_t layer = 0; layer < found_.layers.size(); ++layer) {
        found_.energies[layer][choice] = energy_of(energies, found_.layers[layer]);
        other_energy_ -= found_.energies[layer][choice];
      }
    }
    other_energy_ = std::max(0.0, other_energy_);
  }

  void find_sensitivities() {
    const SearchPoint careful = point(Choices(found_.layers.size(), 0));
    for (std::size_t layer = 0; layer < found_.layers.size(); ++layer) {
      for (std::size_t choice = 1; choice < found_.choices.size(); ++choice) {
        tell("sensitivity of layer " + std::to_string(layer + 1) + " of " + std::to_string(found_.layers.size()));
        Choices choices(found_.layers.size(), 0);
        choices[layer] = choice;
        found_.sensitivity[layer][choice] = careful.accuracy() - point(choices).accuracy();
      }
    }
  }

  /// What a step saves for each sample that it is expected to lose; one sample more, as none is sure to be lost.
  double merit(std::size_t layer, std::size_t from, std::size_t to) const {
    const double saved = found_.energies[layer][from] - found_.energies[layer][to];
    const double lost = found_.sensitivity[layer][to] - found_.sensitivity[layer][from];
    return saved / (std::max(0.0, lost) + 1.0 / static_cast<double>(found_.original.samples));
  }

  struct Step {
    std::size_t layer, choice;
    double merit;
  };

  std::optional<Step> best_step(const Choices& now) const {
    std::optional<Step> best;
    for (std::size_t layer = 0; layer < now.size(); ++layer) {
      for (std::size_t to = now[layer] + 1; to < found_.choices.size(); ++to) {
        const double own = merit(layer, now[layer], to);
        const bool is_refused = std::ranges::find(refused_, std::pair(layer, to)) != refused_.end();
        if (!is_refused && own > 0.0 && (!best || own > best->merit)) {
          best = Step{layer, to, own};
        }
      }
    }
    return best;
  }

  void walk() {
    Choices now(found_.layers.size(), 0);
    found_.points.push_back(point(now));
    note_if_best();
    while (const auto step = best_step(now)) {
      tell("assignment " + std::to_string(found_.points.size() + 1));
      Choices next = now;
      next[step->layer] = step->choice;
      found_.points.push_back(point(next));
      if (is_within(found_.points.back())) {
        now = next;
        note_if_best();
      } else {
        refused_.emplace_back(step->layer, step->choice);
      }
    }
  }

  bool is_within(const SearchPoint& candidate) const {
    return candidate.accuracy() >= found_.original.accuracy() - options_.max_drop;
  }

  void note_if_best() {
    const SearchPoint& last = found_.points.back();
    if (is_within(last) && (!found_.best || last.energy < found_.points[*found_.best].energy)) {
      found_.best = found_.points.size() - 1;
    }
  }

  void mark_front() {
    std::vector<Objectives> objectives;
    for (const SearchPoint& candidate : found_.points) {
      objectives.push_back({candidate.energy, -candidate.accuracy()});
    }
    for (const std::size_t place : non_dominated(objectives)) {
      found_.points[place].on_front = true;
    }
  }

  const Network& network_;
  const CompressionRules& rules_;
  const CompressionMeasures& measures_;
  const CompressionSearchOptions& options_;
  const CompressionData& data_;
  Measured measured_;
  Compressed base_;
  CompressionSearch found_;
  double other_energy_ = 0.0;  // of the layers without a choice
  std::vector<std::pair<std::size_t, std::size_t>> refused_;
};

}  // namespace

CompressionSearch search_compression(const Network& network, const CompressionRules& rules,
                                     const CompressionMeasures& measures, const CompressionSearchOptions& options,
                                     const CompressionData& data) {
  return Search(network, rules, measures, options, data).run();
}

Compressed with_choices(const Network& network, const CompressionRules& rules, const CompressionSearch& search,
                        const std::vector<std::size_t>& choices, const CompressionData& data) {
  CompressionRules all = rules;
  all.choices.clear();
  for (std::size_t layer = 0; layer < choices.size(); ++layer) {
    Rule rule = rules.choices.at(choices[layer]);
    rule.selector = {.layers = {search.layers[layer]}, .position = rule.selector.position};
    all.rules.push_back(rule);
  }
  return compress(network, all, data);
}

}  // namespace pj
