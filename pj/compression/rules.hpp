#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pj/base/yaml.hpp"
#include "pj/compression/activation_table.hpp"
#include "pj/compression/activations.hpp"
#include "pj/compression/codebook.hpp"
#include "pj/compression/energy_pruning.hpp"
#include "pj/compression/exit_heads.hpp"
#include "pj/compression/fine_tune.hpp"
#include "pj/compression/fixed_point.hpp"
#include "pj/compression/low_rank.hpp"
#include "pj/compression/normalisation.hpp"
#include "pj/compression/powers_of_two.hpp"
#include "pj/compression/pruning.hpp"
#include "pj/compression/selector.hpp"
#include "pj/compression/signs.hpp"
#include "pj/compression/structured_pruning.hpp"
#include "pj/compression/tied_weights.hpp"

namespace pj {

/// Weights in a floating-point format of at most 16 bits.
struct ShortFloat {
  NumberFormat format = NumberFormat::floating(16, 8);

  bool operator==(const ShortFloat&) const = default;
};

/// How the weights or their codes are stored.
struct StoreAs {
  Storage storage;  ///< its density is that of the weights

  bool operator==(const StoreAs&) const = default;
};

/// The stored weights, and their indices, in Huffman codes of their own.
struct HuffmanCoding {
  bool operator==(const HuffmanCoding&) const = default;
};

using Approximation =
    std::variant<FixedPoint, Signs, PowersOfTwo, Codebook, TiedWeights, ShortFloat, Pruning, StoreAs, HuffmanCoding,
                 ActivationFixedPoint, LowRank, StructuredPruning, ActivationTable, ExitHeads, Folding, EnergyPruning>;

/// One approximation and the layers that it is for.
struct Rule {
  std::string text;  ///< as in the file: `fixed_point bits 8 scale searched`
  Selector selector;
  Approximation approximation;

  bool operator==(const Rule&) const = default;
};

/// Something that a layer may become: rules that are done in order.
struct Choice {
  std::string text;  ///< those of its rules: `prune density 0.5; fixed_point bits 8`
  std::vector<Rule> rules;

  bool operator==(const Choice&) const = default;
};

/// What is done to a network, in order.
struct CompressionRules {
  std::string name;
  std::vector<Rule> rules;
  std::vector<Choice> choices;  ///< for each layer one of these, the most careful first; a search assigns them
  Selector choose_for;          ///< the layers that have a choice
  std::optional<FineTuning> fine_tune;
  Position fine_tune_position;

  bool operator==(const CompressionRules&) const = default;
};

/// Reads `name: …`, `fine_tune: {epochs: 2, rate: 0.001}` and `rules: [{codebook: {entries: 32}, layers: fc*}, …]`;
/// each of the `choices` is a rule or a list of rules.
/// Every fault is an `InputError` with file, line and column.
CompressionRules parse_rules(const YamlNode& file);
/// Rules with no other choices than weights of 8, 6, 5, 4, 3 or 2 bits with a scale for each output channel.
CompressionRules usual_choices();
CompressionRules load_rules(const std::string& path);

/// One line for each rule that there is: its name, its parameters with what they are if left out, and what it does.
struct RuleHelp {
  std::string name, parameters, summary;
};
std::vector<RuleHelp> rule_help();

}  // namespace pj
