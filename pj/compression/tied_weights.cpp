#include "pj/compression/tied_weights.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"

namespace pj {

namespace {

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the result depends on all of the input.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

Tying hashed(std::int64_t elements, const TiedWeights& rule) {
  Tying tying;
  tying.count = std::max<std::int64_t>(1, std::llround(static_cast<double>(elements) / rule.ratio));
  for (std::int64_t i = 0; i < elements; ++i) {
    const std::uint64_t hash = mixed(static_cast<std::uint64_t>(i) + mixed(rule.seed));
    tying.values.push_back(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(tying.count)));
  }
  return tying;
}

Tying circulant(const Sizes& shape, std::int64_t block) {
  if (shape.size() < 2 || shape[0] < 2 || shape[1] < 2) {
    throw InputError("weights of " + shape_text(shape) + " have no matrix of channels to be made circulant");
  }
  const std::int64_t inner = element_count(shape) / (shape[0] * shape[1]);
  const std::int64_t across = ceil_div(shape[1], block);
  Tying tying;
  tying.count = ceil_div(shape[0], block) * across * block * inner;
  for (std::int64_t m = 0; m < shape[0]; ++m) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      const std::int64_t diagonal = (m % block - c % block + block) % block;
      const std::int64_t first = ((m / block * across + c / block) * block + diagonal) * inner;
      for (std::int64_t i = 0; i < inner; ++i) {
        tying.values.push_back(first + i);
      }
    }
  }
  return tying;
}

}  // namespace

Tying tying_of(const Sizes& shape, const TiedWeights& rule) {
  return rule.rule == TiedWeights::Rule::Hashed ? hashed(element_count(shape), rule) : circulant(shape, rule.block);
}

CodedWeights with_ties(const Weights& weights, const TiedWeights& rule) {
  if (weights.is_pruned()) {
    throw InputError("pruned weights would come back where they share a value with others; leave pruning out");
  }
  if (rule.rule == TiedWeights::Rule::Circulant && weights.channel_axis != 0) {
    throw InputError("only weights with their output channels on the first axis are made circulant");
  }
  const Tying tying = tying_of(weights.shape, rule);
  std::vector<double> sums(static_cast<std::size_t>(tying.count));
  std::vector<double> counts(sums.size());
  for (std::size_t i = 0; i < tying.values.size(); ++i) {
    sums[static_cast<std::size_t>(tying.values[i])] += weights.numbers[i];
    counts[static_cast<std::size_t>(tying.values[i])] += 1.0;
  }
  CodedWeights coded{.format = NumberFormat::fixed(32), .codes = tying.values};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    coded.table.push_back(counts[i] == 0.0 ? 0.0 : static_cast<float>(sums[i] / counts[i]));
  }
  return coded;
}

}  // namespace pj
