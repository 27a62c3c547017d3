#include <algorithm>
#include <cctype>

#include "pj/base/error.hpp"
#include "pj/data/image.hpp"

namespace pj {

namespace {

/// The next number of a PNM header; comments run from # to the end of the line.
std::int64_t pnm_number(std::string_view bytes, std::size_t& at, const std::string& file) {
  while (at < bytes.size() && (std::isspace(static_cast<unsigned char>(bytes[at])) != 0 || bytes[at] == '#')) {
    at = bytes[at] == '#' ? std::min(bytes.find('\n', at), bytes.size() - 1) + 1 : at + 1;
  }
  std::int64_t number = 0;
  const std::size_t first = at;
  for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && number < most_pixels; ++at) {
    number = number * 10 + (bytes[at] - '0');
  }
  if (at == first) {
    throw InputError({file}, "is a PGM or PPM with a damaged header; save the image as PNG");
  }
  return number;
}

}  // namespace

Image decode_pnm(std::string_view bytes, const std::string& file) {
  std::size_t at = 2;
  const std::int64_t W = pnm_number(bytes, at, file);
  const std::int64_t H = pnm_number(bytes, at, file);
  const std::int64_t largest = pnm_number(bytes, at, file);
  Image image = empty_image(H, W, bytes[1] == '5' ? 1 : 3, file);
  if (largest != 255 || bytes.size() < at + 1 + image.pixels.size()) {
    throw InputError({file},
                     "is a PGM or PPM that is cut off or whose largest value is not 255; save the image as PNG");
  }
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(bytes[at + 1 + i]);
  }
  return image;
}

}  // namespace pj
