#pragma once

#include <cstdint>
#include <initializer_list>

namespace pj {

/// Chance without a state: the same seed and place give the same number, whoever asks, on any thread.
/// Steele, Lea and Flood 2014 (SplitMix64), whose output is chained over the place's numbers.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

constexpr std::uint64_t chance_at(std::uint64_t seed, std::initializer_list<std::uint64_t> place) {
  std::uint64_t state = mixed(seed);
  for (const std::uint64_t number : place) {
    state = mixed(state ^ number);
  }
  return state;
}

/// A number in [0, 1).
constexpr double uniform_at(std::uint64_t seed, std::initializer_list<std::uint64_t> place) {
  return static_cast<double>(chance_at(seed, place) >> 11) * 0x1.0p-53;
}

}  // namespace pj
