#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/sparse/sparse_format.hpp"

namespace pj {

/// A matrix of which only the non-zeros are stored, line after line: rows (CSR) or columns (CSC). Beside each stands
/// the run of zeros before it in its line, as in EIE (Han et al. 2016); a run of 2^index_bits zeros or more takes a
/// stored zero. With enough bits for a line's length no zero is ever stored, and runs are worth as much as indices.
struct CompressedMatrix {
  bool by_columns = false;  ///< CSC
  MatrixShape shape;
  int index_bits = 0;
  std::vector<std::int64_t> starts;  ///< of every line among the entries, and where the last one ends
  std::vector<std::int64_t> runs;    ///< zeros before each entry
  std::vector<std::int64_t> values;

  bool operator==(const CompressedMatrix&) const = default;

  std::int64_t lines() const { return by_columns ? shape.columns : shape.rows; }
  std::int64_t line_length() const { return by_columns ? shape.rows : shape.columns; }
};

/// `dense` holds the rows one after the other. The format is CSR or CSC.
CompressedMatrix compress(std::span<const std::int64_t> dense, const MatrixShape& shape, const SparseFormat& format);

/// The rows again. Throws `InputError` for what `compress` cannot have made.
std::vector<std::int64_t> decompress(const CompressedMatrix& matrix);

/// Entries · (value + index) + (lines + 1) · pointer.
std::int64_t size_bits(const CompressedMatrix& matrix, int value_bits, int pointer_bits);

/// What a product with a vector reads and writes.
struct MatrixAccesses {
  std::int64_t starts = 0;
  std::int64_t entries = 0;  ///< each a value and its run
  std::int64_t input_reads = 0;
  std::int64_t output_reads = 0;
  std::int64_t output_writes = 0;

  bool operator==(const MatrixAccesses&) const = default;
};

/// A product, and what it took.
struct MatrixProduct {
  std::vector<std::int64_t> output;
  MatrixAccesses accesses;

  bool operator==(const MatrixProduct&) const = default;
};

/// Matrix times vector. By rows every entry reads an input, and an output is written once, when its row is done. By
/// columns an input is read once, and every entry reads and writes an output.
MatrixProduct multiply(const CompressedMatrix& matrix, std::span<const std::int64_t> input);

}  // namespace pj
