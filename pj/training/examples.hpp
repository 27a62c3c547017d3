#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pj/data/data_set.hpp"
#include "pj/inference/preprocess.hpp"

namespace pj {

/// Samples ready to be learned from: the network's inputs, and what its output should be.
struct Examples {
  std::string name;
  Sizes shape;                        ///< of a sample's input
  std::vector<float> inputs;          ///< whole numbers (words) as reals, too
  std::vector<std::int64_t> classes;  ///< of each row of a sample's output, or
  std::vector<float> targets;         ///< what each output should be
  std::size_t count = 0;

  std::size_t input_size() const { return count == 0 ? 0 : inputs.size() / count; }
  std::span<const float> input(std::size_t i) const {
    return std::span(inputs).subspan(i * input_size(), input_size());
  }
  std::span<const std::int64_t> classes_of(std::size_t i) const;
  std::span<const float> targets_of(std::size_t i) const;
};

struct ExampleOptions {
  Preprocessing preprocessing;
  std::size_t samples = 0;  ///< the first so many; 0: all
  int threads = 0;
  std::function<void()> check = {};  ///< may throw, to end early
};

/// The samples of a data set as a network's input takes them, all in memory. Throws `InputError` where one is damaged
/// or does not fit, the data set is empty, or a class is none of the network's.
Examples examples_of(const DataSet& data, const Network& network, const ExampleOptions& options = {});

/// Windows of a text: each byte is to be told from those before it. The vocabulary is the bytes that `all` has, in
/// order.
Examples examples_of_text(const std::string& text, const std::string& all, std::int64_t window,
                          const std::string& name);

/// The bytes of a text, each once, in order.
std::string vocabulary(const std::string& text);

/// The first samples, and the rest.
std::pair<Examples, Examples> divided(const Examples& examples, std::size_t first);

/// The samples at these places.
Examples chosen(const Examples& examples, std::span<const std::size_t> places);

/// Throws `InputError` unless the examples fit the network's input and the rows of the value that the loss sees.
void check_examples(const Examples& examples, const Network& network, ValueId end);

}  // namespace pj
