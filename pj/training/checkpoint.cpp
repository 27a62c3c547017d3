#include "pj/training/checkpoint.hpp"

#include <bit>
#include <cstring>
#include <type_traits>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/hash.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

constexpr std::string_view heading = "picojoule checkpoint 1\n";
constexpr std::size_t hash_size = 16;
constexpr std::int64_t most_bytes = std::int64_t{1} << 36;

/// Appends values to bytes, or, as a reader, takes them from there.
class Writer {
 public:
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void operator()(const Number& number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  template <class Number>
  void operator()(const std::vector<Number>& numbers) {
    (*this)(static_cast<std::int64_t>(numbers.size()));
    bytes_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
  }
  void operator()(const std::string& text) { (*this)(std::vector<char>(text.begin(), text.end())); }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_{heading};
};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : rest_(bytes), file_(file) {}

  template <class Number>
    requires std::is_arithmetic_v<Number>
  void operator()(Number& number) {
    std::memcpy(&number, taken(sizeof(number)).data(), sizeof(number));
  }
  template <class Number>
  void operator()(std::vector<Number>& numbers) {
    std::int64_t size = 0;
    (*this)(size);
    if (size < 0 || std::cmp_greater(size, rest_.size() / sizeof(Number))) {
      damaged();
    }
    numbers.resize(static_cast<std::size_t>(size));
    const std::string_view bytes = taken(numbers.size() * sizeof(Number));
    if (!bytes.empty()) {
      std::memcpy(numbers.data(), bytes.data(), bytes.size());
    }
  }
  void operator()(std::string& text) {
    std::vector<char> signs;
    (*this)(signs);
    text.assign(signs.begin(), signs.end());
  }

  [[noreturn]] void damaged() const {
    throw InputError({file_}, "is no whole checkpoint; start anew without --resume");
  }

 private:
  std::string_view taken(std::size_t size) {
    if (size > rest_.size()) {
      damaged();
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  const std::string& file_;
};

template <class Visit, class Optional>
void visit_optional(Visit& visit, Optional& number) {
  double value = number.value_or(0.0);
  std::int64_t is_there = number.has_value() ? 1 : 0;
  visit(is_there);
  visit(value);
  if constexpr (!std::is_const_v<Optional>) {
    number = is_there != 0 ? std::optional(value) : std::nullopt;
  }
}

/// One order of the fields for writing and reading.
template <class Visit, class Row>
void visit_row(Visit& visit, Row& row) {
  visit(row.epoch);
  visit(row.rate);
  visit(row.loss);
  visit(row.accuracy);
  visit_optional(visit, row.test_loss);
  visit_optional(visit, row.test_accuracy);
  visit(row.seconds);
}

template <class Visit, class State>
void visit_state(Visit& visit, State& state) {
  visit(state.epoch);
  visit(state.in_epoch);
  visit(state.sums.loss);
  visit(state.sums.rows);
  visit(state.sums.right);
  visit(state.optimizer_steps);
  visit(state.numbers);
  visit(state.optimizer_memory);
  visit(state.seconds);
}

std::string text_of(const OptimizerOptions& o) {
  const bool is_adam = o.kind == OptimizerOptions::Kind::Adam;
  return (is_adam ? "adam " + exact(o.beta1) + " " + exact(o.beta2) + " " + exact(o.epsilon)
                  : "sgd " + exact(o.momentum)) +
         ", decay " + exact(o.weight_decay);
}

}  // namespace

TrainSettings settings_of(const Network& network, const Examples& examples, const TrainOptions& options) {
  const ParameterList parameters = find_parameters(network);
  std::string shapes;
  for (const Parameter& parameter : parameters.all) {
    shapes += parameter.name + " " + shape_text(parameter.shape) + "\n";
  }
  TrainSettings settings{
      {"network", network.name + ", " + grouped(static_cast<std::int64_t>(parameters.size)) + " parameters"},
      {"parameters", hash_of(shapes)},
      {"data", examples.name + ", " + counted(static_cast<std::int64_t>(examples.count), "sample")},
      {"batch", std::to_string(options.batch)},
      {"part", std::to_string(options.task.part)},
      {"loss", to_string(options.task.loss)},
      {"optimizer", text_of(options.optimizer)},
      {"rate", exact(options.optimizer.rate)},
      {"schedule", to_string(options.schedule) + ", warm-up " + exact(options.schedule.warm_up)},
      {"augmentation", to_string(options.task.augmentation)},
      {"initializer", options.initializer == Initializer::Kaiming ? "kaiming" : "xavier"},
      {"clip", exact(options.clip_norm)},
      {"seed", std::to_string(options.seed)},
  };
  if (options.schedule.kind == RateSchedule::Kind::Cosine) {  // whose rates depend on where it ends
    settings.emplace_back("epochs", std::to_string(options.epochs));
  }
  if (options.task.teacher) {
    settings.emplace_back("teacher", options.task.teacher->network->name + " at temperature " +
                                         exact(options.task.teacher->temperature) + ", weight " +
                                         exact(options.task.teacher->weight));
  }
  return settings;
}

std::string checkpoint_bytes(const TrainSettings& settings, const TrainState& state) {
  Writer writer;
  writer(static_cast<std::int64_t>(settings.size()));
  for (const auto& [name, value] : settings) {
    writer(name);
    writer(value);
  }
  visit_state(writer, state);
  writer(static_cast<std::int64_t>(state.rows.size()));
  for (const EpochRow& row : state.rows) {
    visit_row(writer, row);
  }
  std::string bytes = writer.take();
  return bytes + hash_of(bytes);
}

TrainState parse_checkpoint(const std::string& bytes, const std::string& file, const TrainSettings& settings) {
  const std::string_view all = bytes;
  const std::size_t content = all.size() < heading.size() + hash_size ? 0 : all.size() - hash_size;
  Reader reader(all.substr(0, content).substr(std::min(content, heading.size())), file);
  if (content == 0 || !all.starts_with(heading) || hash_of(all.substr(0, content)) != all.substr(content)) {
    reader.damaged();
  }
  std::int64_t count = 0;
  reader(count);
  TrainSettings kept;
  for (std::int64_t i = 0; i < count; ++i) {
    auto& [name, value] = kept.emplace_back();
    reader(name);
    reader(value);
  }
  for (std::size_t i = 0; i < std::max(kept.size(), settings.size()); ++i) {
    const auto at = [&](const TrainSettings& all_settings) {
      return i < all_settings.size() ? all_settings[i].first + " " + all_settings[i].second
                                     : std::string("nothing more");
    };
    if (at(kept) != at(settings)) {
      throw InputError({file}, "is of another training: it has " + at(kept) + ", this one " + at(settings) +
                                   "; give the same options, or start anew without --resume");
    }
  }
  TrainState state;
  visit_state(reader, state);
  reader(count);
  for (std::int64_t i = 0; i < count; ++i) {
    visit_row(reader, state.rows.emplace_back());
  }
  return state;
}

void save_checkpoint(const std::string& path, const TrainSettings& settings, const TrainState& state) {
  write_file(path, checkpoint_bytes(settings, state));
}

TrainState load_checkpoint(const std::string& path, const TrainSettings& settings) {
  return parse_checkpoint(read_file(path, most_bytes), path, settings);
}

}  // namespace pj
