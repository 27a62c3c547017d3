#include "pj/training/train.hpp"

#include <algorithm>
#include <chrono>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/training/checkpoint.hpp"

namespace pj {

namespace {

using Clock = std::chrono::steady_clock;

/// The state on its way into a file; only the first of several processes writes it.
class Keeper {
 public:
  explicit Keeper(const TrainRequest& request)
      : request_(request), settings_(settings_of(request.network, request.train, request.options)) {}

  bool keeps() const { return !request_.checkpoint.empty() && request_.peers.rank == 0; }
  void restore(Trainer& trainer) const { trainer.restore(load_checkpoint(request_.checkpoint, settings_)); }
  void save(const Trainer& trainer) {
    if (keeps()) {
      save_checkpoint(request_.checkpoint, settings_, trainer.state());
      is_saved_ = true;
    }
    last_ = Clock::now();
  }
  void save_now_and_then(const Trainer& trainer) {
    if (request_.peers.shares_layers) {
      return;  // between epochs nobody has all numbers
    }
    if (std::chrono::duration<double>(Clock::now() - last_).count() >= request_.checkpoint_every) {
      save(trainer);
    }
  }
  /// Where the last good state is, for a message.
  std::string place() const { return is_saved_ ? "; the state before is in " + request_.checkpoint : ""; }

 private:
  const TrainRequest& request_;
  TrainSettings settings_;
  Clock::time_point last_ = Clock::now();
  bool is_saved_ = false;
};

void show_progress(const TrainRequest& request, const Trainer& trainer) {
  if (!request.progress) {
    return;
  }
  const TrainStatus status = trainer.status();
  const auto rows = static_cast<double>(std::max<std::int64_t>(status.sums.rows, 1));
  request.progress({.epoch = status.epoch + 1,
                    .epochs = request.options.epochs,
                    .step = status.in_epoch,
                    .steps = trainer.steps_an_epoch(),
                    .loss = status.sums.loss / rows,
                    .accuracy = static_cast<double>(status.sums.right) / rows});
}

void stop_where_asked(const TrainRequest& request, const Trainer& trainer, Keeper& keeper) {
  // One of several processes that stops alone would leave the others waiting; mpirun ends them all.
  if (request.interrupt != nullptr && request.interrupt->requested() && request.peers.size == 1) {
    keeper.save(trainer);
    throw Interrupted(keeper.keeps() ? "interrupted; --resume goes on from " + request.checkpoint : "interrupted");
  }
}

void run_epoch(const TrainRequest& request, Trainer& trainer, Keeper& keeper) {
  const std::int64_t epoch = trainer.status().epoch;
  while (trainer.status().epoch == epoch) {
    stop_where_asked(request, trainer, keeper);
    try {
      trainer.step();
    } catch (const Diverged& fault) {
      throw InputError(std::string(fault.what()) + "; use a lower --rate than " +
                       exact(request.options.optimizer.rate) + ", --clip or --warm-up" + keeper.place());
    }
    if (trainer.status().epoch == epoch) {
      keeper.save_now_and_then(trainer);
      show_progress(request, trainer);
    }
  }
}

}  // namespace

TrainResult train(const TrainRequest& request) {
  Trainer trainer(request.network, request.train, request.options, request.peers);
  Keeper keeper(request);
  if (request.resume) {
    keeper.restore(trainer);
  }
  for (const EpochRow& row : trainer.rows()) {
    if (request.epoch_done) {
      request.epoch_done(row);
    }
  }
  while (!trainer.is_done()) {
    run_epoch(request, trainer, keeper);
    if (request.test != nullptr) {
      trainer.add_test(trainer.measure(*request.test));
    }
    keeper.save(trainer);
    if (request.epoch_done) {
      request.epoch_done(trainer.rows().back());
    }
  }
  return {trainer.trained(), trainer.rows()};
}

}  // namespace pj
