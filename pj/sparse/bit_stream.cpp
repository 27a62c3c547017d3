#include "pj/sparse/bit_stream.hpp"

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"

namespace pj {

namespace {

constexpr int byte = 8;

std::size_t byte_of(std::int64_t bit) {
  return static_cast<std::size_t>(bit / byte);
}

}  // namespace

void BitStream::append(std::uint64_t number, int count) {
  for (int i = 0; i < count; ++i, ++bits) {
    if (bits % byte == 0) {
      bytes.push_back(0);
    }
    const auto bit = static_cast<unsigned>(number >> i & 1U);
    bytes.back() = static_cast<std::uint8_t>(bytes.back() | bit << bits % byte);
  }
}

std::uint64_t BitReader::take(int count) {
  if (left() < count) {
    throw InputError("the stream ends after " + std::to_string(stream_.bits) + " bits, within a number; it is cut off");
  }
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i, ++next_) {
    const std::uint64_t bit = stream_.bytes[byte_of(next_)] >> next_ % byte & 1U;
    number |= bit << i;
  }
  return number;
}

void check(const BitStream& stream) {
  const bool fits = stream.bits >= 0 && static_cast<std::int64_t>(stream.bytes.size()) == ceil_div(stream.bits, byte);
  if (!fits) {
    throw InputError("a stream of " + std::to_string(stream.bits) + " bits does not fill " +
                     std::to_string(stream.bytes.size()) + " bytes; one of both is wrong");
  }
  if (stream.bits % byte != 0 && stream.bytes.back() >> stream.bits % byte != 0) {
    throw InputError("the stream has bits behind its end; they must be 0");
  }
}

int bits_for(std::int64_t things) {
  int bits = 1;
  while (bits < 62 && (std::int64_t{1} << bits) < things) {
    ++bits;
  }
  return bits;
}

}  // namespace pj
