#include "pj/execution/places.hpp"

#include <cstring>

#include "pj/base/error.hpp"

namespace pj {

namespace {

template <std::size_t Width>
void pick(const Constant& source, Constant& result, const Sizes& strides, std::int64_t offset) {
  for_each_place(result.shape, strides, offset, [&](std::int64_t i, std::int64_t place) {
    std::memcpy(result.bytes.data() + static_cast<std::size_t>(i) * Width,
                source.bytes.data() + static_cast<std::size_t>(place) * Width, Width);
  });
}

}  // namespace

Sizes strides_of(const Sizes& shape) {
  Sizes strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * shape[i];
  }
  return strides;
}

Sizes stretched_strides(const Sizes& shape, const Sizes& stretched) {
  const Sizes own = strides_of(shape);
  const std::size_t extra = stretched.size() - shape.size();
  Sizes strides(stretched.size(), 0);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    strides[i + extra] = shape[i] == 1 ? 0 : own[i];
  }
  return strides;
}

std::int64_t checked_index(std::int64_t index, std::int64_t size) {
  const std::int64_t counted = index < 0 ? index + size : index;
  if (counted < 0 || counted >= size) {
    throw InputError("picks index " + std::to_string(index) + " of an axis of " + std::to_string(size) +
                     "; indices run from " + std::to_string(-size) + " to " + std::to_string(size - 1));
  }
  return counted;
}

Constant picked(const Constant& source, const Sizes& shape, const Sizes& strides, std::int64_t offset) {
  const int width = stored_bytes(source.format);
  const auto count = static_cast<std::size_t>(element_count(shape));
  Constant result{source.format, shape, std::vector<std::byte>(count * static_cast<std::size_t>(width))};
  switch (width) {
    case 1:
      pick<1>(source, result, strides, offset);
      break;
    case 2:
      pick<2>(source, result, strides, offset);
      break;
    case 4:
      pick<4>(source, result, strides, offset);
      break;
    case 8:
      pick<8>(source, result, strides, offset);
      break;
    default:
      throw InputError("its numbers take " + std::to_string(width) + " bytes each; at most 8 can be run");
  }
  return result;
}

}  // namespace pj
