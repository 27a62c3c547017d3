#pragma once

#include <cstdint>
#include <random>

namespace pj {

/// A seeded source of random numbers, passed by reference wherever chance is wanted; the numbers are
/// the same on every platform (the standard fixes the engine, not its distributions).
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : engine_(seed) {}

  /// A whole number from `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    // Unsigned numbers wrap around, so that the widest range is one, too.
    const auto first = static_cast<std::uint64_t>(low);
    const std::uint64_t range = static_cast<std::uint64_t>(high) - first + 1;
    return static_cast<std::int64_t>(first + (range == 0 ? engine_() : engine_() % range));
  }
  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }
  /// A number in [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace pj
