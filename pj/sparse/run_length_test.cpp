#include "pj/sparse/run_length.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/sparse/bitmask.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

using Words = std::vector<std::uint32_t>;

const SparseFormat eyeriss{SparseFormat::Kind::RunLength, 5, 64};

SparseFormat random_runs(Rng& rng, int value_bits) {
  SparseFormat format{SparseFormat::Kind::RunLength, static_cast<int>(rng.between(1, 8))};
  const int pair = format.index_bits + value_bits;
  format.word_bits = rng.chance(0.5) ? 0 : static_cast<int>(rng.between(pair, 4 * pair));
  return format;
}

}  // namespace

TEST_CASE("run lengths are lossless") {
  for_random_cases(400, [](Rng& rng) {
    const int value_bits = static_cast<int>(rng.between(1, 32));
    const SparseFormat format = random_runs(rng, value_bits);
    const auto numbers = random_numbers<std::uint32_t>(rng, rng.between(0, 400), rng.uniform(), value_bits);
    const BitStream stream = encode_run_length(numbers, format, value_bits);
    CHECK(decode_run_length(stream, static_cast<std::int64_t>(numbers.size()), format, value_bits) == numbers);
    CHECK((format.word_bits == 0 || stream.bits % format.word_bits == 0));
  });
}

TEST_CASE("a word of the Eyeriss chip holds three pairs, and its last bit ends the stream") {
  const Words numbers{0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 22};  // the example of ISSCC 2016, Fig. 14.5.3
  const BitStream stream = encode_run_length(numbers, eyeriss, 16);
  BitReader reader(stream);
  for (const std::uint64_t wanted : {2, 12, 4, 53, 2, 22}) {
    CHECK(reader.take(wanted == 12 || wanted == 53 || wanted == 22 ? 16 : 5) == wanted);
  }
  CHECK(reader.take(1) == 1);
  CHECK(reader.left() == 0);
}

TEST_CASE("a run of 32 zeros takes a stored zero") {
  Words numbers(33, 0);
  numbers.back() = 7;
  CHECK(encode_run_length(numbers, {SparseFormat::Kind::RunLength, 5}, 16).bits == 2 * 21);
  numbers.erase(numbers.begin());
  CHECK(encode_run_length(numbers, {SparseFormat::Kind::RunLength, 5}, 16).bits == 21);
}

TEST_CASE("damaged run lengths are refused or are numbers, but never a crash") {
  for_random_cases(2000, [](Rng& rng) {
    const int value_bits = static_cast<int>(rng.between(1, 16));
    const SparseFormat format = random_runs(rng, value_bits);
    const auto numbers = random_numbers<std::uint32_t>(rng, rng.between(1, 60), 0.5, value_bits);
    BitStream stream = encode_run_length(numbers, format, value_bits);
    const auto at = static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(stream.bytes.size()) - 1));
    stream.bytes[at] = static_cast<std::uint8_t>(stream.bytes[at] ^ 1U << rng.between(0, 7));
    stream.bits -= rng.chance(0.2) ? rng.between(0, stream.bits) : 0;
    try {
      const auto read = decode_run_length(stream, static_cast<std::int64_t>(numbers.size()), format, value_bits);
      CHECK(read.size() == numbers.size());
    } catch (const InputError&) {
      CHECK(true);
    }
  });
}

TEST_CASE("every fault of a run length stream has its message") {
  const Words numbers{0, 5, 0, 0, 9, 1, 3};
  const BitStream whole = encode_run_length(numbers, eyeriss, 16);
  const auto fault = [&](BitStream stream, std::int64_t count) -> std::string {
    try {
      decode_run_length(stream, count, eyeriss, 16);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no fault";
  };
  CHECK(fault(whole, 7) == "no fault");
  CHECK(fault(whole, 20) == "a word is marked as the last before all numbers are there");
  CHECK(fault({whole.bytes, whole.bits - 9}, 7) == "a stream of 119 bits does not fill 16 bytes; one of both is wrong");
  BitStream cut = whole;
  cut.bytes.pop_back();
  cut.bits -= 8;
  CHECK(fault(cut, 7) == "the stream ends after 120 bits, within a number; it is cut off");
  BitStream longer = whole;
  longer.append(0, 8);
  CHECK(fault(longer, 7) == "the stream has 8 bits behind the last of 7 numbers");
  BitStream far = whole;
  far.bytes[0] |= 0x1f;
  CHECK(fault(far, 7) == "a run leads behind the last of 7 numbers; the stream is damaged");
  CHECK(fault(whole, 5) == "a run leads behind the last of 5 numbers; the stream is damaged");
  BitStream early = whole;
  early.bytes[7] |= 0x80;
  CHECK(fault(early, 7) == "a word is marked as the last before all numbers are there");
  BitStream unmarked = whole;
  unmarked.bytes[15] &= 0x7f;
  CHECK(fault(unmarked, 7) == "the stream's last word is not marked as the last");
}

TEST_CASE("bit masks are lossless, and take a bit a number more than the non-zeros") {
  for_random_cases(300, [](Rng& rng) {
    const int value_bits = static_cast<int>(rng.between(1, 32));
    const auto numbers = random_numbers<std::uint32_t>(rng, rng.between(0, 300), rng.uniform(), value_bits);
    const auto count = static_cast<std::int64_t>(numbers.size());
    const BitStream stream = encode_bitmask(numbers, value_bits);
    CHECK(decode_bitmask(stream, count, value_bits) == numbers);
    CHECK(stream.bits == count + value_bits * (count - std::count(numbers.begin(), numbers.end(), 0U)));
  });
}

TEST_CASE("every fault of a bit mask has its message") {
  const BitStream whole = encode_bitmask(Words{0, 5, 0, 9}, 4);
  CHECK_THROWS_WITH(decode_bitmask(whole, 14, 4), "a stream of 12 bits has no mask of 14 numbers; it is cut off");
  CHECK_THROWS_WITH(decode_bitmask(whole, 3, 4), "the stream has 5 bits behind the last of 3 numbers");
  BitStream marked = whole;
  marked.bytes[0] |= 1U;
  CHECK_THROWS_WITH(decode_bitmask(marked, 4, 4), "the stream ends after 12 bits, within a number; it is cut off");
  CHECK_THROWS_WITH(decode_bitmask(encode_bitmask(Words{0, 8}, 4), 2, 3),
                    "the mask marks a number that is 0; the stream is damaged");
  BitStream behind = whole;
  behind.bytes.back() |= 0x80;
  CHECK_THROWS_WITH(decode_bitmask(behind, 4, 4), "the stream has bits behind its end; they must be 0");
}

}  // namespace pj
