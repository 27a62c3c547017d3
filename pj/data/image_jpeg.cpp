// jpeglib.h needs what it does not include.
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <array>
#include <csetjmp>

#include "pj/base/error.hpp"
#include "pj/data/image.hpp"

namespace pj {

namespace {

/// libjpeg leaves its functions by longjmp after an error; nothing with a destructor lives in `decode`.
struct Fault {
  jpeg_error_mgr manager{};
  std::jmp_buf back{};
  std::array<char, JMSG_LENGTH_MAX> message{};
};

void leave(j_common_ptr info) {
  auto* fault = reinterpret_cast<Fault*>(info->err);
  info->err->format_message(info, fault->message.data());
  std::longjmp(fault->back, 1);
}

/// Warnings tell of data that are missing or damaged: the picture would be partly grey.
void warn(j_common_ptr info, int level) {
  if (level < 0) {
    leave(info);
  }
}

struct JpegHeader {
  std::int64_t H, W;
  int channels;
};

void open(jpeg_decompress_struct& info, std::string_view bytes) {
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = info.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
}

/// Reads the header, or the pixels where there is room for them; false after an error.
bool decode(jpeg_decompress_struct& info, Fault& fault, std::string_view bytes, JpegHeader& header, Image* image) {
  info.err = jpeg_std_error(&fault.manager);
  fault.manager.error_exit = leave;
  fault.manager.emit_message = warn;
  if (setjmp(fault.back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  open(info, bytes);
  header = {info.image_height, info.image_width, info.num_components == 1 ? 1 : 3};
  if (image != nullptr) {
    jpeg_start_decompress(&info);
    const std::size_t row_bytes =
        static_cast<std::size_t>(info.output_width) * static_cast<std::size_t>(image->channels);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = image->pixels.data() + info.output_scanline * row_bytes;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return true;
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& file) {
  Fault fault;
  JpegHeader header{};
  jpeg_decompress_struct info{};
  Image image;
  bool done = decode(info, fault, bytes, header, nullptr);
  if (done) {
    image = empty_image(header.H, header.W, header.channels, file);
    done = decode(info, fault, bytes, header, &image);
  }
  if (!done) {
    throw InputError({file}, std::string("is a damaged JPEG: ") + fault.message.data() + "; export the image anew");
  }
  return image;
}

}  // namespace pj
