#include "pj/inference/conv_choice.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "pj/base/files.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/random.hpp"
#include "pj/base/text.hpp"
#include "pj/kernels/channel_parts.hpp"
#include "pj/kernels/kernel_version.hpp"
#include "pj/kernels/measure.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

/// The share of the peak that the products of an algorithm reach: medians over the layers of AlexNet, ResNet-50 and
/// GoogLeNet on one processor (`picojoule bench`). They need only say which algorithms are not worth measuring.
double efficiency_of(const std::string& name) {
  return name == "FFT" ? 0.15 : name == "Strassen" ? 0.25 : name == "im2col" ? 0.65 : name == "depthwise" ? 0.4 : 0.85;
}

/// Additions and multiplications by constants, those of transforms, are at the speed of the near caches.
constexpr double transform_efficiency = 0.3;
constexpr double bytes_per_second = 3e10;
/// Operations a second of the widest vectors; a fixed number, so that a plan by the model is the same every time.
double peak() {
  constexpr double lane = 7.5e9;  // two operations, twice a cycle of 1.9 GHz or once of 3.8
  return lane * static_cast<double>(vector_kernels().front()->panel) / 2.0;
}

void sort_by_time(std::vector<AlgorithmTime>& times) {
  std::ranges::stable_sort(times, {}, [](const AlgorithmTime& t) { return t.time.value; });
}

std::string key_of(const ConvShape& shape) {
  static const std::string machine = [] {
    const Machine found = this_machine();
    return found.processor + ", " + found.instructions + ", OpenBLAS " + found.openblas + ", oneDNN " + found.onednn +
           ", kernels " + std::string(kernel_version());
  }();
  std::string pads;
  for (const std::int64_t pad : {shape.pad_top, shape.pad_bottom, shape.pad_left, shape.pad_right}) {
    pads += " " + std::to_string(pad);
  }
  return machine + ", " + to_string(shape) + ", padding" + pads;
}

constexpr const char* heading = "# Times of convolutions that `picojoule` measured. It may be deleted.\n";

std::string entry_text(const std::string& key, const std::vector<AlgorithmTime>& times) {
  std::string text = heading + key + "\n";
  for (const AlgorithmTime& t : times) {
    text += exact(t.time.value) + " " + std::to_string(t.parts) + " " + t.algorithm->name + "\n";
  }
  return text;
}

/// Nothing where the entry is not what `entry_text` writes for this key.
std::optional<std::vector<AlgorithmTime>> parsed(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  if (line + "\n" != heading || !std::getline(lines, line) || line != key) {
    return std::nullopt;
  }
  std::vector<AlgorithmTime> times;
  double seconds = 0.0;
  std::int64_t parts = 0;
  while (lines >> seconds >> parts && std::getline(lines >> std::ws, line)) {
    const auto row = std::ranges::find(conv_algorithms(), line, &ConvAlgorithm::name);
    if (row == conv_algorithms().end() || !(seconds > 0.0) || parts < 0) {
      return std::nullopt;
    }
    times.push_back({&*row, Seconds{seconds}, parts});
  }
  return times.empty() || !lines.eof() ? std::nullopt : std::optional(times);
}

/// The numbers that all algorithms share; each takes as many as it needs.
struct SharedNumbers {
  std::vector<float> input, weights;
  Buffer<float> output, workspace;
};

template <class Number>
std::span<Number> first_of(std::span<Number> numbers, std::int64_t count) {
  return numbers.first(static_cast<std::size_t>(count));
}

/// One algorithm on random numbers.
struct Contender {
  const ConvAlgorithm* algorithm;
  PreparedConv conv;
  std::vector<double> times;

  double timed(const ConvShape& shape, SharedNumbers& numbers) {
    const Seconds start = processor_time();
    conv.run_all({first_of(std::span<const float>(numbers.input), layout_size(shape.input(), conv.input)),
                  first_of(std::span(numbers.output), layout_size(shape.output(), conv.output)),
                  first_of(std::span(numbers.workspace), conv.all_workspace())});
    times.push_back((processor_time() - start).value);
    return times.back();
  }
  double least() const { return std::ranges::min(times); }
  double median() {
    std::ranges::sort(times);
    return times[times.size() / 2];
  }
};

std::vector<float> random_numbers(std::int64_t count) {
  Rng rng(1);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  std::ranges::generate(numbers, [&] { return static_cast<float>(2.0 * rng.uniform() - 1.0); });
  return numbers;
}

/// Ready to be timed. How long it takes does not depend on the weights, whose transformation is left out.
Contender contender(const ConvShape& shape, const ConvAlgorithm& algorithm, SharedNumbers& numbers) {
  const bool is_transformed = algorithm.kept_weights > 1.0;
  if (!is_transformed && numbers.weights.empty()) {
    numbers.weights = random_numbers(element_count(shape.weights()));
  }
  Contender c{
      &algorithm, algorithm.prepare(shape, is_transformed ? std::span<const float>{} : numbers.weights, {}), {}};
  const auto needed = static_cast<std::size_t>(c.conv.all_workspace());
  numbers.workspace.resize(std::max(numbers.workspace.size(), needed));
  return c;
}

