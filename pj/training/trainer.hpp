#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pj/training/batch_tapes.hpp"
#include "pj/training/optimizer.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// How a network is trained.
struct TrainOptions {
  std::int64_t epochs = 1;
  std::int64_t batch = 64;
  BatchTask task;
  OptimizerOptions optimizer;
  RateSchedule schedule;
  Initializer initializer = Initializer::Kaiming;
  double clip_norm = 0.0;            ///< the gradient's largest norm (Pascanu, Mikolov and Bengio 2013); 0: any
  double statistics_momentum = 0.1;  ///< by which running statistics move towards those of a batch
  std::uint64_t seed = 1;
  ParameterRules rules = {};
};

/// What an epoch gave.
struct EpochRow {
  std::int64_t epoch = 0;  ///< from 1
  double rate = 0.0;       ///< of the last step
  double loss = 0.0;       ///< mean over the rows that were learned from, while learning
  double accuracy = 0.0;   ///< share of their rows that were right, while learning
  std::optional<double> test_loss, test_accuracy;
  double seconds = 0.0;

  bool operator==(const EpochRow&) const = default;
};

/// All that a training needs to go on bit by bit.
struct TrainState {
  std::int64_t epoch = 0;     ///< epochs that are done
  std::int64_t in_epoch = 0;  ///< steps of the next one that are done
  BatchSums sums;             ///< of those steps
  std::int64_t optimizer_steps = 0;
  std::vector<float> numbers, optimizer_memory;
  std::vector<EpochRow> rows;
  double seconds = 0.0;  ///< spent on the steps of the epoch that is begun
};

/// How far it is: a part of its state.
struct TrainStatus {
  std::int64_t epoch = 0, in_epoch = 0;
  BatchSums sums;
};

/// The processes that train together: each learns from its share of every batch. All make the step from the sum of
/// their gradients, or, with a server, the first one does, and hands W' = W − η · ΔW on (Dean et al. 2012,
/// synchronously).
struct Peers {
  std::int64_t rank = 0, size = 1;
  bool has_server = false;
  /// The batch is not shared but the layers: each computes some of their channels (pj/training/shared_layer).
  bool shares_layers = false;
  std::function<void(std::span<float>)> add_floats = {};    ///< sums over all processes
  std::function<void(std::span<double>)> add_doubles = {};  ///< likewise
  std::function<void(std::span<float>)> spread = {};        ///< the first one's numbers for all
};

/// Trains a network step by step: the same seed gives the same bits on any number of threads.
class Trainer {
 public:
  /// The network and the examples must outlive it. Throws `InputError` where they do not fit.
  Trainer(const Network& network, const Examples& examples, TrainOptions options, Peers peers = {});

  std::int64_t steps_an_epoch() const;
  bool is_done() const { return state_.epoch >= options_.epochs; }
  /// One step, and after the last of an epoch its row. Throws `Diverged` where the loss is no number.
  void step();
  /// What the network makes of other examples now.
  BatchSums measure(const Examples& examples);
  /// Adds what was measured to the row of the last epoch.
  void add_test(const BatchSums& sums);

  /// The gradients of the last step, after clipping and rules.
  std::span<const float> gradients() { return tapes_.gradients(); }
  /// Those of the network, and the values that rules learn beside them.
  const ParameterList& parameters() const { return parameters_; }
  /// What the network computes with: the kept numbers through their rules.
  std::span<const float> used_numbers();

  TrainStatus status() const { return {state_.epoch, state_.in_epoch, state_.sums}; }
  const std::vector<EpochRow>& rows() const { return state_.rows; }
  TrainState state() const;
  void restore(TrainState state);
  /// The network with what it has learned, the rules applied.
  Network trained();

 private:
  void use_rules();
  void keep_rules();
  void shuffle();
  BatchSums learn_batch();
  void check_is_number(const BatchSums& sums);
  void update();
  BatchSums summed(const BatchSums& own) const;
  void change_gradient();
  void move_statistics();
  void finish_epoch();
  void hand_on_numbers();
  std::int64_t batch_shares() const { return peers_.shares_layers ? 1 : peers_.size; }
  std::size_t batch_share() const { return peers_.shares_layers ? 0 : static_cast<std::size_t>(peers_.rank); }

  const Network& network_;
  const Examples& examples_;
  TrainOptions options_;
  Peers peers_;
  ParameterList parameters_;
  std::vector<PlacedRule> rules_;
  LayerShare<float> share_;
  std::vector<float> used_;  ///< what the network computes with
  BatchTapes tapes_;
  Optimizer optimizer_;
  TrainState state_;
  std::vector<std::size_t> order_;  ///< of the samples in this epoch
  double rate_ = 0.0;
};

/// The loss or a gradient is no number any more.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace pj
