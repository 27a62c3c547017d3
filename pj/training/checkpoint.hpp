#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pj/training/trainer.hpp"

namespace pj {

/// What a training was told, by name: it goes on only where that is the same.
using TrainSettings = std::vector<std::pair<std::string, std::string>>;

/// The settings that a checkpoint must agree with.
TrainSettings settings_of(const Network& network, const Examples& examples, const TrainOptions& options);

/// The bytes of a checkpoint: the settings, the state, and a hash of both.
std::string checkpoint_bytes(const TrainSettings& settings, const TrainState& state);

/// The state in a checkpoint. Throws `InputError` where the bytes are damaged or of a training with other settings,
/// naming the first that differs.
TrainState parse_checkpoint(const std::string& bytes, const std::string& file, const TrainSettings& settings);

/// The same from a file, which is written whole or not at all.
void save_checkpoint(const std::string& path, const TrainSettings& settings, const TrainState& state);
TrainState load_checkpoint(const std::string& path, const TrainSettings& settings);

}  // namespace pj
