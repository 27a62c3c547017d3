#include "pj/sparse/bitmask.hpp"

#include "pj/base/error.hpp"

namespace pj {

BitStream encode_bitmask(std::span<const std::uint32_t> values, int value_bits) {
  BitStream stream;
  for (const std::uint32_t value : values) {
    stream.append(value != 0 ? 1 : 0, 1);
  }
  for (const std::uint32_t value : values) {
    stream.append(value, value != 0 ? value_bits : 0);
  }
  return stream;
}

std::vector<std::uint32_t> decode_bitmask(const BitStream& stream, std::int64_t count, int value_bits) {
  check(stream);
  if (stream.bits < count) {
    throw InputError("a stream of " + std::to_string(stream.bits) + " bits has no mask of " + std::to_string(count) +
                     " numbers; it is cut off");
  }
  BitReader reader(stream);
  std::vector<std::uint32_t> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<std::uint32_t>(reader.take(1)));
  }
  for (std::uint32_t& value : values) {
    if (value != 0) {
      value = static_cast<std::uint32_t>(reader.take(value_bits));
      if (value == 0) {
        throw InputError("the mask marks a number that is 0; the stream is damaged");
      }
    }
  }
  if (reader.left() > 0) {
    throw InputError("the stream has " + std::to_string(reader.left()) + " bits behind the last of " +
                     std::to_string(count) + " numbers");
  }
  return values;
}

}  // namespace pj
