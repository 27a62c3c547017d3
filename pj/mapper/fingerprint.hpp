#pragma once

#include <cstddef>
#include <cstdint>

namespace pj {

/// 128 bits that stand for a list of numbers as the key of a table. Two lists meet with a chance of about 2^-128;
/// a search looks up some 2^24.
class Fingerprint {
 public:
  /// Takes in the next number of the list (two multiply-and-shift mixers with odd constants).
  void add(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    a_ = (a_ ^ bits) * 0xFF51AFD7ED558CCDULL;
    a_ ^= a_ >> 32;
    b_ = (b_ + bits + 0x9E3779B97F4A7C15ULL) * 0xC4CEB9FE1A85EC53ULL;
    b_ ^= b_ >> 29;
  }

  bool operator==(const Fingerprint&) const = default;
  std::size_t hash() const { return a_; }

 private:
  std::uint64_t a_ = 0x243F6A8885A308D3ULL, b_ = 0x13198A2E03707344ULL;  // the digits of pi
};

struct FingerprintHash {
  std::size_t operator()(const Fingerprint& key) const { return key.hash(); }
};

}  // namespace pj
