#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pj/training/augmentation.hpp"
#include "pj/training/examples.hpp"
#include "pj/training/loss.hpp"
#include "pj/training/tape.hpp"

namespace pj {

/// A trained network whose outputs are learned from, too (Hinton, Vinyals and Dean 2015).
struct Teacher {
  const Network* network = nullptr;
  double temperature = 4.0;
  double weight = 0.9;  ///< of the teacher in the loss; the rest is the examples'
};

/// What is computed for a batch.
struct BatchTask {
  Loss loss = Loss::CrossEntropy;
  Augmentation augmentation;
  std::optional<Teacher> teacher;
  std::int64_t part = 32;  ///< samples of a part
  int threads = 0;
};

/// Part of a batch: which samples, and where they stand in the whole batch.
struct BatchPart {
  std::int64_t first = 0, size = 0;
};

/// A batch cut into parts of equal size, the last ones one sample smaller; the same on any number of threads.
std::vector<BatchPart> parts_of(std::int64_t samples, std::int64_t part);

/// What a batch gave, as sums over its rows.
struct BatchSums {
  double loss = 0.0;
  std::int64_t rows = 0, right = 0;

  void add(const BatchSums& other);
};

/// Tapes that compute the parts of batches side by side. Each part has gradients of its own, which are added pair by
/// pair: the sum does not depend on who computed which part.
class BatchTapes {
 public:
  /// `numbers` are those of the parameters; all must outlive the tapes. Layers that several processes share are
  /// computed on one thread.
  BatchTapes(const Network& network, const ParameterList& parameters, std::span<float> numbers, BatchTask task,
             const LayerShare<float>* share = nullptr);

  /// The loss of the samples and the gradient of its mean over a batch of `whole` samples, of which these begin at
  /// `first`. `seed` is that of the step.
  BatchSums learn(const Examples& examples, std::span<const std::size_t> samples, std::uint64_t seed,
                  std::int64_t first, std::int64_t whole);
  /// The gradient of all parameters that `learn` has left; statistics of batch normalisation are averages.
  std::span<float> gradients() { return part_gradients_.front(); }

  /// The loss and the right answers, as the network is run.
  BatchSums measure(const Examples& examples, std::span<const std::size_t> samples);

  ValueId end() const { return end_; }
  /// The shape of the end for a batch of one, without the batch.
  std::int64_t rows_a_sample() const { return rows_; }
  /// Numbers that the tapes keep.
  std::int64_t stored_numbers() const;

 private:
  /// A tape with its network; the teacher's, too.
  struct PartTape {
    Network network, teacher_network;
    std::optional<Tape<float>> tape, teacher;
  };

  PartTape& tape_for(std::size_t part, std::int64_t samples, bool learns);
  void prepare(std::size_t parts);
  void load(PartTape& tape, const Examples& examples, std::span<const std::size_t> samples, std::uint64_t seed,
            bool learns) const;
  BatchSums learn_part(PartTape& tape, const Examples& examples, std::span<const std::size_t> samples,
                       const Moment& moment, double scale) const;
  void add_gradients(std::size_t parts);

  const Network& network_;
  const ParameterList& parameters_;
  std::span<float> numbers_;
  BatchTask task_;
  const LayerShare<float>* share_;
  ValueId end_;
  std::int64_t width_ = 1, rows_ = 1;
  std::vector<std::vector<float>> part_gradients_;
  std::map<std::pair<std::size_t, std::int64_t>, std::unique_ptr<PartTape>> learning_, measuring_;
  ParameterList teacher_parameters_;
  std::vector<float> teacher_numbers_;
};

}  // namespace pj
