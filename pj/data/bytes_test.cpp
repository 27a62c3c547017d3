#include "pj/data/bytes.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include "pj/base/error.hpp"

namespace pj {

namespace {

std::string packed(const std::string& text) {
  constexpr int gzip_window = 15 + 16;
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string bytes(text.size() + 100, '\0');
  std::string source = text;
  stream.next_in = reinterpret_cast<Bytef*>(source.data());
  stream.avail_in = static_cast<uInt>(source.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  bytes.resize(bytes.size() - stream.avail_out);
  deflateEnd(&stream);
  return bytes;
}

}  // namespace

TEST_CASE("gzip is unpacked, also where several members follow each other, and other bytes stay") {
  const std::string long_text(200000, 'x');
  CHECK(unpacked_gzip(packed(long_text), "x.gz") == long_text);
  CHECK(unpacked_gzip(packed("one") + packed("two"), "x.gz") == "onetwo");
  CHECK(unpacked_gzip("plain", "x") == "plain");
}

TEST_CASE("damaged gzip, and gzip that grows beyond the limit, are refused") {
  const std::string bytes = packed(std::string(200000, 'x'));
  CHECK_THROWS_WITH_AS(unpacked_gzip(bytes.substr(0, 40), "x.gz"),
                       "x.gz: its gzip data are damaged or cut off; fetch the file anew", InputError);
  CHECK_THROWS_WITH_AS(unpacked_gzip(bytes, "x.gz", 1024), "x.gz: unpacks to more than 1 KiB; use a smaller file",
                       InputError);
}

TEST_CASE("whole numbers are read in both byte orders") {
  CHECK(big_endian_32("\x01\x02\x03\x04", 0) == 0x01020304);
  CHECK(little_endian_32("\x01\x02\x03\xF4", 0) == 0xF4030201);
  CHECK(little_endian_16("\x01\xF2", 0) == 0xF201);
}

}  // namespace pj
