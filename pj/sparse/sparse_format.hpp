#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pj {

/// The most bits of a run of zeros.
constexpr int most_index_bits = 32;

/// How a memory stores the numbers of a tensor that has zeros.
struct SparseFormat {
  enum class Kind {
    Dense,      ///< every number
    Bitmask,    ///< a bit for every number, then those that are not zero
    RunLength,  ///< pairs of the zeros before a number and the number
    Csr,        ///< by rows: the non-zeros with the zeros before each, and where every row starts
    Csc,        ///< the same by columns
  };

  Kind kind = Kind::Dense;
  int index_bits = 0;     ///< of a run of zeros; a longer one takes a stored zero
  int word_bits = 0;      ///< RunLength: words hold whole pairs and a bit that ends the stream; 0: no words
  int pointer_bits = 32;  ///< Csr, Csc: of the start of one row or column

  bool operator==(const SparseFormat&) const = default;
};

/// A tensor as a matrix: rows one after the other.
struct MatrixShape {
  std::int64_t rows = 1;
  std::int64_t columns = 1;

  bool operator==(const MatrixShape&) const = default;

  std::int64_t elements() const { return rows * columns; }
};

/// `dense`, `bitmask`, `run-length5`, `run-length5 in words of 64`, `csr8`, `csc4 with pointers of 16`.
std::string to_string(const SparseFormat& format);
/// Reads what `to_string` writes; throws `InputError` for anything else.
SparseFormat parse_sparse_format(std::string_view text);

/// The pairs of run and number that a word holds.
std::int64_t pairs_per_word(const SparseFormat& format, int value_bits);

/// The expected pairs of run and number of a stream with independent zeros, the last one for the zeros at its end:
/// those of `expected_entries`, and one for each begun run of 2^b zeros at the end.
double expected_pairs(std::int64_t elements, double density, int index_bits);

/// The expected numbers that a row of CSR stores: Σ over k of d z^(kB) (L − kB), because a non-zero is stored with one
/// zero for every B = 2^b zeros directly before it. A row ends without stored zeros.
double expected_entries(std::int64_t elements, double density, int index_bits);

/// The expected bits of a tensor with independent zeros, but for filling the last word. Infinite where a word holds no
/// pair.
double expected_bits(const SparseFormat& format, int value_bits, double density, const MatrixShape& shape);

/// The same for one element.
double expected_bits_per_element(const SparseFormat& format, int value_bits, double density, const MatrixShape& shape);

/// The density up to which the format takes less than dense storage; 0: never, 1: always.
double break_even_density(const SparseFormat& format, int value_bits, const MatrixShape& shape);

}  // namespace pj
