#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/base/interrupt.hpp"
#include "pj/training/trainer.hpp"

namespace pj {

/// How far a training is.
struct TrainProgress {
  std::int64_t epoch = 0, epochs = 0, step = 0, steps = 0;
  double loss = 0.0;      ///< mean over the rows of this epoch so far
  double accuracy = 0.0;  ///< likewise
};

/// What to train, on what, and what to keep of it.
struct TrainRequest {
  const Network& network;
  const Examples& train;
  const Examples* test = nullptr;  ///< measured after every epoch
  TrainOptions options;
  std::string checkpoint;        ///< a file for the state, written after every epoch and now and then; empty: none
  bool resume = false;           ///< go on from that file
  double checkpoint_every = 60;  ///< seconds
  Peers peers = {};
  std::function<void(const TrainProgress&)> progress = {};
  std::function<void(const EpochRow&)> epoch_done = {};
  const Interrupt* interrupt = nullptr;
};

struct TrainResult {
  Network network;  ///< with what it has learned
  std::vector<EpochRow> rows;
};

/// Trains a network from begin to end. Throws `InputError` where it diverges, which says what to change and where the
/// last good state is, and `Interrupted` where it is asked to stop, with its state saved.
TrainResult train(const TrainRequest& request);

}  // namespace pj
