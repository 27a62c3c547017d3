#include "pj/training/examples.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/inference/plan.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

const Value& only_input(const Network& network) {
  if (network.inputs.size() != 1 || network.outputs.empty()) {
    throw InputError("network '" + network.name + "' has " + counted(std::ssize(network.inputs), "input") + " and " +
                     counted(std::ssize(network.outputs), "output") +
                     "; one that is trained has one input and an output");
  }
  return network.values[network.inputs.front()];
}

Sizes behind_batch(const Sizes& shape) {
  return shape.empty() ? shape : Sizes(shape.begin() + 1, shape.end());
}

void check_memory(std::size_t samples, std::int64_t each, const std::string& name) {
  const std::int64_t most = machine_memory() / static_cast<std::int64_t>(sizeof(float)) / 2;
  if (each > 0 && std::cmp_greater(samples, most / each)) {
    throw InputError({name}, counted(static_cast<std::int64_t>(samples), "sample") + " of " + grouped(each) +
                                 " numbers take more than half of this machine's memory; use --samples");
  }
}

}  // namespace

std::span<const std::int64_t> Examples::classes_of(std::size_t i) const {
  const std::size_t each = count == 0 ? 0 : classes.size() / count;
  return std::span(classes).subspan(i * each, each);
}

std::span<const float> Examples::targets_of(std::size_t i) const {
  const std::size_t each = count == 0 ? 0 : targets.size() / count;
  return std::span(targets).subspan(i * each, each);
}

Examples examples_of(const DataSet& data, const Network& network, const ExampleOptions& options) {
  Value input = only_input(network);
  if (input.shape.empty()) {
    throw InputError("network '" + network.name + "' takes a single number; training needs a batch of samples");
  }
  input.shape[0] = 1;
  Examples examples{.name = data.name, .shape = behind_batch(input.shape)};
  examples.count = options.samples == 0 ? data.size() : std::min(options.samples, data.size());
  if (examples.count == 0) {
    throw InputError({data.name}, "has no samples; there is nothing to learn from");
  }
  const auto each = static_cast<std::size_t>(element_count(input.shape));
  check_memory(examples.count, static_cast<std::int64_t>(each), data.name);
  examples.inputs.resize(examples.count * each);
  constexpr std::size_t block = 256;
  parallel_for((examples.count + block - 1) / block, options.threads, [&](std::size_t b) {
    if (options.check) {
      options.check();
    }
    for (std::size_t i = b * block; i < std::min(examples.count, (b + 1) * block); ++i) {
      const auto numbers = real_numbers(prepared(data.sample(i), input, options.preprocessing));
      std::ranges::transform(numbers, examples.inputs.begin() + static_cast<std::ptrdiff_t>(i * each),
                             [](double number) { return static_cast<float>(number); });
    }
  });
  for (std::size_t i = 0; i < examples.count; ++i) {
    examples.classes.push_back(data.labels[i].front());
  }
  return examples;
}

std::string vocabulary(const std::string& text) {
  std::array<bool, 256> seen{};
  for (const char c : text) {
    seen[static_cast<unsigned char>(c)] = true;
  }
  std::string all;
  for (std::size_t c = 0; c < seen.size(); ++c) {
    if (seen[c]) {
      all.push_back(static_cast<char>(c));
    }
  }
  return all;
}

Examples examples_of_text(const std::string& text, const std::string& all, std::int64_t window,
                          const std::string& name) {
  const auto size = static_cast<std::size_t>(window);
  Examples examples{.name = name, .shape = {window}, .count = text.empty() ? 0 : (text.size() - 1) / size};
  if (examples.count == 0) {
    throw InputError({name}, "has " + counted(std::ssize(text), "byte") + "; a window of " + std::to_string(window) +
                                 " and the byte behind it need " + std::to_string(window + 1));
  }
  for (std::size_t i = 0; i < examples.count * size; ++i) {
    examples.inputs.push_back(static_cast<float>(all.find(text[i])));
    examples.classes.push_back(static_cast<std::int64_t>(all.find(text[i + 1])));
  }
  return examples;
}

Examples chosen(const Examples& examples, std::span<const std::size_t> places) {
  Examples part{.name = examples.name, .shape = examples.shape, .count = places.size()};
  for (const std::size_t i : places) {
    std::ranges::copy(examples.input(i), std::back_inserter(part.inputs));
    std::ranges::copy(examples.classes_of(i), std::back_inserter(part.classes));
    std::ranges::copy(examples.targets_of(i), std::back_inserter(part.targets));
  }
  return part;
}

std::pair<Examples, Examples> divided(const Examples& examples, std::size_t first) {
  std::vector<std::size_t> places(examples.count);
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = i;
  }
  const std::span<const std::size_t> all(places);
  return {chosen(examples, all.first(first)), chosen(examples, all.subspan(first))};
}

void check_examples(const Examples& examples, const Network& network, ValueId end) {
  const Value& input = only_input(network);
  const Sizes& output = network.values[end].shape;
  if (behind_batch(input.shape) != examples.shape) {
    throw InputError("network '" + network.name + "' takes samples of " + shape_text(behind_batch(input.shape)) +
                     ", those of '" + examples.name + "' are " + shape_text(examples.shape));
  }
  if (output.size() < 2 || output[0] != input.shape[0]) {
    throw InputError("network '" + network.name + "' makes " + shape_text(output) + " of a batch of " +
                     std::to_string(input.shape[0]) + "; training needs a row of outputs for each sample");
  }
  const std::int64_t each = element_count(behind_batch(output));
  const std::int64_t width = output.back();
  const auto count = static_cast<std::int64_t>(examples.count);
  if (!examples.targets.empty() ? std::ssize(examples.targets) != count * each
                                : std::ssize(examples.classes) != count * (each / width)) {
    throw InputError("network '" + network.name + "' makes " + shape_text(behind_batch(output)) + " of a sample, '" +
                     examples.name + "' has " + counted(std::ssize(examples.classes) / count, "class", "classes") +
                     " for one; they must be as many as rows");
  }
  for (std::size_t i = 0; i < examples.classes.size(); ++i) {
    if (examples.classes[i] < 0 || examples.classes[i] >= width) {
      throw InputError({examples.name}, "sample " + std::to_string(i * examples.count / examples.classes.size()) +
                                            " has the class " + std::to_string(examples.classes[i]) +
                                            ", but the network has " + counted(width, "score") + ", for classes 0 to " +
                                            std::to_string(width - 1));
    }
  }
}

}  // namespace pj
