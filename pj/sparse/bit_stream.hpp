#pragma once

#include <cstdint>
#include <vector>

namespace pj {

/// A string of bits, the first in the lowest bit of the first byte.
struct BitStream {
  std::vector<std::uint8_t> bytes;
  std::int64_t bits = 0;

  bool operator==(const BitStream&) const = default;

  /// Adds the lowest so many bits of a number, at most 64.
  void append(std::uint64_t number, int count);
};

/// Reads a stream from its start.
class BitReader {
 public:
  explicit BitReader(const BitStream& stream) : stream_(stream) {}

  std::int64_t left() const { return stream_.bits - next_; }
  /// The next so many bits; throws `InputError` where the stream has no more.
  std::uint64_t take(int count);

 private:
  const BitStream& stream_;
  std::int64_t next_ = 0;
};

/// Throws `InputError` unless the bytes are as many as the bits need and the bits behind the last are 0.
void check(const BitStream& stream);

/// The bits that tell so many things apart, at least 1.
int bits_for(std::int64_t things);

}  // namespace pj
