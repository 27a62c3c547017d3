#include "pj/compression/stored_bits.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/sparse/bitmask.hpp"
#include "pj/sparse/run_length.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Codes of a random format and storage, with zeros.
Value random_constant(Rng& rng) {
  const std::vector<std::string> formats{"int8", "int5",    "uint3",    "binary",    "ternary",     "log4",   "int32",
                                         "bool", "float32", "bfloat16", "codebook9", "codebook256", "uint32", "int1"};
  const std::vector<std::string> storages{"dense",          "bitmask", "bitmask groups of 3", "run-length4", "csr3",
                                          "codebook-index", "csc5",    "run-length1"};
  const auto pick = [&](const auto& list) {
    return list[static_cast<std::size_t>(rng.between(0, std::ssize(list) - 1))];
  };
  Value value{.name = "v", .shape = {rng.between(1, 5), rng.between(1, 30)}};
  value.format = parse_format(pick(formats));
  value.storage = parse_storage(pick(storages));
  value.storage.huffman = rng.chance(0.5);
  value.is_constant = true;
  const double density = rng.uniform();
  const bool is_signed = value.format.is_signed && value.format.kind != NumberFormat::Kind::Boolean;
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = element_count(value.shape); i > 0; --i) {
    const std::int64_t most = value.format.kind == NumberFormat::Kind::Codebook
                                  ? value.format.entries - 1
                                  : (std::int64_t{1} << std::min(value.format.bits - (is_signed ? 1 : 0), 20)) - 1;
    const std::int64_t number = rng.chance(density) ? rng.between(is_signed ? -most : 0, most) : 0;
    const bool is_binary = value.format.kind == NumberFormat::Kind::Binary;
    numbers.push_back(is_binary ? (rng.chance(0.5) ? 1 : -1) : number);
  }
  value.data = std::make_shared<const Constant>(constant_of(value.format, value.shape, std::span(numbers)));
  return value;
}

}  // namespace

TEST_CASE("what is encoded decodes to the same constant, and its bits are those that are counted") {
  for_random_cases(500, [](Rng& rng) {
    const Value value = random_constant(rng);
    CAPTURE(to_string(value.format));
    CAPTURE(to_string(value.storage));
    const BitStream stream = encode(value);
    CHECK(decode(stream, value) == *value.data);
    CHECK(stored_bits(value).total() == stream.bits);
  });
}

TEST_CASE("without Huffman codes the bits are those of the storage's own codec") {
  for_random_cases(300, [](Rng& rng) {
    Value value = random_constant(rng);
    value.storage.huffman = false;
    std::vector<std::uint32_t> patterns;
    Value dense = value;
    dense.storage = {};
    const BitStream flat = encode(dense);
    BitReader reader(flat);
    for (std::int64_t i = element_count(value.shape); i > 0; --i) {
      patterns.push_back(static_cast<std::uint32_t>(reader.take(value.format.bits)));
    }
    const int bits = value.format.bits;
    if (value.storage.kind == Storage::Kind::RunLength) {
      const SparseFormat format{SparseFormat::Kind::RunLength, value.storage.index_bits};
      CHECK(encode(value) == encode_run_length(patterns, format, bits));
    } else if (value.storage.kind == Storage::Kind::Bitmask && value.storage.group == 1) {
      CHECK(stored_bits(value).total() == encode_bitmask(patterns, bits).bits);
    } else if (value.storage.kind == Storage::Kind::Dense) {
      CHECK(stored_bits(value) == StoredBits{.values = bits * element_count(value.shape)});
    }
  });
}

TEST_CASE("a group of elements shares a bit of the mask") {
  const std::vector<std::int64_t> numbers{0, 0, 0, 0, 0, 7, 0, 0};
  Value value{.name = "v", .shape = {8}, .format = NumberFormat::fixed(4)};
  value.data = std::make_shared<const Constant>(constant_of(value.format, value.shape, std::span(numbers)));
  value.storage = parse_storage("bitmask groups of 4");
  CHECK(stored_bits(value) == StoredBits{.values = 16, .indices = 2});
  value.storage = parse_storage("bitmask");
  CHECK(stored_bits(value) == StoredBits{.values = 4, .indices = 8});
}

TEST_CASE("a storage without room for a run is refused") {
  Value value{.name = "v", .shape = {1}, .format = NumberFormat::fixed(8)};
  value.data = std::make_shared<const Constant>(Constant{value.format, {1}, std::vector<std::byte>(1)});
  value.storage = parse_storage("csr0");
  CHECK_THROWS_WITH_AS(stored_bits(value), "the constant 'v' is stored as csr0; runs have 1 to 32 bits", InputError);
}

TEST_CASE("a network's bits count every constant once, with tables and scales, and powers of two as an exponent") {
  NetworkBuilder builder("n");
  const ValueId codes = builder.weight("codes", {6, 4}, NumberFormat::log2(4));
  const ValueId table = builder.weight("table", {15});
  const ValueId indices = builder.add_one("indices", Cast{.to = NumberFormat::fixed(64)}, {codes});
  const ValueId weights = builder.add_one("weights", Gather{}, {table, indices});
  const ValueId bias = builder.weight("bias", {6});
  ValueId x = builder.input("x", {1, 4});
  const ValueId y = builder.add_one("a", FullyConnected{}, {x, weights, bias});
  const ValueId z = builder.add_one("b", FullyConnected{}, {x, weights, bias});
  const Network network = builder.finish({builder.add_one("sum", Elementwise{}, {y, z})});
  CHECK(stored_bits(network).total() == 24 * 4 + 8 + 6 * 32);
  CHECK(stored_bits(network, 2).total() == 24 * 4 + 8 + 6 * 32);
  CHECK(stored_bits(network, 4).total() == 0);
}

TEST_CASE("values that follow from their places take the numbers of their rule") {
  Value value{.name = "v", .shape = {1000}, .format = NumberFormat::fixed(32)};
  value.storage = parse_storage("implied");
  CHECK(stored_bits(value).total() == 64);
}

}  // namespace pj
