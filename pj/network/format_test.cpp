#include "pj/network/format.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"

namespace pj {

TEST_CASE("every number format reads back from its text") {
  for (const char* text :
       {"float32",      "float16", "float64", "bfloat16",  "float8e4m3", "float8e5m2", "float8e8m0", "float4e2m1",
        "float19e8m10", "int1",    "int8",    "uint4",     "int64",      "fixed16.8",  "ufixed8.-2", "binary",
        "ternary",      "log4",    "ulog3",   "codebook2", "codebook16", "bool",       "text"}) {
    CAPTURE(text);
    CHECK(to_string(parse_format(text)) == text);
    CHECK(parse_format(to_string(parse_format(text))) == parse_format(text));
  }
}

TEST_CASE("a number format's text says its kind, width and point") {
  CHECK(parse_format("fixed16.8") == NumberFormat::fixed(16, true, 8));
  CHECK(parse_format("uint4") == NumberFormat::fixed(4, false));
  CHECK(parse_format("float8e4m3") == NumberFormat::floating(8, 4));
  CHECK(parse_format("bfloat16") == NumberFormat::floating(16, 8));
  CHECK(parse_format("float8e8m0").is_signed == false);
  CHECK(parse_format("log4") == NumberFormat::log2(4));
}

TEST_CASE("a codebook of k entries has indices of log2(k) bits, rounded up") {
  CHECK(NumberFormat::codebook(2).bits == 1);
  CHECK(NumberFormat::codebook(16).bits == 4);
  CHECK(NumberFormat::codebook(17).bits == 5);
}

TEST_CASE("a text that is no number format is refused with examples") {
  for (const char* text : {"",
                           "int",
                           "int0",
                           "int65",
                           "int08",
                           "int8 ",
                           "uint-4",
                           "float",
                           "float8",
                           "float8e4m5",
                           "float8e4",
                           "fixed16",
                           "fixed16.",
                           "fixed16.999",
                           "log",
                           "ulog",
                           "ubinary",
                           "codebook1",
                           "codebook99999999999",
                           "u",
                           "Int8",
                           "ufloat32",
                           "float32x"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(parse_format(text),
                         ("'" + std::string(text) +
                          "' is no number format; write one as float32, bfloat16, float8e4m3, int8, uint4, fixed16.8, "
                          "binary, ternary, log4, codebook16 or bool")
                             .c_str(),
                         InputError);
  }
}

TEST_CASE("an element takes whole bytes in memory, their number a power of two") {
  CHECK(stored_bytes(parse_format("binary")) == 1);
  CHECK(stored_bytes(parse_format("int4")) == 1);
  CHECK(stored_bytes(parse_format("int8")) == 1);
  CHECK(stored_bytes(parse_format("bfloat16")) == 2);
  CHECK(stored_bytes(parse_format("int24")) == 4);
  CHECK(stored_bytes(parse_format("float64")) == 8);
  CHECK(stored_bytes(parse_format("bool")) == 1);
}

TEST_CASE("every storage reads back from its text") {
  for (const char* text : {"dense", "bitmask", "bitmask density 0.35", "run-length5 density 0.5", "csr4",
                           "csc8 density 0.11", "codebook-index", "dense density 0", "implied", "dense huffman",
                           "run-length5 huffman density 0.08", "bitmask groups of 4 density 0.5"}) {
    CAPTURE(text);
    CHECK(to_string(parse_storage(text)) == text);
  }
  CHECK(parse_storage("csc4 density 0.11") == Storage{Storage::Kind::Csc, 0.11, 4});
}

TEST_CASE("a text that is no storage is refused with examples") {
  for (const char* text : {"", "Dense", "csr", "csr99", "dense4", "csc4 density", "csc4 density 1.5",
                           "bitmask density nan", "csc4 density 0.5x"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(
        parse_storage(text),
        ("'" + std::string(text) +
         "' is no storage; write one as dense, bitmask, run-length5, csr4, csc4, codebook-index or implied, "
         "where they are in Huffman codes 'csr4 huffman', and where elements are zero 'csc4 density 0.11'")
            .c_str(),
        InputError);
  }
}

}  // namespace pj
