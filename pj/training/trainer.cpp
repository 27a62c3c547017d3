#include "pj/training/trainer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/random.hpp"
#include "pj/base/text.hpp"
#include "pj/training/chance.hpp"

namespace pj {

namespace {

struct Purpose {
  static constexpr std::uint64_t Weights = 1, Order = 2, Step = 3;
};

std::vector<float> narrowed(const std::vector<double>& numbers) {
  std::vector<float> result(numbers.size());
  std::ranges::transform(numbers, result.begin(), [](double number) { return static_cast<float>(number); });
  return result;
}

double norm_of(std::span<const float> numbers) {
  double squares = 0.0;
  for (const float number : numbers) {
    squares += static_cast<double>(number) * static_cast<double>(number);
  }
  return std::sqrt(squares);
}

void check(const TrainOptions& options, const Examples& examples) {
  if (options.batch < 1 || options.epochs < 0 || options.task.part < 1) {
    throw InputError("a training has 0 epochs or more and batches of at least 1 sample");
  }
  if (examples.count == 0) {
    throw InputError({examples.name}, "has no samples; there is nothing to learn from");
  }
}

}  // namespace

Trainer::Trainer(const Network& network, const Examples& examples, TrainOptions options, Peers peers)
    : network_(network),
      examples_(examples),
      options_(std::move(options)),
      peers_(std::move(peers)),
      parameters_(with_learned_values(find_parameters(network), options_.rules)),
      rules_(rules_of(options_.rules, parameters_)),
      share_{peers_.rank, peers_.size, peers_.add_floats},
      used_(parameters_.size),
      tapes_(network, parameters_, used_, options_.task, peers_.shares_layers ? &share_ : nullptr),
      optimizer_(options_.optimizer, parameters_),
      order_(examples.count) {
  check(options_, examples);
  ensure(!peers_.shares_layers || options_.task.threads == 1, "processes that share layers exchange in one order");
  if (peers_.shares_layers && options_.clip_norm > 0.0) {
    throw InputError(
        "processes that share the layers have a part of the gradient each, whose norm is not known; leave "
        "--clip out");
  }
  check_examples(examples, network, tapes_.end());
  if (parameters_.learned == 0) {
    throw InputError("network '" + network.name + "' has no weights; there is nothing to train");
  }
  state_.numbers = narrowed(
      initial_numbers(network, parameters_, options_.initializer, chance_at(options_.seed, {Purpose::Weights})));
  for (const PlacedRule& rule : rules_) {
    if (rule.values != nullptr) {
      std::ranges::copy(rule.rule.learned->start, rule.values->of(std::span(state_.numbers)).begin());
    }
  }
  keep_rules();
  shuffle();
}

std::int64_t Trainer::steps_an_epoch() const {
  return ceil_div(static_cast<std::int64_t>(examples_.count), options_.batch);
}

/// Fisher and Yates; the order follows from the seed and the epoch alone.
void Trainer::shuffle() {
  Rng rng(chance_at(options_.seed, {Purpose::Order, static_cast<std::uint64_t>(state_.epoch)}));
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  for (std::size_t i = order_.size(); i-- > 1;) {
    std::swap(order_[i], order_[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(i)))]);
  }
}

void Trainer::use_rules() {
  used_ = state_.numbers;
  for (const PlacedRule& rule : rules_) {
    rule.use(state_.numbers, used_);
  }
}

void Trainer::change_gradient() {
  const std::span<float> gradient = tapes_.gradients();
  for (const PlacedRule& rule : rules_) {
    rule.change_gradient(state_.numbers, gradient);
  }
  if (options_.clip_norm > 0.0) {
    const std::span<float> learned = gradient.first(parameters_.learned);
    const double norm = norm_of(learned);
    const auto factor = static_cast<float>(options_.clip_norm / std::max(norm, options_.clip_norm));
    std::ranges::transform(learned, learned.begin(), [&](float number) { return number * factor; });
  }
}

/// The tapes leave the batch's statistics in the place of the gradients.
void Trainer::move_statistics() {
  const auto share = static_cast<float>(options_.statistics_momentum);
  for (std::size_t i = parameters_.learned; i < parameters_.size; ++i) {
    state_.numbers[i] += share * (tapes_.gradients()[i] - state_.numbers[i]);
  }
}

/// Each process takes its share of the batch, in order.
BatchSums Trainer::learn_batch() {
  const auto epoch = static_cast<std::uint64_t>(state_.epoch);
  const std::uint64_t seed =
      chance_at(options_.seed, {Purpose::Step, epoch, static_cast<std::uint64_t>(state_.in_epoch)});
  const std::int64_t begin = state_.in_epoch * options_.batch;
  const std::int64_t batch = std::min(options_.batch, std::ssize(order_) - begin);
  const auto shares = parts_of(batch, ceil_div(batch, batch_shares()));
  const BatchPart own = batch_share() < shares.size() ? shares[batch_share()] : BatchPart{};
  const auto samples = std::span<const std::size_t>(order_).subspan(static_cast<std::size_t>(begin + own.first),
                                                                    static_cast<std::size_t>(own.size));
  const BatchSums sums = tapes_.learn(examples_, samples, seed, own.first, batch);
  if (batch_shares() > 1) {
    peers_.add_floats(tapes_.gradients());
  }
  return summed(sums);
}

