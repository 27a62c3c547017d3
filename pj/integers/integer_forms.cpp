#include "pj/integers/integer_forms.hpp"

#include <algorithm>
#include <numeric>

namespace pj {

namespace {

/// The axes of a tensor as they follow each other in memory.
std::vector<std::size_t> order_of(std::size_t rank, IntegerForm form) {
  std::vector<std::size_t> order(rank);
  std::iota(order.begin(), order.end(), 0U);
  if (form == IntegerForm::ChannelsLast && rank > 2) {
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  }
  return order;
}

/// From one index of each axis to the next, in memory.
Sizes form_strides(const Sizes& shape, IntegerForm form) {
  Sizes strides(shape.size(), 1);
  std::int64_t stride = 1;
  const auto order = order_of(shape.size(), form);
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    strides[*axis] = stride;
    stride *= shape[*axis];
  }
  return strides;
}

/// Planes that become neighbouring bytes: as many neighbouring places at a time as stay near.
std::uint8_t* interleave(const ByteMove& move, std::size_t axis, const std::uint8_t* source, std::uint8_t* result) {
  constexpr std::int64_t strip = 64;
  const std::int64_t size = move.sizes[axis];
  const std::int64_t planes = move.sizes[axis + 1];
  for (std::int64_t first = 0; first < size; first += strip) {
    const std::int64_t last = std::min(size, first + strip);
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      const std::uint8_t* const from = source + plane * move.strides[axis + 1];
      for (std::int64_t i = first; i < last; ++i) {
        result[i * planes + plane] = from[i] ^ move.flip;
      }
    }
  }
  return result + size * planes;
}

/// Moves what lies at one index of the axes before this one; returns where the result ends.
std::uint8_t* walk(const ByteMove& move, std::size_t axis, const std::uint8_t* source, std::uint8_t* result) {
  const std::int64_t size = move.sizes[axis];
  const std::int64_t stride = move.strides[axis];
  if (axis + 2 == move.sizes.size() && stride == 1) {
    return interleave(move, axis, source, result);
  }
  if (axis + 1 < move.sizes.size()) {
    for (std::int64_t i = 0; i < size; ++i) {
      result = walk(move, axis + 1, source + i * stride, result);
    }
    return result;
  }
  for (std::int64_t i = 0; stride == 1 && i < size; ++i) {
    result[i] = source[i] ^ move.flip;
  }
  for (std::int64_t i = 0; stride != 1 && i < size; ++i) {
    result[i] = source[i * stride] ^ move.flip;
  }
  return result + size;
}

/// The same walk with fewer axes: those of one element are left out, neighbours that lie without gaps are one.
ByteMove merged(const ByteMove& move) {
  ByteMove result{.flip = move.flip};
  for (std::size_t i = 0; i < move.sizes.size(); ++i) {
    if (move.sizes[i] == 1) {
      continue;
    }
    if (!result.sizes.empty() && result.strides.back() == move.strides[i] * move.sizes[i]) {
      result.sizes.back() *= move.sizes[i];
      result.strides.back() = move.strides[i];
    } else {
      result.sizes.push_back(move.sizes[i]);
      result.strides.push_back(move.strides[i]);
    }
  }
  return result;
}

}  // namespace

std::int64_t byte_offset(const NumberFormat& format) {
  return format.is_signed ? 128 : 0;
}

bool fits_byte(const NumberFormat& format) {
  return format.bits <= 8;
}

std::int64_t form_bytes(const Value& value, IntegerForm form) {
  return element_count(value.shape) * (form == IntegerForm::Planar ? stored_bytes(value.format) : 1);
}

bool same_in_memory(const Value& value, IntegerForm a, IntegerForm b) {
  if (a == b) {
    return true;
  }
  const bool is_one_planar = a == IntegerForm::Planar || b == IntegerForm::Planar;
  if (is_one_planar && (value.format.is_signed || !fits_byte(value.format))) {
    return false;
  }
  const ByteMove move = byte_move(value, a, b);
  return move.sizes.empty() || (move.sizes.size() == 1 && move.strides[0] == 1);
}

void ByteMove::run(const std::uint8_t* source, std::uint8_t* result) const {
  if (sizes.empty()) {
    *result = *source ^ flip;
  } else {
    walk(*this, 0, source, result);
  }
}

ByteMove byte_move(const Value& value, IntegerForm from, IntegerForm to, const Sizes& permutation) {
  const Sizes source = form_strides(value.shape, from);
  ByteMove move;
  for (const std::size_t axis : order_of(value.shape.size(), to)) {
    const std::size_t of_source = permutation.empty() ? axis : static_cast<std::size_t>(permutation[axis]);
    move.sizes.push_back(value.shape[of_source]);
    move.strides.push_back(source[of_source]);
  }
  const bool is_one_planar = (from == IntegerForm::Planar) != (to == IntegerForm::Planar);
  move.flip = is_one_planar ? static_cast<std::uint8_t>(byte_offset(value.format)) : std::uint8_t{0};
  return merged(move);
}

}  // namespace pj
