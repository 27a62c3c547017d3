#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pj {

/// A picture of H rows and W columns; each pixel is `channels` bytes: grey (1), or red, green and blue (3).
struct Image {
  int H = 0, W = 0, channels = 3;
  std::vector<std::uint8_t> pixels;

  std::uint8_t at(int h, int w, int c) const {
    return pixels[(static_cast<std::size_t>(h) * static_cast<std::size_t>(W) + static_cast<std::size_t>(w)) *
                      static_cast<std::size_t>(channels) +
                  static_cast<std::size_t>(c)];
  }
  bool operator==(const Image&) const = default;
};

/// The most pixels that a picture may have: 64 million.
constexpr std::int64_t most_pixels = std::int64_t{1} << 26;

/// True where the bytes begin as a PNG, JPEG, BMP or binary PGM/PPM file does.
bool is_image(std::string_view bytes);

/// Decodes a PNG, JPEG, BMP (uncompressed) or binary PGM/PPM file: transparency is laid over black, 16-bit samples
/// keep their upper byte, palettes become colours. Throws `InputError`; `file` names the source.
Image decode_image(std::string_view bytes, const std::string& file);

/// The decoders of each format.
Image decode_png(std::string_view bytes, const std::string& file);
Image decode_jpeg(std::string_view bytes, const std::string& file);
Image decode_bmp(std::string_view bytes, const std::string& file);
Image decode_pnm(std::string_view bytes, const std::string& file);

/// An image of these sizes, its pixels all zero; throws `InputError` where they are out of range.
Image empty_image(std::int64_t H, std::int64_t W, int channels, const std::string& file);

}  // namespace pj
