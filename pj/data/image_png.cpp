#include <png.h>

#include "pj/base/error.hpp"
#include "pj/data/image.hpp"

namespace pj {

namespace {

/// libpng's simplified reader, released with the object.
struct Reader {
  png_image image{};

  Reader() { image.version = PNG_IMAGE_VERSION; }
  ~Reader() { png_image_free(&image); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

[[noreturn]] void damaged(const Reader& reader, const std::string& file) {
  throw InputError({file}, std::string("is a damaged PNG: ") + reader.image.message + "; export the image anew");
}

}  // namespace

Image decode_png(std::string_view bytes, const std::string& file) {
  Reader reader;
  if (png_image_begin_read_from_memory(&reader.image, bytes.data(), bytes.size()) == 0) {
    damaged(reader, file);
  }
  const bool is_grey = (reader.image.format & PNG_FORMAT_FLAG_COLOR) == 0;
  reader.image.format = is_grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Image image = empty_image(reader.image.height, reader.image.width, is_grey ? 1 : 3, file);
  const png_color black{0, 0, 0};
  if (png_image_finish_read(&reader.image, &black, image.pixels.data(), 0, nullptr) == 0) {
    damaged(reader, file);
  }
  return image;
}

}  // namespace pj
