#include "pj/data/bytes.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  ensure(at < bytes.size(), "a number is read inside of the bytes");
  return static_cast<unsigned char>(bytes[at]);
}

/// zlib's stream with its memory.
class Inflater {
 public:
  explicit Inflater(std::string& packed) {
    constexpr int gzip_window = 15 + 16;  // the largest window, with gzip's header
    stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream_.avail_in = static_cast<uInt>(packed.size());
    is_open_ = inflateInit2(&stream_, gzip_window) == Z_OK;
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends some bytes to `unpacked`; false at the end of all members. Throws where the data are damaged.
  bool append_to(std::string& unpacked, const std::string& file) {
    std::array<char, 1 << 16> buffer{};
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    const int state = is_open_ ? inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
    if (state != Z_OK && state != Z_STREAM_END) {
      throw InputError({file}, "its gzip data are damaged or cut off; fetch the file anew");
    }
    unpacked.append(buffer.data(), buffer.size() - stream_.avail_out);
    const bool has_more = state == Z_STREAM_END && stream_.avail_in > 0;  // gzip files may follow each other
    return state == Z_OK || (has_more && inflateReset(&stream_) == Z_OK);
  }

 private:
  z_stream stream_{};
  bool is_open_ = false;
};

}  // namespace

std::string unpacked_gzip(std::string bytes, const std::string& file, std::int64_t limit) {
  if (!bytes.starts_with("\x1f\x8b")) {
    return bytes;
  }
  Inflater inflater(bytes);
  std::string unpacked;
  while (inflater.append_to(unpacked, file)) {
    if (std::cmp_greater(unpacked.size(), limit)) {
      throw InputError({file}, "unpacks to more than " + binary_size(limit * 8) + "; use a smaller file");
    }
  }
  return unpacked;
}

std::string read_data(const std::string& path, std::int64_t limit) {
  return unpacked_gzip(read_file(path, limit), path, limit);
}

std::uint32_t big_endian_32(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 24 | byte_at(bytes, at + 1) << 16 | byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3);
}

std::uint32_t little_endian_32(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at + 3) << 24 | byte_at(bytes, at + 2) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at);
}

std::uint16_t little_endian_16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at + 1) << 8 | byte_at(bytes, at));
}

}  // namespace pj
