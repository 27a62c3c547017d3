#include "pj/sparse/huffman.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "pj/base/error.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Symbols of which the smaller are the more frequent.
std::vector<std::uint32_t> random_text(Rng& rng, int symbol_bits) {
  std::vector<std::uint32_t> text;
  const double skew = 1.0 + 6.0 * rng.uniform();
  const double symbols = std::ldexp(1.0, symbol_bits);
  for (std::int64_t i = rng.between(1, 300); i > 0; --i) {
    text.push_back(static_cast<std::uint32_t>(symbols * std::pow(rng.uniform(), skew)));
  }
  return text;
}

double entropy_of(const std::vector<std::uint32_t>& text) {
  std::map<std::uint32_t, double> counts;
  for (const std::uint32_t symbol : text) {
    counts[symbol] += 1.0;
  }
  double bits = 0.0;
  for (const auto& [symbol, count] : counts) {
    bits -= count * std::log2(count / static_cast<double>(text.size()));
  }
  return bits;
}

}  // namespace

TEST_CASE("a text in a Huffman code reads back, table and all") {
  for_random_cases(300, [](Rng& rng) {
    const auto bits = static_cast<int>(rng.between(1, 12));
    const std::vector<std::uint32_t> text = random_text(rng, bits);
    const HuffmanCode code(text);
    BitStream stream;
    code.write_table(bits, stream);
    for (const std::uint32_t symbol : text) {
      code.write(symbol, stream);
    }
    BitReader reader(stream);
    const HuffmanCode read = HuffmanCode::read_table(bits, reader);
    CHECK(read.entries() == code.entries());
    for (const std::uint32_t symbol : text) {
      CHECK(read.read(reader) == symbol);
    }
    CHECK(reader.left() == 0);
  });
}

TEST_CASE("a Huffman code takes at least the entropy and less than a bit more for each symbol") {
  for_random_cases(300, [](Rng& rng) {
    const std::vector<std::uint32_t> text = random_text(rng, 8);
    const HuffmanCode code(text);
    BitStream stream;
    for (const std::uint32_t symbol : text) {
      code.write(symbol, stream);
    }
    const double entropy = entropy_of(text);
    CHECK(static_cast<double>(stream.bits) >= entropy - 1e-9);
    CHECK(static_cast<double>(stream.bits) <= entropy + static_cast<double>(text.size()));
    double kraft = 0.0;  // every code of the tree is used: McMillan's sum is 1
    for (const HuffmanCode::Entry& entry : code.entries()) {
      kraft += std::ldexp(1.0, -entry.length);
    }
    CHECK(kraft == (code.entries().size() == 1 ? 0.5 : 1.0));
  });
}

TEST_CASE("bits that are no Huffman code are refused") {
  const std::vector<std::uint32_t> text{7, 7, 7};
  const HuffmanCode code(text);  // 7 is 0
  BitStream wrong;
  wrong.append(1, 1);
  BitReader reader(wrong);
  CHECK_THROWS_WITH_AS(code.read(reader), "the stream has bits that are no Huffman code; it is damaged", InputError);
  CHECK_THROWS_AS(code.read(reader), InputError);  // and now it is at its end
}

}  // namespace pj
