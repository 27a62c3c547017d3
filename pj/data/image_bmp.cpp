#include "pj/base/error.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/image.hpp"

namespace pj {

namespace {

/// The header of a Windows bitmap (BITMAPINFOHEADER, Microsoft).
struct BmpHeader {
  std::int64_t begin, header, W, H, bits, colours;
  bool top_down;

  /// Rows are padded to four bytes.
  std::int64_t row_bytes() const { return (W * bits + 31) / 32 * 4; }
};

[[noreturn]] void refuse(const std::string& file, const std::string& fault) {
  throw InputError({file}, fault + "; save the image as PNG");
}

BmpHeader read_bmp_header(std::string_view bytes, const std::string& file) {
  constexpr std::size_t shortest = 54;
  if (bytes.size() < shortest) {
    refuse(file, "is a BMP that is cut off");
  }
  const auto number = [&](std::size_t at) { return static_cast<std::int64_t>(little_endian_32(bytes, at)); };
  const auto rows = static_cast<std::int32_t>(little_endian_32(bytes, 22));
  BmpHeader header{number(10),
                   number(14),
                   number(18),
                   rows < 0 ? -static_cast<std::int64_t>(rows) : rows,
                   little_endian_16(bytes, 28),
                   number(46),
                   rows < 0};
  const std::int64_t compression = number(30);
  if (header.header < 40 || compression != 0 || (header.bits != 8 && header.bits != 24 && header.bits != 32)) {
    refuse(file, "is a BMP with " + std::to_string(header.bits) + " bits a pixel and compression " +
                     std::to_string(compression) + "; only plain ones of 8, 24 and 32 bits are read");
  }
  empty_image(header.H, header.W, 1, file);  // refuses sizes out of range
  if (header.begin + header.row_bytes() * header.H > std::ssize(bytes)) {
    refuse(file, "is a BMP that is cut off");
  }
  return header;
}

/// Where the colour of an 8-bit pixel stands in the palette.
std::size_t palette_entry(const BmpHeader& header, unsigned char index, const std::string& file) {
  const std::int64_t entry = 14 + header.header + 4 * static_cast<std::int64_t>(index);
  if (entry + 3 > header.begin) {
    refuse(file, "is a BMP with a pixel of colour " + std::to_string(index) + " that its palette does not have");
  }
  return static_cast<std::size_t>(entry);
}

bool is_grey(const Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    if (image.pixels[i] != image.pixels[i + 1] || image.pixels[i] != image.pixels[i + 2]) {
      return false;
    }
  }
  return true;
}

Image grey_of(const Image& image, const std::string& file) {
  Image grey = empty_image(image.H, image.W, 1, file);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    grey.pixels[i] = image.pixels[3 * i];
  }
  return grey;
}

}  // namespace

Image decode_bmp(std::string_view bytes, const std::string& file) {
  const BmpHeader header = read_bmp_header(bytes, file);
  Image image = empty_image(header.H, header.W, 3, file);
  std::size_t to = 0;
  for (std::int64_t h = 0; h < header.H; ++h) {
    const std::int64_t row = header.top_down ? h : header.H - 1 - h;
    for (std::int64_t w = 0; w < header.W; ++w) {
      auto from = static_cast<std::size_t>(header.begin + row * header.row_bytes() + w * header.bits / 8);
      from = header.bits == 8 ? palette_entry(header, static_cast<unsigned char>(bytes[from]), file) : from;
      for (std::size_t c = 0; c < 3; ++c) {  // blue comes first
        image.pixels[to++] = static_cast<std::uint8_t>(bytes[from + 2 - c]);
      }
    }
  }
  return header.bits == 8 && is_grey(image) ? grey_of(image, file) : image;
}

}  // namespace pj