/// The algorithms in turn on the same numbers, the likely best first; those that are far slower in their first run, or
/// in the better one of two, have no more.
std::vector<AlgorithmTime> raced(const ConvShape& shape, const std::vector<AlgorithmTime>& entrants) {
  constexpr double far = 1.5;
  constexpr double hopeless = 2.5;  // a first run finds nothing in the caches
  SharedNumbers numbers{random_numbers(layout_size(shape.input(), Layout::Blocked)),
                        {},
                        Buffer<float>(static_cast<std::size_t>(layout_size(shape.output(), Layout::Blocked))),
                        {}};
  std::vector<Contender> contenders;
  double best = INFINITY;
  for (const AlgorithmTime& t : entrants) {
    Contender c = contender(shape, *t.algorithm, numbers);
    if (c.timed(shape, numbers) > hopeless * best) {
      continue;
    }
    best = std::min({best, c.least(), c.timed(shape, numbers)});
    if (c.least() <= far * best) {
      contenders.push_back(std::move(c));
    }
  }
  std::erase_if(contenders, [&](const Contender& c) { return c.least() > far * best; });
  const auto rounds = static_cast<int>(std::clamp(1e-2 / best / static_cast<double>(contenders.size()), 2.0, 20.0));
  for (int round = 0; round < rounds && contenders.size() > 1; ++round) {
    for (Contender& c : contenders) {
      c.timed(shape, numbers);
    }
  }
  std::vector<AlgorithmTime> times;
  for (Contender& c : contenders) {
    const std::int64_t parts = std::max(c.conv.parts, c.conv.parts == 1 ? channel_part_count(shape) : 1);
    times.push_back({c.algorithm, Seconds{c.median()}, parts});
  }
  sort_by_time(times);
  return times;
}

}  // namespace

Seconds modelled_time(const ConvAlgorithm& algorithm, const ConvShape& s) {
  const OperationCount count = algorithm.operations(s);
  const auto products = static_cast<double>(count.multiplications);
  const auto others = static_cast<double>(count.constant_multiplications) +
                      std::max(0.0, static_cast<double>(count.additions) - products);
  const double computing = (2.0 * products / efficiency_of(algorithm.name) + others / transform_efficiency) / peak();
  const auto numbers =
      static_cast<double>(element_count(s.input()) + element_count(s.output()) + element_count(s.weights()));
  return Seconds{std::max(computing, 4.0 * numbers / bytes_per_second)};
}

Seconds shared_time(const AlgorithmTime& time, int threads) {
  if (time.parts == 0) {  // by the model: the choice is the same for any number of threads
    return time.time;
  }
  return static_cast<double>(ceil_div(time.parts, threads)) / static_cast<double>(time.parts) * time.time;
}

std::vector<AlgorithmTime> modelled_times(const ConvShape& shape, const RowNames& rows) {
  std::vector<AlgorithmTime> times;
  for (const ConvAlgorithm& algorithm : conv_algorithms().subspan(1)) {
    if ((rows.empty() || std::ranges::count(rows, algorithm.name) > 0) && algorithm.can_run(shape)) {
      times.push_back({&algorithm, modelled_time(algorithm, shape)});
    }
  }
  if (times.empty()) {
    throw InputError("none of the algorithms that are allowed can run " + to_string(shape));
  }
  sort_by_time(times);
  return times;
}

std::optional<std::vector<AlgorithmTime>> ConvTimeStore::find(const ConvShape& shape) {
  const std::string key = key_of(shape);
  {
    const std::lock_guard lock(mutex_);
    const auto known = std::ranges::find(memory_, key, &decltype(memory_)::value_type::first);
    if (known != memory_.end()) {
      return known->second;
    }
  }
  try {
    return folder_.empty() ? std::nullopt : parsed(read_file(folder_ + "/" + hash_of(key) + ".txt", 1 << 16), key);
  } catch (const InputError&) {  // there is none yet
    return std::nullopt;
  }
}

void ConvTimeStore::store(const ConvShape& shape, const std::vector<AlgorithmTime>& times) {
  const std::string key = key_of(shape);
  {
    const std::lock_guard lock(mutex_);
    memory_.emplace_back(key, times);
  }
  if (!folder_.empty()) {
    try {
      std::error_code ignored;
      std::filesystem::create_directories(folder_, ignored);
      write_file(folder_ + "/" + hash_of(key) + ".txt", entry_text(key, times));
    } catch (const InputError&) {  // what cannot be kept is measured again
    }
  }
}

std::vector<AlgorithmTime> measured_times(const ConvShape& shape, ConvTimeStore& store, const RowNames& rows) {
  if (const auto known = rows.empty() ? store.find(shape) : std::nullopt) {
    return *known;
  }
  constexpr double hopeless = 1.8;  // times the best of the model
  std::vector<AlgorithmTime> times = modelled_times(shape, rows);
  const Seconds limit = hopeless * times.front().time;
  std::erase_if(times, [&](const AlgorithmTime& t) { return t.time > limit; });
  times = raced(shape, times);
  if (rows.empty()) {
    store.store(shape, times);
  }
  return times;
}

}  // namespace pj
