#include "pj/sparse/compressed_matrix.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/sparse/bit_stream.hpp"
#include "tests/support/random_cases.hpp"
#include "tests/support/random_zeros.hpp"

namespace pj {

namespace {

using Numbers = std::vector<std::int64_t>;

/// A random matrix, and a format for it.
struct Case {
  MatrixShape shape;
  SparseFormat format;
  Numbers dense;
};

Case random_case(Rng& rng) {
  Case all{.shape = {rng.between(1, 20), rng.between(1, 60)}};
  all.format.kind = rng.chance(0.5) ? SparseFormat::Kind::Csr : SparseFormat::Kind::Csc;
  all.format.index_bits = static_cast<int>(rng.between(1, 8));
  all.dense = random_numbers<std::int64_t>(rng, all.shape.elements(), rng.uniform(), 8);
  return all;
}

/// Row times column.
Numbers plain_product(const Case& all, const Numbers& input) {
  Numbers output;
  for (std::int64_t row = 0; row < all.shape.rows; ++row) {
    output.push_back(0);
    for (std::int64_t column = 0; column < all.shape.columns; ++column) {
      output.back() += all.dense[static_cast<std::size_t>(row * all.shape.columns + column)] *
                       input[static_cast<std::size_t>(column)];
    }
  }
  return output;
}

std::int64_t nonzeros(const Numbers& dense) {
  return static_cast<std::int64_t>(dense.size()) - std::count(dense.begin(), dense.end(), 0);
}

}  // namespace

TEST_CASE("compressed rows and columns are lossless") {
  for_random_cases(500, [](Rng& rng) {
    const Case all = random_case(rng);
    CHECK(decompress(compress(all.dense, all.shape, all.format)) == all.dense);
  });
}

TEST_CASE("a product with a compressed matrix is that of the dense one") {
  for_random_cases(500, [](Rng& rng) {
    const Case all = random_case(rng);
    const Numbers input = random_numbers<std::int64_t>(rng, all.shape.columns, 0.7, 8);
    CHECK(multiply(compress(all.dense, all.shape, all.format), input).output == plain_product(all, input));
  });
}

TEST_CASE("with indices as long as a line the size is non-zeros times value and index, and the pointers") {
  for_random_cases(200, [](Rng& rng) {
    Case all = random_case(rng);
    const bool by_columns = all.format.kind == SparseFormat::Kind::Csc;
    all.format.index_bits = bits_for(by_columns ? all.shape.rows : all.shape.columns);
    const CompressedMatrix matrix = compress(all.dense, all.shape, all.format);
    CHECK(size_bits(matrix, 16, 32) == nonzeros(all.dense) * (16 + all.format.index_bits) + (matrix.lines() + 1) * 32);
  });
}

TEST_CASE("by rows every non-zero reads an input, by columns each input is read once") {
  for_random_cases(200, [](Rng& rng) {
    Case all = random_case(rng);
    all.format.index_bits = 8;
    const Numbers input(static_cast<std::size_t>(all.shape.columns), 1);
    all.format.kind = SparseFormat::Kind::Csr;
    const std::int64_t entries = nonzeros(all.dense);
    const std::int64_t rows = all.shape.rows;
    const std::int64_t columns = all.shape.columns;
    CHECK((multiply(compress(all.dense, all.shape, all.format), input).accesses ==
           MatrixAccesses{rows + 1, entries, entries, 0, rows}));
    all.format.kind = SparseFormat::Kind::Csc;
    CHECK((multiply(compress(all.dense, all.shape, all.format), input).accesses ==
           MatrixAccesses{columns + 1, entries, columns, entries, entries}));
  });
}

TEST_CASE("damaged matrices are refused or are matrices, but never a crash") {
  for_random_cases(1000, [](Rng& rng) {
    const Case all = random_case(rng);
    CompressedMatrix matrix = compress(all.dense, all.shape, all.format);
    auto& numbers = rng.chance(0.5) || matrix.runs.empty() ? matrix.starts : matrix.runs;
    numbers[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(numbers.size()) - 1))] +=
        rng.between(-3, 3);
    try {
      const Numbers read = decompress(matrix);
      CHECK(read.size() == all.dense.size());
    } catch (const InputError&) {
      CHECK(true);
    }
  });
}

TEST_CASE("every fault of a compressed matrix has its message") {
  const CompressedMatrix whole = compress(Numbers{0, 2, 3, 0}, {2, 2}, {SparseFormat::Kind::Csr, 1});
  CompressedMatrix matrix = whole;
  matrix.starts.pop_back();
  CHECK_THROWS_WITH(decompress(matrix),
                    "a compressed matrix needs a start for each line, 0 first and the 2 entries last, and a run for "
                    "each entry");
  matrix = whole;
  matrix.index_bits = 70;
  CHECK_THROWS_WITH(
      decompress(matrix),
      "a compressed matrix has up to 1,099,511,627,776 elements and runs of 1 to 32 bits, not 2 × 2 and 70");
  matrix = whole;
  matrix.starts[1] = 3;
  CHECK_THROWS_WITH(decompress(matrix), "line 0 of a compressed matrix starts behind the next one");
  matrix = whole;
  matrix.runs[1] = 2;
  CHECK_THROWS_WITH(decompress(matrix), "a run of 2 zeros leads out of line 1 or does not fit 1 bits");
}

}  // namespace pj
