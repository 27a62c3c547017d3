#include "pj/sparse/sparse_format.hpp"

#include <doctest/doctest.h>

#include "pj/base/error.hpp"
#include "pj/sparse/bitmask.hpp"
#include "pj/sparse/compressed_matrix.hpp"
#include "pj/sparse/run_length.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

/// A closed form is believed where executions agree within this many standard errors, and a bit for rare events.
constexpr double errors = 5.0;

SparseFormat random_format(Rng& rng, int value_bits) {
  SparseFormat format{.kind = static_cast<SparseFormat::Kind>(rng.between(1, 4))};
  if (format.kind != SparseFormat::Kind::Bitmask) {
    format.index_bits = static_cast<int>(rng.between(1, 6));
  }
  if (format.kind == SparseFormat::Kind::RunLength && rng.chance(0.5)) {
    format.word_bits = static_cast<int>(rng.between(format.index_bits + value_bits, 100));
  }
  return format;
}

/// The bits of one tensor in the codec of the format; words counted in parts, as far as pairs fill them.
double coded_bits(Rng& rng, const SparseFormat& format, int value_bits, double density, const MatrixShape& shape) {
  const auto numbers = random_numbers<std::uint32_t>(rng, shape.elements(), density, value_bits);
  if (format.kind == SparseFormat::Kind::Bitmask) {
    return static_cast<double>(encode_bitmask(numbers, value_bits).bits);
  }
  if (format.kind == SparseFormat::Kind::RunLength) {
    SparseFormat pairs = format;
    pairs.word_bits = 0;
    const double bits = static_cast<double>(encode_run_length(numbers, pairs, value_bits).bits);
    const double pair = format.index_bits + value_bits;
    const auto in_a_word = static_cast<double>(pairs_per_word(format, value_bits));
    return format.word_bits == 0 ? bits : bits / pair * format.word_bits / in_a_word;
  }
  const std::vector<std::int64_t> dense(numbers.begin(), numbers.end());
  return static_cast<double>(size_bits(compress(dense, shape, format), value_bits, format.pointer_bits));
}

}  // namespace

TEST_CASE("the expected size of a format is the mean size of random tensors") {
  for_random_cases(150, [](Rng& rng) {
    const int value_bits = static_cast<int>(rng.between(1, 16));
    const SparseFormat format = random_format(rng, value_bits);
    const MatrixShape shape{rng.between(1, 6), rng.between(1, 90)};
    const double density = rng.chance(0.5) ? rng.uniform() : rng.uniform() * 0.1;
    const SampleMean coded = sample_mean(600, [&] { return coded_bits(rng, format, value_bits, density, shape); });
    CAPTURE(to_string(format));
    CAPTURE(density);
    const double expected = expected_bits(format, value_bits, density, shape);
    CHECK(std::abs(expected - coded.mean) <= errors * coded.error + 1e-9 * expected + 0.05);
  });
}

TEST_CASE("a whole tensor and an empty one have exact sizes") {
  const MatrixShape shape{3, 100};
  for (const char* text : {"bitmask", "run-length5", "run-length3 in words of 64", "csr4", "csc2 with pointers of 8"}) {
    const SparseFormat format = parse_sparse_format(text);
    for (const double density : {0.0, 1.0}) {
      Rng rng(1);
      CAPTURE(text);
      CHECK(expected_bits(format, 8, density, shape) == doctest::Approx(coded_bits(rng, format, 8, density, shape)));
    }
  }
}

TEST_CASE("expected entries lose no digits where non-zeros are rare, nor where tensors are long") {
  CHECK(expected_entries(1000, 1e-12, 2) == doctest::Approx(1e-12 * (1000.0 * 1001.0 / 8.0 + 375.0)).epsilon(1e-6));
  CHECK(expected_entries(std::int64_t{1} << 40, 0.5, 5) == doctest::Approx(0x1.0p39).epsilon(1e-9));
}

TEST_CASE("long streams of the Eyeriss chip take 64/3 bits a non-zero but for runs above 31") {
  const SparseFormat format = parse_sparse_format("run-length5 in words of 64");
  for (const double zeros : {0.387, 0.725, 0.793}) {
    const double bits = expected_bits_per_element(format, 16, 1.0 - zeros, {1, 1 << 24});
    CHECK(bits == doctest::Approx(64.0 / 3.0 * (1.0 - zeros) / (1.0 - std::pow(zeros, 32))).epsilon(1e-6));
  }
  CHECK(break_even_density(format, 16, {1, 1 << 20}) == doctest::Approx(0.75).epsilon(1e-3));
}

TEST_CASE("a word that holds no pair makes a format unusable") {
  const SparseFormat format = parse_sparse_format("run-length5 in words of 16");
  CHECK(expected_bits(format, 16, 0.1, {4, 4}) > 1e300);
  CHECK(break_even_density(format, 16, {4, 4}) == 0.0);
  CHECK(break_even_density(parse_sparse_format("dense"), 16, {4, 4}) == 0.0);
}

TEST_CASE("formats are read as they are written") {
  for (const char* text :
       {"dense", "bitmask", "run-length5", "run-length5 in words of 64", "csr8", "csc4 with pointers of 16"}) {
    CHECK(to_string(parse_sparse_format(text)) == text);
  }
  CHECK((parse_sparse_format("run-length5 in words of 64") == SparseFormat{SparseFormat::Kind::RunLength, 5, 64}));
}

TEST_CASE("a format that is not understood is refused with those there are") {
  for (const char* text : {"", "rle", "run-length", "run-length0", "run-length5 in words of", "run-length5x", "csr33",
                           "bitmask4", "csr4 in words of 64", "dense "}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_sparse_format(text),
                      ("unknown storage format '" + std::string(text) +
                       "'; write dense, bitmask, run-length5, 'run-length5 in words of 64', csr8, csc4 or 'csc4 with "
                       "pointers of 16'")
                          .c_str());
  }
}

}  // namespace pj
