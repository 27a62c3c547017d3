#include "pj/data/image.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/data/bytes.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i));
  }
  return text;
}

/// A bitmap of one red and one blue pixel above each other; rows from below where `rows` is positive.
std::string bitmap(std::uint32_t rows, std::uint32_t compression = 0) {
  return "BM" + number(62, 4) + number(0, 4) + number(54, 4) + number(40, 4) + number(1, 4) + number(rows, 4) +
         number(1, 2) + number(24, 2) + number(compression, 4) + std::string(20, '\0') +
         std::string("\x00\x00\xFF\x00", 4) + std::string("\xFF\x00\x00\x00", 4);
}

std::string image_fault(const std::string& bytes) {
  return input_fault([&] { decode_image(bytes, "x"); }, "accepted");
}

}  // namespace

TEST_CASE("a bitmap's rows are stored from below, or from above where their number is negative") {
  const std::vector<std::uint8_t> blue_above{0, 0, 255, 255, 0, 0};
  const std::vector<std::uint8_t> red_above{255, 0, 0, 0, 0, 255};
  CHECK(decode_image(bitmap(2), "x").pixels == blue_above);
  CHECK(decode_image(bitmap(0xFFFFFFFE), "x").pixels == red_above);
}

TEST_CASE("binary PGM and PPM files have comments in their headers") {
  const Image grey = decode_image("P5 # comment\n2 1\n255\nab", "x");
  CHECK(grey == Image{1, 2, 1, {'a', 'b'}});
  CHECK(decode_image("P6 1 1 255 xyz", "x") == Image{1, 1, 3, {'x', 'y', 'z'}});
}

TEST_CASE("images that are cut off, damaged, too large or of another kind are refused") {
  CHECK(image_fault("GIF89a") == "x: is no image that can be decoded; use PNG, JPEG, BMP, PGM or PPM");
  CHECK(image_fault(bitmap(2).substr(0, 58)) == "x: is a BMP that is cut off; save the image as PNG");
  CHECK(image_fault(bitmap(2, 1)) ==
        "x: is a BMP with 24 bits a pixel and compression 1; only plain ones of 8, 24 and 32 bits are read; save the "
        "image as PNG");
  CHECK(image_fault("P6 9000 9000 255 ") ==
        "x: is an image of 9000 × 9000 pixels; sizes must be positive, and at most 67,108,864 pixels");
  CHECK(image_fault("P6 1 1 255 xy") ==
        "x: is a PGM or PPM that is cut off or whose largest value is not 255; save the image as PNG");
  CHECK(image_fault("P6 one") == "x: is a PGM or PPM with a damaged header; save the image as PNG");
  CHECK(image_fault("\x89PNG\r\n\x1a\n and more").starts_with("x: is a damaged PNG: "));
  CHECK(image_fault("\xff\xd8\xff\xe0").starts_with("x: is a damaged JPEG: "));
}

TEST_CASE("photographs of every format are decoded whole, and cut off ones are refused") {
  if (!shared_is_there("the photographs")) {
    return;
  }
  struct Photograph {
    std::string file;
    int H, W;
  };
  for (const Photograph& photo : {Photograph{"chelsea.png", 300, 451}, Photograph{"china.jpg", 427, 640},
                                  Photograph{"coral_cat.bmp", 341, 512}}) {
    CAPTURE(photo.file);
    const std::string bytes = read_data(in_shared("data/images/" + photo.file));
    const Image image = decode_image(bytes, photo.file);
    CHECK(image.H == photo.H);
    CHECK(image.W == photo.W);
    CHECK(image.channels == 3);
    CHECK(image_fault(bytes.substr(0, bytes.size() / 2)) != "accepted");
  }
}

}  // namespace pj
