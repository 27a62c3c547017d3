#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace pj {

/// 128 bits that stand for a list of numbers as the key of a table. Two lists meet with a chance of about 2^-128;
/// a search looks up some 2^24.
class Fingerprint {
 public:
  /// Takes in the next number of the list (two multiply-and-shift mixers with odd constants).
  void add(std::uint64_t number) {
    a_ = (a_ ^ number) * 0xFF51AFD7ED558CCDULL;
    a_ ^= a_ >> 32;
    b_ = (b_ + number + 0x9E3779B97F4A7C15ULL) * 0xC4CEB9FE1A85EC53ULL;
    b_ ^= b_ >> 29;
  }
  void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
  void add(const Fingerprint& other) {
    add(other.a_);
    b_ += other.b_ * 0x9FB21C651E98DF25ULL;
  }

  bool operator==(const Fingerprint&) const = default;
  std::size_t hash() const { return a_ ^ b_; }

 private:
  std::uint64_t a_ = 0x243F6A8885A308D3ULL, b_ = 0x13198A2E03707344ULL;  // the digits of pi
};

/// Values by fingerprint, in open addressing: half of the places are free. A table that has become too large for the
/// memory that a search may take forgets all and begins anew.
template <class OrderedPair>
class FingerprintTable {
 public:
  explicit FingerprintTable(std::size_t most) : most_(most), places_(64) {}

  /// The value of a key, and whether it is new. The reference holds until the next call.
  std::pair<OrderedPair&, bool> find_or_add(const Fingerprint& key) {
    if (values_.size() == most_) {
      values_.clear();
      std::fill(places_.begin(), places_.end(), std::pair<Fingerprint, std::size_t>{});
    }
    const std::size_t at = place(key);
    if (places_[at].second != 0) {
      return {values_[places_[at].second - 1], false};
    }
    values_.emplace_back();
    places_[at] = {key, values_.size()};
    if (2 * values_.size() > places_.size()) {
      grow();
    }
    return {values_.back(), true};
  }

 private:
  std::size_t place(const Fingerprint& key) const {
    std::size_t at = key.hash() & (places_.size() - 1);
    while (places_[at].second != 0 && places_[at].first != key) {
      at = (at + 1) & (places_.size() - 1);
    }
    return at;
  }

  void grow() {
    const auto old = std::exchange(places_, std::vector<std::pair<Fingerprint, std::size_t>>(2 * places_.size()));
    for (const auto& entry : old) {
      if (entry.second != 0) {
        places_[place(entry.first)] = entry;
      }
    }
  }

  std::size_t most_;
  std::vector<std::pair<Fingerprint, std::size_t>> places_;  ///< the number of the value, from 1; 0: free
  std::deque<OrderedPair> values_;
};

}  // namespace pj
