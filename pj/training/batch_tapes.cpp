#include "pj/training/batch_tapes.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "pj/training/chance.hpp"

namespace pj {

namespace {

/// What the samples should be, gathered.
struct Wanted {
  std::vector<std::int64_t> classes;
  std::vector<float> numbers;

  Wanted(const Examples& examples, std::span<const std::size_t> samples) {
    for (const std::size_t i : samples) {
      std::ranges::copy(examples.classes_of(i), std::back_inserter(classes));
      std::ranges::copy(examples.targets_of(i), std::back_inserter(numbers));
    }
  }
  Targets<float> targets() const { return {classes, numbers}; }
};

std::span<const std::size_t> part_of(std::span<const std::size_t> samples, const BatchPart& part) {
  return samples.subspan(static_cast<std::size_t>(part.first), static_cast<std::size_t>(part.size));
}

}  // namespace

std::vector<BatchPart> parts_of(std::int64_t samples, std::int64_t part) {
  std::vector<BatchPart> parts;
  const std::int64_t count = std::max<std::int64_t>(1, ceil_div(samples, part));
  for (std::int64_t i = 0, first = 0; i < count; ++i) {
    const std::int64_t size = samples / count + (i < samples % count ? 1 : 0);
    parts.push_back({first, size});
    first += size;
  }
  return parts;
}

void BatchSums::add(const BatchSums& other) {
  loss += other.loss;
  rows += other.rows;
  right += other.right;
}

BatchTapes::BatchTapes(const Network& network, const ParameterList& parameters, std::span<float> numbers,
                       BatchTask task, const LayerShare<float>* share)
    : network_(network),
      parameters_(parameters),
      numbers_(numbers),
      task_(task),
      share_(share),
      end_(loss_operand(network, task_.loss)),
      width_(network.values[end_].shape.back()) {
  const std::int64_t batch = std::max<std::int64_t>(1, network.values[end_].shape.front());
  rows_ = element_count(network.values[end_].shape) / batch / std::max<std::int64_t>(width_, 1);
  if (task_.teacher) {
    teacher_parameters_ = find_parameters(*task_.teacher->network);
    for (const double number : initial_numbers(*task_.teacher->network, teacher_parameters_, Initializer::Kaiming, 0)) {
      teacher_numbers_.push_back(static_cast<float>(number));
    }
  }
}

BatchTapes::PartTape& BatchTapes::tape_for(std::size_t part, std::int64_t samples, bool learns) {
  auto& place = (learns ? learning_ : measuring_)[{part, samples}];
  if (place == nullptr) {
    place = std::make_unique<PartTape>();
    place->network = with_batch(network_, samples);
    const std::span<float> gradients = learns ? std::span<float>(part_gradients_[part]) : std::span<float>();
    place->tape.emplace(TapeTask<float>{place->network, parameters_, numbers_, gradients, end_, false, share_});
    if (learns && task_.teacher) {
      place->teacher_network = with_batch(*task_.teacher->network, samples);
      const ValueId end = loss_operand(place->teacher_network, Loss::KullbackLeibler);
      place->teacher.emplace(TapeTask<float>{place->teacher_network, teacher_parameters_, teacher_numbers_, {}, end});
    }
  }
  return *place;
}

void BatchTapes::load(PartTape& tape, const Examples& examples, std::span<const std::size_t> samples,
                      std::uint64_t seed, bool learns) const {
  const std::span<float> all = tape.tape->input(0).numbers;
  const std::size_t each = examples.input_size();
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const auto to = all.subspan(k * each, each);
    if (learns && task_.augmentation.is_any()) {
      augment(task_.augmentation, examples.shape, chance_at(seed, {samples[k]}), examples.input(samples[k]), to);
    } else {
      std::ranges::copy(examples.input(samples[k]), to.begin());
    }
  }
}

