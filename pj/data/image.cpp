#include "pj/data/image.hpp"

#include <array>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// A format by how its files begin.
struct ImageFormat {
  std::string_view beginning;
  Image (*decode)(std::string_view bytes, const std::string& file);
};

constexpr std::array formats{
    ImageFormat{"\x89PNG\r\n\x1a\n", decode_png},
    ImageFormat{"\xff\xd8\xff", decode_jpeg},
    ImageFormat{"BM", decode_bmp},
    ImageFormat{"P5", decode_pnm},
    ImageFormat{"P6", decode_pnm},
};

const ImageFormat* format_of(std::string_view bytes) {
  for (const ImageFormat& format : formats) {
    if (bytes.starts_with(format.beginning)) {
      return &format;
    }
  }
  return nullptr;
}

}  // namespace

bool is_image(std::string_view bytes) {
  return format_of(bytes) != nullptr;
}

Image decode_image(std::string_view bytes, const std::string& file) {
  const ImageFormat* format = format_of(bytes);
  if (format == nullptr) {
    throw InputError({file}, "is no image that can be decoded; use PNG, JPEG, BMP, PGM or PPM");
  }
  return format->decode(bytes, file);
}

Image empty_image(std::int64_t H, std::int64_t W, int channels, const std::string& file) {
  if (H < 1 || W < 1 || H > most_pixels || W > most_pixels || H * W > most_pixels) {
    throw InputError({file}, "is an image of " + std::to_string(W) + " × " + std::to_string(H) +
                                 " pixels; sizes must be positive, and at most " + grouped(most_pixels) + " pixels");
  }
  const auto count = static_cast<std::size_t>(H * W) * static_cast<std::size_t>(channels);
  return {static_cast<int>(H), static_cast<int>(W), channels, std::vector<std::uint8_t>(count)};
}

}  // namespace pj