/// Over all processes.
BatchSums Trainer::summed(const BatchSums& own) const {
  if (batch_shares() == 1) {
    return own;
  }
  std::array<double, 3> totals{own.loss, static_cast<double>(own.rows), static_cast<double>(own.right)};
  peers_.add_doubles(totals);
  return {totals[0], static_cast<std::int64_t>(totals[1]), static_cast<std::int64_t>(totals[2])};
}

void Trainer::check_is_number(const BatchSums& sums) {
  const bool has_all = !peers_.shares_layers;  // else all must find the same, which the loss is
  if (!std::isfinite(sums.loss) || (has_all && !std::isfinite(norm_of(tapes_.gradients())))) {
    throw Diverged("the training diverged: the loss is no number any more in epoch " +
                   std::to_string(state_.epoch + 1) + ", step " + std::to_string(state_.in_epoch + 1) + " of " +
                   std::to_string(steps_an_epoch()));
  }
}

void Trainer::keep_rules() {
  for (const PlacedRule& rule : rules_) {
    rule.change_kept(state_.numbers);
  }
}

void Trainer::update() {
  if (!peers_.has_server || peers_.rank == 0) {
    optimizer_.step(rate_, tapes_.gradients(), state_.numbers);
    move_statistics();
    keep_rules();
  }
  if (peers_.has_server) {
    peers_.spread(state_.numbers);
  }
}

void Trainer::step() {
  ensure(!is_done(), "a training that is done makes no steps");
  const auto start = std::chrono::steady_clock::now();
  use_rules();
  const BatchSums sums = learn_batch();
  change_gradient();
  check_is_number(sums);
  const double a_step = 1.0 / static_cast<double>(steps_an_epoch());
  const double done = static_cast<double>(state_.epoch) + static_cast<double>(state_.in_epoch) * a_step;
  rate_ = options_.optimizer.rate * rate_share(options_.schedule, done, static_cast<double>(options_.epochs), a_step);
  update();
  state_.sums.add(sums);
  state_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (++state_.in_epoch == steps_an_epoch()) {
    finish_epoch();
  }
}

/// What each process has learned of the shared layers, and remembers of their gradients, for all of them.
void Trainer::hand_on_numbers() {
  const std::vector<bool> own = numbers_to_hand_on(network_, parameters_, peers_.rank, peers_.size);
  const auto hand_on = [&](std::span<float> numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = own[i] ? numbers[i] : 0.0F;
    }
    peers_.add_floats(numbers);
  };
  hand_on(state_.numbers);
  for (std::size_t first = 0; first < optimizer_.memory().size(); first += parameters_.learned) {
    hand_on(optimizer_.memory().subspan(first, parameters_.learned));
  }
}

void Trainer::finish_epoch() {
  if (peers_.shares_layers) {
    hand_on_numbers();
  }
  const auto rows = static_cast<double>(std::max<std::int64_t>(state_.sums.rows, 1));
  ++state_.epoch;
  state_.rows.push_back({.epoch = state_.epoch,
                         .rate = rate_,
                         .loss = state_.sums.loss / rows,
                         .accuracy = static_cast<double>(state_.sums.right) / rows,
                         .seconds = state_.seconds});
  state_.in_epoch = 0;
  state_.sums = {};
  state_.seconds = 0.0;
  shuffle();
}

BatchSums Trainer::measure(const Examples& examples) {
  std::vector<std::size_t> all(examples.count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  use_rules();
  const auto shares = parts_of(std::ssize(all), std::max<std::int64_t>(1, ceil_div(std::ssize(all), batch_shares())));
  const BatchPart own = batch_share() < shares.size() ? shares[batch_share()] : BatchPart{};
  return summed(tapes_.measure(examples, std::span<const std::size_t>(all).subspan(
                                             static_cast<std::size_t>(own.first), static_cast<std::size_t>(own.size))));
}

void Trainer::add_test(const BatchSums& sums) {
  ensure(!state_.rows.empty(), "a test belongs to an epoch that is done");
  const auto rows = static_cast<double>(std::max<std::int64_t>(sums.rows, 1));
  state_.rows.back().test_loss = sums.loss / rows;
  state_.rows.back().test_accuracy = static_cast<double>(sums.right) / rows;
}

std::span<const float> Trainer::used_numbers() {
  use_rules();
  return used_;
}

TrainState Trainer::state() const {
  TrainState state = state_;
  state.optimizer_steps = optimizer_.steps;
  state.optimizer_memory.assign(optimizer_.memory().begin(), optimizer_.memory().end());
  return state;
}

void Trainer::restore(TrainState state) {
  ensure(state.numbers.size() == parameters_.size && state.optimizer_memory.size() == optimizer_.memory().size(),
         "a state is restored for the network and the optimiser that it is of");
  optimizer_.steps = state.optimizer_steps;
  std::ranges::copy(state.optimizer_memory, optimizer_.memory().begin());
  state_ = std::move(state);
  shuffle();
}

Network Trainer::trained() {
  return with_parameters(network_, parameters_, used_numbers());
}

}  // namespace pj