BatchSums BatchTapes::learn_part(PartTape& tape, const Examples& examples, std::span<const std::size_t> samples,
                                 const Moment& moment, double scale) const {
  const Wanted wanted(examples, samples);
  load(tape, examples, samples, moment.seed, true);
  tape.tape->forward(moment);
  const LossRows<float> rows{tape.tape->end().numbers, width_};
  const std::span<float> gradient = tape.tape->end_gradient().numbers;
  std::ranges::fill(gradient, 0.0F);
  const double teacher = task_.teacher ? task_.teacher->weight : 0.0;
  BatchSums sums{.rows = std::ssize(rows.outputs) / width_};
  sums.loss = (1.0 - teacher) * add_loss(task_.loss, rows, wanted.targets(), (1.0 - teacher) * scale, gradient);
  if (tape.teacher) {
    std::ranges::copy(tape.tape->input(0).numbers, tape.teacher->input(0).numbers.begin());
    tape.teacher->forward({.training = false});
    const std::span<const float> outputs = tape.teacher->end().numbers;
    sums.loss += teacher * add_distillation(rows, outputs, task_.teacher->temperature, teacher * scale, gradient);
  }
  sums.right = right_rows<float>(rows, wanted.classes);
  tape.tape->backward(moment);
  return sums;
}

/// Pairs of neighbours, then pairs of pairs: an order that a split into equal halves keeps.
void BatchTapes::add_gradients(std::size_t parts) {
  constexpr std::size_t block = 1 << 14;
  const std::size_t size = parameters_.size;
  parallel_for((size + block - 1) / block, task_.threads, [&](std::size_t b) {
    const std::size_t end = std::min(size, (b + 1) * block);
    for (std::size_t step = 1; step < parts; step *= 2) {
      for (std::size_t i = 0; i + step < parts; i += 2 * step) {
        float* const sum = part_gradients_[i].data();
        const float* const other = part_gradients_[i + step].data();
        for (std::size_t k = b * block; k < end; ++k) {
          sum[k] += other[k];
        }
      }
    }
  });
}

void BatchTapes::prepare(std::size_t parts) {
  while (part_gradients_.size() < parts) {
    part_gradients_.emplace_back(parameters_.size, 0.0F);
  }
}

BatchSums BatchTapes::learn(const Examples& examples, std::span<const std::size_t> samples, std::uint64_t seed,
                            std::int64_t first, std::int64_t whole) {
  const auto parts = parts_of(std::ssize(samples), task_.part);
  prepare(parts.size());
  std::vector<PartTape*> tapes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    tapes.push_back(&tape_for(i, parts[i].size, true));
  }
  const double scale = 1.0 / static_cast<double>(whole * rows_);
  std::vector<BatchSums> sums(parts.size());
  parallel_for(parts.size(), task_.threads, [&](std::size_t i) {
    const Moment moment{.seed = seed,
                        .first_sample = first + parts[i].first,
                        .share = static_cast<double>(parts[i].size) / static_cast<double>(whole)};
    sums[i] = learn_part(*tapes[i], examples, part_of(samples, parts[i]), moment, scale);
  });
  add_gradients(parts.size());
  BatchSums all;
  for (const BatchSums& part : sums) {
    all.add(part);
  }
  return all;
}

BatchSums BatchTapes::measure(const Examples& examples, std::span<const std::size_t> samples) {
  constexpr std::int64_t part = 100;
  const auto parts = parts_of(std::ssize(samples), part);
  const auto threads = static_cast<std::size_t>(thread_count(task_.threads));
  std::vector<BatchSums> sums(parts.size());
  for (std::size_t begin = 0; begin < parts.size(); begin += threads) {
    const std::size_t count = std::min(threads, parts.size() - begin);
    std::vector<PartTape*> tapes;
    for (std::size_t i = 0; i < count; ++i) {
      tapes.push_back(&tape_for(i, parts[begin + i].size, false));
    }
    parallel_for(count, task_.threads, [&](std::size_t i) {
      const auto own = part_of(samples, parts[begin + i]);
      const Wanted wanted(examples, own);
      load(*tapes[i], examples, own, 0, false);
      tapes[i]->tape->forward({.training = false});
      const LossRows<float> rows{tapes[i]->tape->end().numbers, width_};
      std::vector<float> unused(rows.outputs.size());
      sums[begin + i] = {add_loss<float>(task_.loss, rows, wanted.targets(), 1.0, unused),
                         std::ssize(rows.outputs) / width_, right_rows<float>(rows, wanted.classes)};
    });
  }
  BatchSums all;
  for (const BatchSums& part_sums : sums) {
    all.add(part_sums);
  }
  return all;
}

std::int64_t BatchTapes::stored_numbers() const {
  std::int64_t count = 0;
  for (const auto* tapes : {&learning_, &measuring_}) {
    for (const auto& [key, tape] : *tapes) {
      count += tape->tape->stored_numbers();
    }
  }
  return count;
}

}  // namespace pj
