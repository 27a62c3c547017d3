#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace pj {

/// What may stand behind a verb on the command line. A verb's row says which of it the verb takes.
struct Options {
  std::vector<std::string> operands;
  std::string json;
  std::string csv;
  std::string report;
  std::int64_t threads = 0;  ///< 0: one per core
  std::int64_t batch = 0;    ///< 0: the verb's own, mostly 1
  std::vector<std::string> input_shapes;
  std::string weights;      ///< a number format; empty: the network's own
  std::string activations;  ///< likewise
  std::string densities;
  std::int64_t bits = 16;
  std::string on;  ///< empty: see `machine`
  std::vector<std::string> reference_tables;
  std::vector<std::string> technologies;
  std::string objective = "energy";
  std::string mapping;
  bool perfect_factors = false;
  std::string timeloop;
  std::string timeloop_version;
  double time_limit = 0.0;  ///< seconds; 0: none
  bool no_cache = false;
  bool verify = false;
  bool pareto = false;
  bool explain = false;
  std::string theme;
  std::vector<std::string> settings;
  std::int64_t elements = 0;  ///< 0: all that the figures show
  bool unrestricted = false;
  double within = 0.0;  ///< percent; 0: no range is asked for
  std::string page;
  std::string scenario;
  std::string sort;     ///< a metric; empty: as the machines are named
  std::string results;  ///< empty: named as the study
  std::int64_t points_limit = 100'000;
  std::string layers;
  std::string numbers;               ///< empty: the verb's default
  double sparsity = 0.0;             ///< percent; 0: weights are dense
  std::vector<std::string> inputs;   ///< `FILE` or `NAME=FILE`
  std::vector<std::string> outputs;  ///< likewise
  std::vector<std::string> states;   ///< `INPUT=OUTPUT`
  std::string labels;
  std::int64_t resize = 0;  ///< 0: as it is
  std::int64_t crop = 0;
  bool squares = false;
  std::string channels;
  std::string range;
  std::string mean;
  std::string deviation;
  std::string accuracy;
  std::int64_t samples = 0;  ///< 0: all
  std::string records;
  std::string observe;
  std::string per_input;
  std::string data;
  std::string test;
  std::int64_t epochs = 1;
  std::string optimizer = "adam";
  double rate = 0.0;  ///< 0: the optimiser's own
  double momentum = 0.9;
  double weight_decay = 0.0;
  std::string schedule = "constant";
  double warm_up = 0.0;  ///< epochs
  std::string loss = "cross-entropy";
  std::string augment = "none";
  std::string initializer = "kaiming";
  double clip = 0.0;  ///< 0: gradients of any norm
  std::int64_t seed = 1;
  std::int64_t seeds = 1;
  std::string out;
  std::string checkpoint;  ///< empty: beside `out`
  bool resume = false;
  bool server = false;
  bool model_parallel = false;

  std::string rules;
  double max_drop = 0.0;  ///< percent; 0: no search is asked for
  double hold_out = 0.0;  ///< percent; 0: nothing is held out
  bool front = false;
  std::string dialect = "qdq";

  /// The accelerator that was asked for, or the one that stands for all where none was.
  std::string machine() const { return on.empty() ? "eyeriss" : on; }
  std::string plan = "model";
  std::string memory = "usual";

  bool operator==(const Options&) const = default;
};

/// Where an option's value goes: a switch, a text, a list of texts, or a number of a range.
struct IntegerMember {
  std::int64_t Options::*member;
  std::int64_t low, high;
};
struct DecimalMember {
  double Options::*member;
  double low, high;  ///< the value is above the one and at most the other
};
using OptionMember = std::variant<bool Options::*, std::string Options::*, std::vector<std::string> Options::*,
                                  IntegerMember, DecimalMember>;

/// One row of the table of options.
struct OptionRow {
  const char* name;   ///< `--json`
  const char* value;  ///< `FILE`; empty for a switch
  const char* help;
  OptionMember member;
};

/// All options that a verb may take.
std::span<const OptionRow> option_rows();

/// The row of an option that must be in the table.
const OptionRow& option_row(const std::string& name);

/// Puts the values given for an option into place; throws `InputError` naming it.
void set_option(Options& options, const OptionRow& row, const std::vector<std::string>& values);

}  // namespace pj
